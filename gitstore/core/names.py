"""Which objects can be local files, judged by their names alone.

A pointer may hold any key of a storage; what cannot be a file here is reported, never dropped and
never written somewhere else. The rules about `.git` are git's own (read-cache.c: `verify_path`;
path.c: `is_ntfs_dotgit`; utf8.c: `is_hfs_dotgit`), on every platform, because pointers travel.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from unicodedata import normalize

MAX_NAME = 255
"""Bytes of one component: what ext4, XFS, APFS and NFS allow."""
MAX_PATH = 4000
"""Bytes of a path below the data path: the operating system's 4,096 less some way to it."""

# utf8.c: next_hfs_char: what HFS+ leaves out when it compares names.
_HFS_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# path.c: is_ntfs_dotgit: trailing dots and spaces, and streams as in `.git::$INDEX_ALLOCATION`.
_DOT_GIT = re.compile(r"(\.git|git~1)[. ]*(:.*)?", re.IGNORECASE | re.DOTALL | re.ASCII)
# One search that lets nearly every path pass: nothing empty, no component that begins with `.` or
# a letter that HFS+ ignores, no short name, no surrogate.
_SUSPICIOUS = re.compile(
    "(?:\\A|[/\\\\])(?:[/.]|\\Z|git~)|/\\Z|[\x00\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff\ud800-\udfff]",
    re.IGNORECASE,
)
_SHORT = MAX_NAME // 4
# What a name that some file system takes for HEAD can end in.
_LAST = frozenset("dD") | {chr(code) for code in range(0x200C, 0x206F + 1)} | {"\ufeff"}


def local_problem(path: str) -> str | None:
    """Why an object's path cannot be a local file, as a clause for people; None if it can.

    Args:
        path: relative to the data path.
    """
    # No character has more than four bytes: a short path needs no counting.
    if len(path) <= _SHORT and _SUSPICIOUS.search(path) is None:
        return None
    if not path:
        return "its name is empty"
    if "\0" in path:
        return "its name holds a NUL"
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return "its name is not valid Unicode"
    if path.startswith("/"):
        return "its name begins with a slash"
    if path.endswith("/"):
        return "its name ends with a slash"
    if size > MAX_PATH:
        return f"its name has {size} bytes, more than {MAX_PATH}"
    return next((found for found in map(_part_problem, path.split("/")) if found), None)


def is_dot_git(name: str) -> bool:
    """Whether some file system that git runs on takes this name for `.git`.

    Args:
        name: one component. A backslash in it is a separator on Windows, so each side is judged.
    """
    return any(_DOT_GIT.fullmatch(_HFS_IGNORED.sub("", part)) for part in name.split("\\"))


def clashes(paths: Iterable[str]) -> Mapping[str, str]:
    """The objects that cannot be files because others need a directory of that name, with why.

    Where `a` and `a/b` are objects, `a` is the one that cannot be here.
    """
    known = set(paths)
    found: dict[str, str] = {}
    seen: set[str] = set()
    for path in sorted(known):
        directory = path.rpartition("/")[0]
        # What cannot be a file itself needs no directory: `a/` does not stand in the way of `a`.
        if directory in seen or local_problem(path) is not None:
            continue
        while directory and directory not in seen:
            seen.add(directory)
            if directory in known:
                found[directory] = f"{path} needs a directory of this name"
            directory = directory.rpartition("/")[0]
    return found


def repositories(paths: Collection[str]) -> Mapping[str, str]:
    """The objects called HEAD that would make their directory a git repository, with why.

    Whoever runs git in it would run what its `config` names. Source: setup.c, `is_git_directory`.
    """
    ending = (path for path in paths if path[-1:] in _LAST)
    heads = {path for path in ending if _bare(path.rpartition("/")[2]) == "head"}
    beside: dict[str, set[str]] = {_bare(head.rpartition("/")[0]): set() for head in heads}
    for path in paths if heads else ():
        rest = path
        while rest:
            rest, _, name = rest.rpartition("/")
            if _bare(rest) in beside:
                beside[_bare(rest)].add(_bare(name))
    found = {directory for directory, names in beside.items() if is_repository(names)}
    reason = "with it, git would take its directory for a repository and obey its settings"
    return {head: reason for head in heads if _bare(head.rpartition("/")[0]) in found}


def is_repository(names: Collection[str]) -> bool:
    """Whether git takes a directory with these names in it, in lower case, for a repository."""
    return "head" in names and ("commondir" in names or {"objects", "refs"} <= set(names))


REPOSITORY = ("HEAD", "commondir", "objects", "refs")
"""What makes a directory a repository, as git spells it."""


def twins(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of paths that are one name to a file system that folds case and normal forms.

    Equal after NFC and case folding; each group sorted, the groups by their first path.
    """
    groups: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        groups.setdefault(_folded(path), []).append(path)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _bare(name: str) -> str:
    return _HFS_IGNORED.sub("", name).casefold()


def _part_problem(part: str) -> str | None:
    if not part:
        return "its name has an empty part ('//')"
    if part in (".", ".."):
        return f"its name has a part '{part}'"
    if is_dot_git(part):
        return "its name leads into a git directory"
    if len(part.encode()) > MAX_NAME:
        return f"a part of its name has more than {MAX_NAME} bytes"
    return None


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    # Folding can undo a normal form, as in U+0345, so it is restored.
    return normalize("NFC", normalize("NFC", path).casefold())
