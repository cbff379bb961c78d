"""A place: where a storage is, the same value for every URL that means it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gitstore.core.errors import BadUrl
from gitstore.core.url_text import Pieces, encoded, shown

AWS = "amazonaws.com"
GOOGLE = "storage.googleapis.com"
AZURE_HOST = re.compile(
    r"(?P<account>[a-z0-9]{3,24})\.(?:(?:blob|dfs)\."
    r"(?P<cloud>core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net))"
    r"|(?P<zone>z[0-9]{1,2})\.(?:blob|dfs)\.storage\.azure\.net)"
)
_SCHEME = {"s3": "s3", "azure": "azure", "gcs": "gs", "sftp": "sftp", "hdfs": "hdfs"}
_LITERAL = frozenset({"s3", "azure", "gcs"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a storage is.

    Attributes:
        provider: `s3`, `azure`, `gcs`, `file`, `webdav`, `sftp`, `http`, `hdfs`, `webhdfs`,
            or that of a package.
        host: `host[:port]` in lower case; `amazonaws.com` for every form and region of AWS.
        container: the bucket or container; empty where there is none.
        prefix: what all keys begin with, without a leading or trailing slash, not percent-encoded.
        endpoint: the URL to talk to; None means the provider's own.
            For `file`: `file:///` if the prefix is absolute, `file:` if relative to the work tree.
        region: as the URL or the manifest says it, or None.
        account: the Azure account, or the user of a server, or None.
    """

    provider: str
    host: str
    container: str
    prefix: str
    endpoint: str | None = None
    region: str | None = None
    account: str | None = None

    @property
    def identity(self) -> str:
        """The storage as every clone names it; a URL of this place, without a trailing slash."""
        if self.provider == "file":
            return f"{self.endpoint}{encoded(self.prefix)}"
        prefix = self.prefix if self.provider in _LITERAL else encoded(self.prefix)
        account = self.account if self._account_in_path else None
        parts = [self.host, account, self.container, prefix]
        return f"{self._scheme}://" + "/".join(part for part in parts if part)

    @property
    def storage_id(self) -> str:
        """The last part of a metadata id: `<provider>/<host>/<bucket>`."""
        account = self.account if self._account_in_path else None
        parts = [self.provider, self.host, account, self.container or self.prefix]
        return "/".join(part for part in parts if part)

    @property
    def root(self) -> str | None:
        """The directory of a `file` place, relative to the top of the work tree or absolute."""
        if self.provider != "file":
            return None
        return f"/{self.prefix}" if self.endpoint == "file:///" else self.prefix

    @property
    def _account_in_path(self) -> bool:
        # Azure's own host names begin with the account; a host of one's own (Azurite) has it in
        # the path.
        return self.provider == "azure" and not AZURE_HOST.fullmatch(self.host)

    @property
    def _scheme(self) -> str:
        secure = (self.endpoint or "").startswith("https:")
        if self.provider == "webdav":
            return "webdavs" if secure else "webdav"
        if self.provider == "webhdfs":
            return "swebhdfs" if secure else "webhdfs"
        if self.provider == "http":
            return "https" if secure else "http"
        return _SCHEME.get(self.provider, self.provider)


@dataclass(frozen=True, slots=True)
class Options:
    """What a manifest says beside the URL."""

    endpoint: Pieces | None
    region: str | None
    account: str | None
    known: frozenset[str]

    def is_endpoint(self, netloc: str) -> bool:
        """Whether `host[:port]` is a service that was declared, not a bucket."""
        return netloc in self.known or (
            self.endpoint is not None and netloc == self.endpoint.netloc
        )


def key_path(path: str, url: str) -> str:
    """The prefix that a URL's path means: its slashes at both ends taken off.

    Raises:
        BadUrl: empty parts, `.` or `..`, which storages and file systems read differently.
    """
    path = path[1:] if path.startswith("/") else path
    path = path[:-1] if path.endswith("/") else path
    parts = path.split("/") if path else []
    if any(part in (".", "..") for part in parts):
        raise BadUrl(f"{shown(url)} has a part '.' or '..'", hint="write the path it means")
    if "" in parts:
        raise BadUrl(f"{shown(url)} has an empty part ('//')", hint="write a single slash")
    return path
