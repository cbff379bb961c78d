"""Which paths of a work tree can be data paths.

The rules about `.git` are those of git's own `verify_path` (read-cache.c, path.c: `is_ntfs_dotgit`;
utf8.c: `is_hfs_dotgit`), kept on every platform, because a manifest travels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_PATH = 1000
MAX_NAME = 240
"""Bytes of one component; `<name>.storage.d` still is a file name everywhere."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# utf8.c: next_hfs_char: code points that HFS+ leaves out when it compares names.
_HFS_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_DOT_GIT = re.compile(r"(\.git|git~[0-9]+)([. ]*|[. ]*:.*)", re.IGNORECASE | re.DOTALL)
_OURS = re.compile(r".*\.storage(\.d|\.yaml)?|\.git(ignore|attributes|modules)", re.IGNORECASE)


def problem(path: str) -> str | None:
    """Why this cannot be a data path, as the end of a sentence; None if it can.

    Args:
        path: relative to the top of the work tree, as it would stand in the manifest.
    """
    if not path:
        return "is empty"
    if _CONTROL.search(path):
        return "holds a control character"
    try:
        raw = path.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if len(raw) > MAX_PATH:
        return f"is longer than {MAX_PATH} bytes"
    if path.startswith("/"):
        return "is absolute; it has to be relative to the top of the work tree"
    if path.endswith("/"):
        return "ends with a slash"
    return next((found for found in map(_part_problem, path.split("/")) if found), None)


def nested(paths: Iterable[str]) -> tuple[str, str] | None:
    """A pair (inside, outside) of which the first lies in the second, or None."""
    known = set(paths)
    for path in sorted(known):
        parts = path.split("/")
        for count in range(1, len(parts)):
            outside = "/".join(parts[:count])
            if outside in known:
                return path, outside
    return None


def is_dot_git(name: str) -> bool:
    """Whether some file system that git runs on takes this name for `.git`."""
    return _DOT_GIT.fullmatch(_HFS_IGNORED.sub("", name)) is not None


def _part_problem(part: str) -> str | None:
    if part == "":
        return "has an empty part ('//')"
    # A backslash is a letter here and a separator on Windows: neither reading may lead away.
    for name in part.split("\\"):
        if name in (".", ".."):
            return f"has a part '{name}'"
        if is_dot_git(name):
            return "leads into a git directory"
    if len(part.encode()) > MAX_NAME:
        return f"has a name longer than {MAX_NAME} bytes"
    if _OURS.fullmatch(part):
        return f"has a part '{part}', a name that git or git storage gives to its own files"
    return None
