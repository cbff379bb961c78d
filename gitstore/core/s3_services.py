"""Hosts that speak S3: of known services, and of storages that a project describes already.

`git storage add` asks here and writes what it learns into the manifest as `endpoint:`. Reading a
manifest never does: what a URL means must not change with a list in a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gitstore.core import url_text
from gitstore.core.manifest import StorageSpec
from gitstore.core.url_text import Pieces, decoded

_ONE = r"[a-z0-9-]+"
# Each vendor's own documentation of its S3 endpoints.
SERVICES = (
    rf"s3\.{_ONE}\.backblazeb2\.com",
    rf"{_ONE}\.r2\.cloudflarestorage\.com",
    rf"{_ONE}\.digitaloceanspaces\.com",
    rf"{_ONE}\.your-objectstorage\.com",  # Hetzner
    rf"s3\.(?:private\.)?{_ONE}\.cloud-object-storage\.appdomain\.cloud",  # IBM
    rf"{_ONE}\.linodeobjects\.com",
    rf"s3\.{_ONE}\.(?:io\.)?cloud\.ovh\.net",
    rf"s3\.{_ONE}\.scw\.cloud",
    rf"s3(?:\.{_ONE})?\.wasabisys\.com",
    rf"{_ONE}\.vultrobjects\.com",
)
_KNOWN = re.compile("|".join(SERVICES))
_SCHEMES = frozenset({"s3", "http", "https"})


def with_endpoint(spec: StorageSpec, described: Iterable[StorageSpec]) -> StorageSpec:
    """The storage with the endpoint that its URL names, if that is the host of an S3 service.

    Args:
        spec: a storage as somebody has typed it.
        described: the storages whose endpoints count as known.

    Raises:
        BadUrl: the URL has no pieces.
    """
    if spec.endpoint is not None or "://" not in spec.url:
        return spec
    url_text.check(spec.url)
    if spec.url.partition("://")[0].lower() not in _SCHEMES:
        return spec
    pieces = url_text.split(spec.url)
    declared = _declared(described)
    host = pieces.netloc
    if pieces.scheme == "https":
        # Who asks for encryption gets it, whatever the project has described.
        declared = {known: f"https://{known}" for known in declared}
    if host in declared or _KNOWN.fullmatch(host):
        return replace(spec, endpoint=declared.get(host, f"https://{host}"))
    bucket, _, service = host.partition(".")
    if service in declared or _KNOWN.fullmatch(service):
        endpoint = declared.get(service, f"https://{service}")
        return replace(spec, url=f"s3://{bucket}{_path(pieces)}", endpoint=endpoint)
    return spec


def perhaps_a_host(spec: StorageSpec) -> str | None:
    """What to add where the bucket of a URL was meant to be a server; None where it cannot be one.

    Args:
        spec: a storage that does not answer, as `with_endpoint` has left it.
    """
    if spec.endpoint is not None or not spec.url.lower().startswith("s3://"):
        return None
    place = spec.place()
    if place.provider != "s3" or not (place.prefix or "." in place.container):
        return None
    name = place.container
    return f"{name} was read as a bucket of AWS; if it is a server: --endpoint https://{name}"


def _declared(described: Iterable[StorageSpec]) -> dict[str, str]:
    """The endpoints of S3 storages, by host."""
    found = {}
    for spec in described:
        if spec.endpoint is not None and spec.place().provider == "s3":
            found[url_text.split(spec.endpoint).netloc] = spec.endpoint
    return found


def _path(pieces: Pieces) -> str:
    web = pieces.scheme in ("http", "https")
    return decoded(pieces.path, pieces.url) if web else pieces.path
