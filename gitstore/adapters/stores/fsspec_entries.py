"""What file systems of fsspec say of a file, and how they fail: each in its own words."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from gitstore.adapters.stores.directory_time import spelled
from gitstore.core.errors import (
    Denied,
    Missing,
    Refused,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
)
from gitstore.core.versions import Version, version

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TIMES = ("mtime", "modified", "last_modified", "LastModified", "modify", "created")
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a directory.

    Attributes:
        name: without the directory.
        kind: `file`, `directory`, or what else there is.
        version: of a file.
        time: of its last change in nanoseconds since 1970, or None where an ETag names it.
    """

    name: str
    kind: str
    version: Version
    time: int | None


def entry_of(told: Mapping[str, Any]) -> Entry:
    """What a file system says of one name.

    Raises:
        Unsupported: it names no size, or nothing that would change with the bytes.
    """
    name = str(told["name"]).rstrip("/").rpartition("/")[2]
    kind = "link" if told.get("islink") else str(told["type"])
    if kind != "file":
        return Entry(name, kind, Version(0), None)
    size = told.get("size")
    etag = str(told.get("ETag") or told.get("etag") or "").strip('"')
    if not isinstance(size, int):
        raise Unsupported(f"the file system tells no size of {name!r}")
    if etag and not etag.startswith("W/"):
        return Entry(name, kind, version(size, {"etag": etag}), None)
    time = _time(told)
    if time is None:
        raise Unsupported(f"the file system tells no time and no ETag of {name!r}")
    return Entry(name, kind, version(size, {"mtime": spelled(time)}), time)


def translated(error: Exception, about: str, key: str | None) -> StoreError:
    """The error of a file system as one of ours."""
    told = " ".join(str(error).split()) or type(error).__name__
    if "is not a directory" in told:
        return Missing(f"{about}: {told}", key=key)  # HDFS calls that a missing permission
    kinds: tuple[tuple[type[Exception], type[StoreError]], ...] = (
        (FileNotFoundError, Missing),
        (NotADirectoryError, Missing),
        (FileExistsError, Refused),
        (PermissionError, Denied),
        (ValueError, Unsupported),
        (NotImplementedError, Unsupported),
    )
    for theirs, ours in kinds:
        if isinstance(error, theirs):
            return ours(f"{about}: {told}", key=key)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(f"{about}: {told}", key=key)
    return Unreachable(f"{about}: {told}", key=key)


def _time(told: Mapping[str, Any]) -> int | None:
    if isinstance(told.get("modificationTime"), int):
        return int(told["modificationTime"]) * 1_000_000  # HDFS counts milliseconds
    found = next((told[key] for key in _TIMES if told.get(key) is not None), None)
    if isinstance(found, datetime):
        aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return (aware - _EPOCH) // timedelta(microseconds=1) * 1000
    if isinstance(found, int | float):
        return round(found * 1_000_000) * 1000
    if isinstance(found, str) and found[:14].isdigit():  # as FTP writes it, RFC 3659
        day = datetime.strptime(found[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        return (day - _EPOCH) // timedelta(seconds=1) * _SECOND
    return None
