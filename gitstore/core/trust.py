"""Which storages may be asked, and for what: a cloned repository says where, its user says whether.

A manifest comes with a clone, so it may name any machine: one that collects credentials, one behind
the user's firewall, a directory of the user's own. What the user has approved is remembered by the
names of this module, which change when the place or the way to it changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gitstore.core.place import AWS, AZURE_HOST, GOOGLE, Place

_REGION = r"[a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2}"
_AWS_HOSTS = re.compile(
    rf"s3\.amazonaws\.com|s3(?:[.-]|\.dualstack\.)(?!cn-){_REGION}\.amazonaws\.com"
    rf"|s3\.(?:dualstack\.)?cn-[a-z]+-[0-9]{{1,2}}\.amazonaws\.com\.cn"
)
_ENDPOINT = re.compile(r"https://([a-z0-9.-]+)")
_CLOUDS = frozenset({"s3", "azure", "gcs"})
_SCHEMES = frozenset({"webdav", "http", "sftp", "hdfs", "webhdfs"})


class Right(Enum):
    """What a storage may be asked for. Whoever may write may read, too."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Visit:
    """A storage that is about to be asked, as its user has to see it to decide.

    Attributes:
        name: the storage's name in the manifest.
        url: as the manifest has it.
        provider: of the place.
        place: the name by which it is approved; see `approved_as`.
        endpoint: the URL that requests go to, or the absolute path of a directory.
        credentials: what may be said of the credentials that would go there; `''` for none.
    """

    name: str
    url: str
    provider: str
    place: str
    endpoint: str
    credentials: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave this machine from one data path, for a place that got nothing before.

    Attributes:
        data_path: relative to the top level.
        objects: path and size in bytes of what would be written there.
        erased: the paths of objects that would be erased there.
        unseen: whether files were there before anybody here said that this is a data path.
    """

    data_path: str
    objects: tuple[tuple[str, int], ...]
    erased: tuple[str, ...] = ()
    unseen: bool = False


class Person(Protocol):
    """Somebody who can be asked, or who is at least told. Each question is asked once in a run."""

    def reads(self, visits: Sequence[Visit]) -> bool:
        """Whether these storages may be read from; one question for all of them."""
        ...

    def writes(self, visit: Visit, leaving: Sequence[Leaving]) -> bool:
        """Whether this may go to a storage that may not be written to yet."""
        ...

    def leaves(self, visit: Visit, leaving: Sequence[Leaving]) -> bool:
        """Whether this may go to a storage that may be written to, and has got nothing before."""
        ...

    def signs_in(self, visit: Visit, problem: str) -> Mapping[str, str] | None:
        """The fields of credentials for a storage, or None."""
        ...

    def tells(self, text: str) -> None:
        """One line of talk."""
        ...


def endpoint_of(place: Place, region: str | None, root: str | None = None) -> str:
    """The URL that requests go to, or the directory.

    Args:
        region: where the place does not say one; of AWS.
        root: the absolute directory of a `file` place.
    """
    if place.provider == "file":
        return root or ""
    if place.endpoint is not None:
        return place.endpoint.rstrip("/")
    if place.provider == "s3":
        region = place.region or region or "us-east-1"
        return f"https://s3.{region}.{AWS}" + (".cn" if region.startswith("cn-") else "")
    return f"https://{place.host}"


def own_cloud(place: Place, endpoint: str) -> bool:
    """Whether an endpoint is one of the cloud's that a place belongs to, and of nobody else.

    Sources: AWS, *Amazon S3 endpoints and quotas*; Google, *Cloud Storage request endpoints*;
    Microsoft, *Storage account endpoints*. In other subdomains of these, customers have hosts.
    """
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None:
        return False
    host = found[1]
    if place.provider == "s3":
        return place.host in (AWS, f"{AWS}.cn") and is_aws(endpoint)
    if place.provider == "gcs":
        return host == GOOGLE == place.host
    return place.provider == "azure" and host == place.host and bool(AZURE_HOST.fullmatch(host))


def is_aws(endpoint: str) -> bool:
    """Whether an endpoint is one of AWS's own for S3."""
    found = _ENDPOINT.fullmatch(endpoint)
    return found is not None and _AWS_HOSTS.fullmatch(found[1]) is not None


def approved_as(place: Place, endpoint: str, options: Sequence[str] = ()) -> str:
    """The name by which a place is approved: its identity, and the way there if it is unusual.

    One identity may be reached with and without encryption, through a host that only looks like
    the cloud's, as another user of the server, or as a package's options say; one relative
    directory is another one in every clone.

    Args:
        options: what a package's provider is told.
    """
    if place.provider == "file":
        return f"file://{endpoint}"
    # Azure's account is part of the path on a host that is not Azure's.
    usual = endpoint in (f"https://{place.host}", f"https://{place.host}/{place.account}")
    usual = usual or own_cloud(place, endpoint)
    if place.provider in _CLOUDS:
        return place.identity if usual else f"{place.identity} at {endpoint}"
    # Of these, the identity says how they are reached; but for what a package makes of an endpoint.
    own = place.provider not in _SCHEMES and place.endpoint is not None
    user = "" if place.account is None else f" as {place.account}"
    way = f" at {endpoint}" if own else ""
    return " ".join([f"{place.identity}{user}{way}", *(["with", *options] if options else [])])
