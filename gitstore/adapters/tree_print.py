"""The fingerprint of a directory: everything by which a change of its files could be noticed.

Two hundred thousand files are looked at in less time than comparing them one by one takes. Only
plain trees have one: files and directories, all readable. Whoever meets anything else looks closer.
"""

from __future__ import annotations

import marshal
import os
from dataclasses import dataclass

from gitstore.adapters.tree_runs import DEEPEST, Odd, listed
from gitstore.adapters.tree_walk import LISTABLE, Root
from gitstore.core.ticks import settles


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


def fingerprint(root: Root, ours: str | None = None) -> Fingerprint | None:
    """The fingerprint of everything below a directory; None where a closer look is needed.

    It depends on the order in which the system lists directories, which may change without a
    reason: then it is another one.

    Args:
        ours: the name of our own directory directly below it, or None.
    """
    printer = _Printer(ours)
    try:
        with root.opened() as directory:
            printer.directory(os.open(".", LISTABLE, dir_fd=directory), 0)
    except (OSError, Odd):
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
        if depth == DEEPEST:
            os.close(descriptor)
            raise Odd
        try:
            files, below = listed(descriptor)
            times = (settles(each[2], each[3]) for each in files)
            self.settled = max(self.settled, max(times, default=0))
            # Version 2 has no references between objects, so that equal values give equal bytes.
            self.digest.update(marshal.dumps((files, below), 2))
            for name in below:
                if depth or name != self._ours:
                    opened = os.open(name, LISTABLE, dir_fd=descriptor)
                    self.directory(opened, depth + 1)
        finally:
            os.close(descriptor)
