"""The fingerprint of a directory: everything by which a change of its files could be noticed.

Two hundred thousand files are looked at in less time than comparing them one by one takes. Only
plain trees have one: files and directories, all readable. Whoever meets anything else looks closer.
"""

from __future__ import annotations

import marshal
import os
import stat
from dataclasses import dataclass

from gitstore.adapters.tree_walk import LISTABLE, Root
from gitstore.core.ticks import settles

_DEEPEST = 400  # directories


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a directory was like.

    Attributes:
        digest: changes when a file comes, goes, or is written to.
        settled_ns: by the file system's clock, in nanoseconds since 1970: whoever looked later than
            this notices every later write. A file that is written in the very tick of the clock in
            which it was looked at leaves no trace (https://git-scm.com/docs/racy-git).
    """

    digest: str
    settled_ns: int


class _Odd(Exception):
    pass


def fingerprint(root: Root, ours: str | None = None) -> Fingerprint | None:
    """The fingerprint of everything below a directory; None where a closer look is needed.

    It depends on the order in which the system lists a directory, which may change without a
    reason: then it is another one.

    Args:
        ours: the name of our own directory directly below it, or None.
    """
    printer = _Printer(ours)
    try:
        with root.opened() as directory:
            printer.directory(os.open(".", LISTABLE, dir_fd=directory), 0)
    except (OSError, _Odd):
        return None
    return Fingerprint(printer.digest.hexdigest(), printer.settled)


class _Printer:
    def __init__(self, ours: str | None) -> None:
        import hashlib  # late: few commands need what it loads

        self.digest = hashlib.sha256()
        self.settled = 0
        self._ours = ours

    def directory(self, descriptor: int, depth: int) -> None:
        """Add one open directory, and close it."""
        if depth == _DEEPEST:
            os.close(descriptor)
            raise _Odd
        below: list[str] = []
        try:
            with os.scandir(descriptor) as entries:
                self._files(entries, below)
            for name in below:
                if depth or name != self._ours:
                    opened = os.open(name, LISTABLE, dir_fd=descriptor)
                    self.directory(opened, depth + 1)
        finally:
            os.close(descriptor)

    def _files(self, entries: os._ScandirIterator[str], below: list[str]) -> None:
        files = []
        settled = self.settled
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            mode = found.st_mode
            if stat.S_ISDIR(mode):
                below.append(entry.name)
            elif stat.S_ISREG(mode):
                written, changed = found.st_mtime_ns, found.st_ctime_ns
                files.append((entry.name, found.st_size, written, changed, found.st_ino))
                settled = max(settled, settles(written, changed))
            else:
                raise _Odd
        if ".git" in below:
            raise _Odd
        self.settled = settled
        # Version 2 has no references between objects, so that equal values give equal bytes.
        self.digest.update(marshal.dumps((files, below), 2))
