"""A store that nothing can be written to, because its user has approved it for reading only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gitstore.core.errors import Unsupported
from gitstore.core.many import Answers, Wanted, read_many
from gitstore.core.store import Abilities, Found, Reading, Source, Span, Store
from gitstore.core.versions import Version


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """The `store`, of which only the reading verbs are left.

    Attributes:
        store: what is read from.
        hint: what to type to write to it, too.
    """

    store: Store
    hint: str

    @property
    def identity(self) -> str:
        """As the store's."""
        return self.store.identity

    def abilities(self) -> Abilities:
        """As the store's, but not writable."""
        return replace(self.store.abilities(), writable=False, many_writes=False)

    def list(self, prefix: str) -> Iterator[Found]:
        """As the store's."""
        return self.store.list(prefix)

    def stat(self, key: str) -> Version | None:
        """As the store's."""
        return self.store.stat(key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """As the store's."""
        return self.store.read(key, expect, span)

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """As the store's."""
        return read_many(self.store, wanted, most)

    def write(self, key: str, _source: Source, _expect: Version | None) -> Version:
        """Raises `Unsupported`."""
        raise self._refusal(key)

    def delete(self, key: str, _expect: Version) -> None:
        """Raises `Unsupported`."""
        raise self._refusal(key)

    def abandon(self, key: str, _noted: str) -> None:
        """Raises `Unsupported`."""
        raise self._refusal(key)

    def versions(self, key: str) -> Iterator[Version]:
        """As the store's."""
        return self.store.versions(key)

    def _refusal(self, key: str) -> Unsupported:
        return Unsupported(
            f"{key!r} is not written: {self.identity} is used for reading only",
            key=key,
            hint=self.hint,
        )
