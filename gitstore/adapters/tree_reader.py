"""Reading many files of a tree, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from gitstore.adapters import tree_reading
from gitstore.adapters.tree_reading import Find
from gitstore.adapters.tree_values import Stat
from gitstore.adapters.tree_walk import Entry
from gitstore.core.versions import Version

Parts = tuple[str, ...]


class _Reached(NamedTuple):
    parts: Parts
    descriptor: int


class Reader:
    """Reads files; the directory of the last one stays open for those that follow in it.

    Not for several threads. `Tree.reader` closes it.

    Args:
        find: the place of an object's file.
        split: the components of an object's path; raises `PathRefused` where it cannot be a file.
    """

    def __init__(self, find: Find, split: Callable[[str], Parts]) -> None:
        self._find = find
        self._split = split
        self._reached: _Reached | None = None

    def digest(self, path: str) -> tuple[Stat, Version]:
        """As `Tree.digest`."""
        return tree_reading.digest(self._entry, path)

    def whole(self, path: str, most: int) -> tuple[Stat, Version, bytes]:
        """The same of a small file, and its bytes.

        Args:
            most: the bytes that it may have; a larger one counts as changed.
        """
        return tree_reading.whole(self._entry, path, most)

    def close(self) -> None:
        """Let the directory go."""
        if self._reached is not None:
            os.close(self._reached.descriptor)
            self._reached = None

    @contextmanager
    def _entry(self, path: str) -> Iterator[Entry]:
        parts = self._split(path)
        known = self._reached
        if known is None or known.parts != parts[:-1]:
            self.close()
            with self._find(path) as entry:
                known = self._reached = _Reached(parts[:-1], os.dup(entry.directory))
        yield Entry(known.descriptor, parts[-1])
