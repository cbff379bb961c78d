"""A data path bound to its two ends, the local tree and the storage, with the state between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.adapters.facts import Facts
from gitstore.adapters.state import WorkState
from gitstore.adapters.tree import Tree
from gitstore.core.location import Location, Owner
from gitstore.core.manifest import DataPath

if TYPE_CHECKING:
    from gitstore.core.store import Store


@dataclass(frozen=True, slots=True)
class Binding:
    """One data path with everything that a survey or a transfer asks.

    Attributes:
        data: the manifest's entry.
        source: the pointer's `from` line: storage identity, `/`, prefix.
        store: opens the store at the first call; nothing is imported or asked before.
        tree: the local side.
        state: this work tree's state.
        facts: what this clone has learnt.
        location: where the local bytes lie, or None if they are at the data path.
        uploads: the directory of those that were begun here, or None to go on with none.
    """

    data: DataPath
    source: str
    store: Callable[[], Store]
    tree: Tree
    state: WorkState
    facts: Facts
    location: Location | None = None
    uploads: Path | None = None

    @property
    def lent(self) -> bool:
        """Whether others keep the local bytes, so that they are only looked at."""
        return self.location is not None and self.location.owner is Owner.OTHERS

    def key(self, path: str) -> str:
        """The storage key of an object, relative to the storage's URL."""
        return self.data.prefix if self.data.single else self.data.prefix + path

    def path(self, key: str) -> str:
        """The object path of a storage key below the prefix."""
        return "." if self.data.single else key[len(self.data.prefix) :]
