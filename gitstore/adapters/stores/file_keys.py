"""Keys as paths on a file server: which can be one, and which names on it cannot be a key."""

from __future__ import annotations

from gitstore.core.errors import Unsupported
from gitstore.core.store import Found
from gitstore.core.versions import Version

TEMPORARY = ".git-storage-tmp-"
"""How the names of our own unfinished files begin. They are never objects."""

PROBE = ".git-storage-probe-"
"""How the directories begin that probes and checks write to."""

NOT_UTF8 = "its name is not UTF-8"


def checked(key: str) -> tuple[str, ...]:
    """The components of a key.

    Raises:
        Unsupported: the key is not the plain relative path of one file.
    """
    parts = tuple(key.split("/"))
    if "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise Unsupported(
            f"a file server cannot hold the key {key!r}",
            key=key,
            hint="use keys without empty, '.' or '..' components",
        )
    if any(part.startswith(TEMPORARY) for part in parts):
        raise Unsupported(f"{key!r} is named like a temporary file of git storage", key=key)
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise Unsupported(f"the key {key!r} is not valid Unicode", key=key) from error
    return parts


def parent_of(prefix: str) -> tuple[str, str] | None:
    """The directory to look into for a listing, and how the names begin that are wanted there.

    None when no key begins like that.
    """
    above, _, start = prefix.rpartition("/")
    if prefix.startswith("/"):
        return None
    try:
        if above:
            checked(above)
    except Unsupported:
        return None
    return above, start


def probe_directories(key: str) -> list[str]:
    """The directories of ours that a probe's key lies in, the innermost first; none for others.

    A file server keeps directories that become empty, because people made them. These are ours, so
    they go with what was in them.
    """
    parts = key.split("/")[:-1]
    first = next((i for i, part in enumerate(parts) if part.startswith(PROBE)), len(parts))
    return ["/".join(parts[:depth]) for depth in range(len(parts), first, -1)]


def unnamed(name: bytes, version: Version, problem: str = NOT_UTF8) -> Found:
    """What a listing gives for a name that is no key: the name with its odd bytes escaped."""
    return Found(name.decode(errors="backslashreplace"), version, problem)
