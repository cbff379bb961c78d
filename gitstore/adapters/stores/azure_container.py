"""One container of Azure Blob Storage, asked through its REST interface.

See https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-rest-api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from gitstore.adapters.stores.azure_errors import code_of, for_answer
from gitstore.adapters.stores.azure_signing import signed
from gitstore.adapters.stores.cloud_requests import Answer, Held, Request, Service
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_errors import About
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import StoreError, Unreachable, Unsupported
from gitstore.core.versions import Version, version

_LONGEST = 1024
_DEEPEST = 254
"""Characters of a name, and parts of it between slashes."""

# A listing is XML, which has no such characters; a backslash becomes a slash, and dots mean a path.
_ODD = re.compile("[\\\\\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]|(?:^|/)\\.{1,2}(?:/|$)|\\.$|\\./")


class Container:
    """A container, with what is needed to ask it; may be used by several threads.

    Attributes:
        identity: the storage's.
        prefix: what every key begins with in the container.
        service: sends the requests.
    """

    def __init__(self, place: StorePlace, credentials: CredentialSource) -> None:
        self.identity = place.identity
        self.prefix = place.key_prefix
        own = f"https://{place.account}.blob.core.windows.net"
        self._url = f"{(place.endpoint or own).rstrip('/')}/{quote(place.container, safe='')}"
        self._held = Held(credentials)
        self.service = Service(self._url, lambda request: signed(request, self._held.now()))

    def about(self, key: str | None = None) -> About:
        """What an error is about: a key, or the container."""
        return About(self.identity, key)

    def full(self, key: str) -> str:
        """The name of the blob.

        Raises:
            Unsupported: Azure has no such name, or would take it for another one. See
                https://learn.microsoft.com/en-us/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata.
        """
        full = self.prefix + key
        long = len(full) > _LONGEST or full.count("/") >= _DEEPEST
        if not key or long or _ODD.search(full):
            raise Unsupported(f"Azure cannot hold the key {key!r}", key=key)
        return full

    def blobs(self) -> Request:
        """A request about the container's blobs together."""
        query = {"restype": "container", "comp": "list"}
        return Request("GET", self._url, self.about(), query)

    def blob(self, method: str, key: str) -> Request:
        """A request about one blob."""
        url = f"{self._url}/{quote(self.full(key), safe='/')}"
        return Request(method, url, self.about(key))

    def failed(self, answer: Answer, about: About) -> StoreError:
        """The error for an answer that is one."""
        return for_answer(answer, about, known=self._held.now() is not None)


def blob_version(headers: Mapping[str, str], size: int, about: About) -> Version:
    """What the headers of an answer say of a blob.

    Raises:
        Unreachable: they do not say which version it is.
    """
    etag = headers.get("etag", "").strip('"')
    if not etag:
        raise Unreachable(f"{about}: the answer does not say which version it is", key=about.key)
    ids = {"etag": etag}
    if headers.get("x-ms-version-id"):
        ids["version"] = headers["x-ms-version-id"]
    return version(size, ids)


def current(container: Container, key: str) -> Version | None:
    """The blob's current version, or None when there is none."""
    request = container.blob("HEAD", key)
    answer = container.service.ask(request)
    if answer.status == 404 and code_of(answer) in ("BlobNotFound", ""):
        return None
    if answer.status != 200:
        raise container.failed(answer, request.about)
    size = answer.headers.get("content-length", "")
    if not size.isdigit():
        raise Unreachable(f"{request.about}: the answer does not say how long it is", key=key)
    return blob_version(answer.headers, int(size), request.about)
