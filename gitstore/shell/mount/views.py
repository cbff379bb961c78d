"""What a mount leads to: one folder for each pointer that it has shown, or one for the storage.

A pointer that moves gets a folder of its own, and the data path leads there from then on. Whoever
has a file of the folder before open, or stands in it, keeps what it was: nothing is exchanged under
a reader, not in the kernel's memory either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from gitstore.core.store import Store
from gitstore.core.versions import Version
from gitstore.shell.mount.content import Content, Supply
from gitstore.shell.mount.tree import Tree
from gitstore.shell.pinned import Pinned

LIVE = "live"
"""The folder of a mount that shows the storage as it is."""

_FRESH = 5.0  # seconds for which a listing is taken for the truth
_PART = 10  # listing takes at most this part of the time, however long one takes


class Shown(Protocol):
    """What one folder shows."""

    def tree(self) -> Tree:
        """The files, as they are now.

        Raises:
            StoreError: that cannot be said.
        """
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """Exactly what a pointer names."""

    files: Tree

    def tree(self) -> Tree:
        """Always the same one, but for what is written through the mount."""
        return self.files


class Listed:
    """What the storage holds, listed again when the last listing is some seconds old.

    Args:
        listing: gives every object by path.
    """

    def __init__(self, listing: Callable[[], Mapping[str, Version]]) -> None:
        self._listing = listing
        self._tree: Tree | None = None
        self._until = 0.0
        self._asking = threading.Lock()

    def tree(self) -> Tree:
        """The files; a listing that fails is an error, not an empty folder (rule Sc2)."""
        with self._asking:
            began = time.monotonic()
            if self._tree is None or began >= self._until:
                self._tree = Tree(self._listing())
                now = time.monotonic()
                self._until = now + max(_FRESH, _PART * (now - began))
            return self._tree


@dataclass(frozen=True, slots=True)
class View:
    """One folder of a mount.

    Attributes:
        shown: its files.
        key: the storage's key of a file.
        store: gives the store; several threads may ask.
        supply: where blocks come from.
        changed: the time that its files have, in nanoseconds since 1970.
        pins: asks at each open which version is there now, where no pointer says it.
    """

    shown: Shown
    key: Callable[[str], str]
    store: Callable[[], Store]
    supply: Supply
    changed: int
    pins: bool = False
    _open: WeakValueDictionary[tuple[str, Version], Content] = field(
        default_factory=WeakValueDictionary, repr=False
    )
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def content(self, path: str, version: Version) -> Content:
        """The bytes of a file in a version; the same for everybody who has it open.

        Raises:
            KeyError: it is not there any more.
            StoreError: that cannot be said.
        """
        if self.pins:
            found = self.store().stat(self.key(path))
            if found is None:
                raise KeyError(path)
            version = found
        store = self.store()
        with self._opening:
            content = self._open.get((path, version))
            if content is None:
                content = Content(Pinned(store, self.key(path), version), self.supply)
                self._open[path, version] = content
            return content
