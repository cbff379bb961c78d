"""Going on with an upload that was cut off: what a store needs to be reminded of.

A large object travels to some storages in parts, which stay there until somebody completes or
abandons the upload. A store that can go on with one asks a source for its memo, and leaves a note
there before the first part; whoever writes the same bytes to the same key later brings the same
memo. Nobody but the store reads what it has noted, and it never holds a secret.

This is no verb: stores that know nothing of it begin every upload anew.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from gitstore.core.store import Source, Store


class Memo(Protocol):
    """A note about one upload; it outlives the process."""

    def read(self) -> str | None:
        """What was noted, or None."""
        ...

    def note(self, text: str) -> None:
        """Note something in the place of what was noted."""
        ...

    def forget(self) -> None:
        """Note nothing: the upload is completed or abandoned."""
        ...


@runtime_checkable
class Abandoning(Protocol):
    """A store whose uploads can be abandoned."""

    def abandon(self, key: str, noted: str) -> None:
        """Have the storage let go of an upload, as far as it still has it.

        Args:
            noted: what this store has noted of it; it names no other upload than ours.

        Raises:
            StoreError: the storage cannot be asked.
        """
        ...


def memo_of(source: Source) -> Memo | None:
    """The memo that comes with a source, if one does."""
    memo: Memo | None = getattr(source, "memo", None)
    return memo


def abandon(store: Store, key: str, noted: str) -> None:
    """Have a storage let go of an upload, if its store can do that.

    Raises:
        StoreError: the storage cannot be asked.
    """
    if isinstance(store, Abandoning):
        store.abandon(key, noted)
