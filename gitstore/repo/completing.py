"""What a word on the command line could become. Quick: it is asked at every press of Tab."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from enum import Enum

from gitstore.core.manifest import DataPath
from gitstore.repo.project import Project


class Wanted(Enum):
    """What a word stands for."""

    STORAGE = "storage"
    TARGET = "target"


def candidates(project: Project, wanted: Wanted, word: str) -> tuple[str, ...]:
    """The words that begin with what is typed.

    Paths are completed one directory at a time and end in `/` where they go on. They are seen from
    the caller's directory, as the typed word is.

    Args:
        wanted: what the word stands for.
        word: what is typed of it.
    """
    found = [name for name in project.manifest.storages if name.startswith(word)]
    if wanted is Wanted.TARGET:
        found += _paths(project, word)
    return tuple(dict.fromkeys(found))


def _paths(project: Project, word: str) -> Iterator[str]:
    head, slash, tail = word.rpartition("/")
    prefix = project.git.prefix
    above = posixpath.normpath(posixpath.join(prefix, head)) if prefix or head else "."
    if above.startswith("..") or word.startswith("/"):
        return
    start = "" if above == "." else above + "/"
    for data in project.manifest.data.values():
        for path in _of(project, data, start + tail):
            if path.startswith(start):
                yield head + slash + path[len(start) :]


def _of(project: Project, data: DataPath, typed: str) -> Iterable[str]:
    """The data path itself, or what is one step below the typed directory in it."""
    whole = data.path if data.single else data.path + "/"
    if whole.startswith(typed) and (data.single or typed != whole):
        return [whole]
    if data.single or not typed.startswith(whole):
        return []
    inside = typed[len(whole) :].encode(errors="surrogateescape")
    at = len(inside) - len(inside.rpartition(b"/")[2])
    # Up to the next `/` or the end of the path, in lines that have a TAB: headers have none.
    rest = rb"[^/\t\n]*(?:/(?=[^\n]*\t)|(?=\t))"
    steps = re.compile(rb"^" + re.escape(inside) + rest, re.MULTILINE)
    found: dict[bytes, None] = {}
    for content in project.pointer_files(data).values():
        # Parsing a pointer takes seconds where there are a million objects; a search does not.
        found |= dict.fromkeys(match[at:] for match in steps.findall(content))
    above = typed[: len(typed) - len(inside) + at]
    names = (step.decode(errors="surrogateescape") for step in found)
    return [above + name for name in sorted(names) if name and not name.startswith('"')]
