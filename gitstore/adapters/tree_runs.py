"""The files of a directory in the order of their paths, a directory at a time.

Only of plain trees: files and directories, all readable. Whoever meets anything else looks closer.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gitstore.adapters.tree_values import Stat
from gitstore.adapters.tree_walk import LISTABLE, Root
from gitstore.core.names import local_problem

DEEPEST = 400  # directories
_KIND, _FILE, _DIRECTORY = 0o170000, stat.S_IFREG, stat.S_IFDIR

File = tuple[str, int, int, int, int]
"""Name, size, mtime_ns, ctime_ns and inode."""


class Run(NamedTuple):
    """Files of one directory that follow each other.

    Attributes:
        prefix: the directory, relative to where the walk began: `''`, or ending in `/`.
        files: by name.
    """

    prefix: str
    files: Sequence[File]

    def stats(self) -> Iterator[tuple[str, Stat]]:
        """The files by path."""
        for name, size, mtime, ctime, inode in self.files:
            yield self.prefix + name, Stat(size, mtime, ctime, inode)


class Odd(Exception):
    """There is something other than a file that can be an object."""


def runs(root: Root, ours: str | None = None) -> Iterator[Run]:
    """Everything below a directory, in the order of the paths.

    Args:
        root: the directory; it must be there.
        ours: the name of our own directory directly below it, or None.

    Raises:
        Odd: there is something other than a file that can be an object, or no directory.
    """
    try:
        with root.opened() as directory:
            opened = os.open(".", LISTABLE, dir_fd=directory)
        yield from _below(opened, "", ours)
    except OSError as error:
        raise Odd from error


def digest(taken: Iterable[Run]) -> str:
    """What changes when a file comes, goes, or is written to."""
    # Version 2 has no references between objects, so that equal values give equal bytes.
    text = marshal.dumps([(run.prefix, list(run.files)) for run in taken], 2)
    return hashlib.sha256(text).hexdigest()[:32]


class Cursor:
    """Runs that are taken one piece after the other."""

    def __init__(self, source: Iterator[Run]) -> None:
        self._source = source
        self._run = Run("", ())
        self._at = 0

    def before(self, until: str | None) -> list[Run]:
        """What is left before a path; None: everything that is left."""
        taken = []
        while self._more():
            prefix, files = self._run
            end = len(files) if until is None else _end(self._run, until, self._at)
            if end > self._at:
                taken.append(Run(prefix, files[self._at : end]))
            self._at = end
            if end < len(files):
                break
        return taken

    def _more(self) -> bool:
        if self._at < len(self._run.files):
            return True
        found = next(self._source, None)
        if found is None:
            return False
        self._run, self._at = found, 0
        return True


def _end(run: Run, until: str, start: int) -> int:
    """How many of the files are before a path."""
    if until.startswith(run.prefix):
        return bisect_left(run.files, (until[len(run.prefix) :],), start)
    return len(run.files) if run.prefix < until else start


def _below(descriptor: int, prefix: str, ours: str | None) -> Iterator[Run]:
    """The runs of one open directory, which is closed."""
    try:
        files, below = listed(descriptor)
        if prefix == "":
            below = [name for name in below if name != ours]
        start = 0
        # As paths, directories have a slash behind their names.
        for name in sorted(f"{name}/" for name in below):
            end = bisect_left(files, (name,), start)
            if end > start:
                yield Run(prefix, files[start:end])
            start = end
            path = prefix + name
            if local_problem(path[:-1]) is not None or path.count("/") > DEEPEST:
                raise Odd
            yield from _below(os.open(name[:-1], LISTABLE, dir_fd=descriptor), path, None)
        if start < len(files):
            yield Run(prefix, files[start:] if start else files)
    finally:
        os.close(descriptor)


def listed(descriptor: int) -> tuple[list[File], list[str]]:
    """The files of an open directory, sorted, and the names of the directories in it.

    Raises:
        Odd: there is something other than a file that can be an object, or no plain directory.
    """
    files: list[File] = []
    below: list[str] = []
    with os.scandir(descriptor) as entries:
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            kind = found.st_mode & _KIND
            if kind == _FILE:
                written, changed = found.st_mtime_ns, found.st_ctime_ns
                files.append((entry.name, found.st_size, written, changed, found.st_ino))
            elif kind == _DIRECTORY:
                below.append(entry.name)
            else:
                raise Odd
    if ".git" in below:
        raise Odd
    files.sort()
    return files, below
