"""What a web server says of an object, as a version that can be trusted.

A strong ETag names a version, but on many servers it is made of the file's time in whole seconds:
whoever writes as many bytes in the same second leaves the same one (measured: nginx, wsgidav). So
an object that the server's own clock says was changed just now is looked at again. Some servers
call the ETag weak for as long (Apache). Digests and random names, 32 hexadecimal digits and more,
need no waiting. A weak ETag names nothing; without a strong one, the time does, in seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from gitstore.core.errors import Unreachable
from gitstore.core.versions import Version, version

_STRONG_STEP = 1.0
_WEAK_STEP = 2.0
"""In seconds: how old an object has to be."""

_LOOKS = 10
_ETAG = re.compile(r"[\x21\x23-\x7e]{1,512}")
_DIGEST = re.compile(r"[0-9a-fA-F]{32,}")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of an object.

    Attributes:
        version: size and identifiers; none if the server gives neither ETag nor time.
        weak: the opaque part of a weak ETag, or None.
        wait: seconds until the identifiers can be trusted; 0 if they can be now.
    """

    version: Version
    weak: str | None = None
    wait: float = 0.0


def looked(size: int, said: Mapping[str, str], date: str | None) -> Look:
    """What a server's headers or properties mean.

    Args:
        size: in bytes.
        said: `etag` and `last-modified`, as far as the server says them.
        date: the `Date` of the answer; without it, this machine's clock counts.
    """
    weak, etag = opaque(said.get("etag"))
    modified = _seconds(said.get("last-modified"))
    ids: dict[str, str] = {}
    if etag and not weak:
        ids["etag"] = etag
    elif modified is not None:
        ids["mtime"] = f"{modified}.000000000"
    step = _WEAK_STEP if not ids.get("etag") else _STRONG_STEP
    if etag and not weak and _DIGEST.fullmatch(etag):
        step = 0.0
    age = step if modified is None else (_seconds(date) or int(time.time())) - modified
    # A time in the future is nobody's clock: it was set by hand, and waiting would help nobody.
    wait = step - age if 0 <= age < step else 0.0
    return Look(version(size, ids), etag if weak else None, wait)


def settled(look: Callable[[], Look | None], key: str) -> Look | None:
    """What `look` gives once it can be trusted; None when there is no such object.

    Raises:
        Unreachable: the object is being written all the time.
    """
    for _ in range(_LOOKS):
        found = look()
        if found is None or not found.wait:
            return found
        time.sleep(found.wait)
    raise being_written(key)


def being_written(key: str) -> Unreachable:
    """The error for an object that never settles."""
    return Unreachable(
        f"{key!r} is being written all the time", key=key, hint="try again when its writer is done"
    )


def opaque(etag: str | None) -> tuple[bool, str]:
    """Whether an ETag is weak, and its text without quotes; empty if it cannot be one.

    WebDAV servers were seen to leave the quotes out.
    """
    text = (etag or "").strip()
    weak = text.startswith("W/")
    text = text.removeprefix("W/").strip('"')
    return weak, text if _ETAG.fullmatch(text) else ""


def _seconds(date: str | None) -> int | None:
    if not date:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None
