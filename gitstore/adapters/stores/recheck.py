"""A store whose preconditions are looked at right before the act, where the storage does not.

A small window stays open: somebody can write between the look and the act. An object that is long
on its way is looked at again when its last byte has been read, so that the window is that of the
last requests, not of the whole upload. After a write it is looked at once more, so that of two
writers who both saw nothing at least the one who lost is told.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from gitstore.core.errors import Refused
from gitstore.core.many import Answers, Given, Wanted, Writes, read_many, write_many, written
from gitstore.core.resuming import abandon
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span, Store
from gitstore.core.versions import Version, equal
from gitstore.core.wrapped_source import Wrapped, WrappedStream

LONG = 8 << 20  # bytes; what is larger travels in more than one request


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The `store`, with the abilities that were measured, made safe where they fall short."""

    store: Store
    measured: Abilities

    @property
    def identity(self) -> str:
        """As the store's."""
        return self.store.identity

    def abilities(self) -> Abilities:
        """What was measured; what the storage ignores, or was never asked, is checked here."""
        return replace(
            self.measured,
            create=_at_least_checked(self.measured.create),
            swap=_at_least_checked(self.measured.swap),
            erase=_at_least_checked(self.measured.erase),
            many=self.store.abilities().many,
            many_writes=self._obeyed and self.store.abilities().many_writes,
            costs=self.store.abilities().costs,
        )

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

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """As the store's, after a look and before another one."""
        how = self.measured.create if expect is None else self.measured.swap
        if how is Conditional.ENFORCED:
            return self.store.write(key, source, expect)
        self._require(key, expect)
        if source.size > LONG:
            source = _Watched(source, [lambda: self._require(key, expect)])
        written = self.store.write(key, source, expect)
        if not equal(self.store.stat(key), written):
            raise Refused(f"somebody else wrote {key!r} at the same time", key=key)
        return written

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """As the store's, where it needs no looks; else one after the other."""
        if self._obeyed:
            yield from write_many(self.store, given, most)
        else:
            for one in given:
                yield [(one, written(self, one))]

    def delete(self, key: str, expect: Version) -> None:
        """As the store's, after a look."""
        if self.measured.erase is not Conditional.ENFORCED:
            self._require(key, expect)
        self.store.delete(key, expect)

    def versions(self, key: str) -> Iterator[Version]:
        """As the store's."""
        return self.store.versions(key)

    @property
    def _obeyed(self) -> bool:
        return self.measured.create is self.measured.swap is Conditional.ENFORCED

    def abandon(self, key: str, noted: str) -> None:
        """As the store's."""
        abandon(self.store, key, noted)

    def _require(self, key: str, expect: Version | None) -> None:
        current = self.store.stat(key)
        if expect is None and current is not None:
            raise Refused(f"there is already an object {key!r}", key=key)
        if expect is not None and not equal(current, expect):
            raise Refused(f"{key!r} is not the expected version any more", key=key)


@dataclass(frozen=True, slots=True)
class _Watched(Wrapped):
    """A `Source` that has somebody look when its last byte has been read for the first time.

    Later it may be read again to find out what the storage will call it.
    """

    looks: list[Callable[[], None]]

    def open(self) -> BinaryIO:
        """A new stream at the first byte; its end raises what the look raises."""
        return io.BufferedReader(_LookingAtTheEnd(self.source.open(), self.looks), LONG)


class _LookingAtTheEnd(WrappedStream):
    def __init__(self, stream: BinaryIO, looks: list[Callable[[], None]]) -> None:
        super().__init__(stream)
        self._looks = looks

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # any buffer
        data = self._stream.read(len(buffer))
        if not data and self._looks:
            self._looks.pop()()
        buffer[: len(data)] = data
        return len(data)


def _at_least_checked(how: Conditional) -> Conditional:
    return how if how is Conditional.ENFORCED else Conditional.CHECKED
