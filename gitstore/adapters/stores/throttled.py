"""A store whose bytes move at no more than a given rate, both directions and all threads together.

The rate holds on average: what travels in one request of at most a few megabytes leaves at once,
and the next one waits for it. Bytes that are only read here, to compute a digest, do not count.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import BinaryIO, TypeVar

from gitstore.core.many import WHOLE, Answers, Given, Wanted, Writes, read_many, write_many
from gitstore.core.resuming import abandon
from gitstore.core.store import Abilities, Found, Reading, Source, Span, Store
from gitstore.core.versions import Version
from gitstore.core.wrapped_source import Wrapped, WrappedStream

_One = TypeVar("_One")
_PIECE = 256 << 10  # bytes of an upload that are let through at a time


class Rate:
    """So many bytes per second for whoever asks; may be used by several threads.

    Attributes:
        rate: bytes per second, above 0.

    Args:
        clock: gives seconds.
        sleep: waits for so many of them.
    """

    def __init__(
        self,
        rate: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._free = 0.0

    def take(self, size: int) -> None:
        """Wait until so many bytes more are within the rate; time that nobody used is not saved."""
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now) + size / self.rate
            wait = self._free - now
        self._sleep(wait)


@dataclass(frozen=True, slots=True)
class Throttled:
    """The `store`, of which bytes are taken and given at a rate.

    Attributes:
        store: what is slowed down.
        held: rates that all hold, for instance one of this storage and one of all together.
    """

    store: Store
    held: Sequence[Rate]

    @property
    def identity(self) -> str:
        """As the store's."""
        return self.store.identity

    def abilities(self) -> Abilities:
        """As the store's; many objects at a time only where nobody waits long for one of them."""
        said = self.store.abilities()
        quick = all(rate.rate >= WHOLE for rate in self.held)
        return replace(said, many=said.many and quick, many_writes=said.many_writes and quick)

    def list(self, prefix: str) -> Iterator[Found]:
        """As the store's: what it takes is not an object's bytes."""
        return self.store.list(prefix)

    def stat(self, key: str) -> Version | None:
        """As the store's."""
        return self.store.stat(key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """As the store's, piece by piece at the rate."""
        reading = self.store.read(key, expect, span)
        return replace(reading, chunks=self._slowly(reading.chunks))

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """As the store's; what it reads to be sent is read at the rate."""
        return self.store.write(key, Slowed(source, self.held), expect)

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """As the store's; what it is to read is named at the rate."""
        sized = ((one, one.expect.size) for one in wanted)
        return read_many(self.store, self._named(sized), most)

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """As the store's; what it is to write is named at the rate."""
        sized = ((one, one.source.size) for one in given)
        return write_many(self.store, self._named(sized), most)

    def delete(self, key: str, expect: Version) -> None:
        """As the store's."""
        self.store.delete(key, expect)

    def versions(self, key: str) -> Iterator[Version]:
        """As the store's."""
        return self.store.versions(key)

    def abandon(self, key: str, noted: str) -> None:
        """As the store's."""
        abandon(self.store, key, noted)

    def _named(self, sized: Iterable[tuple[_One, int]]) -> Iterator[_One]:
        for one, size in sized:
            for rate in self.held:
                rate.take(size)
            yield one

    def _slowly(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            for rate in self.held:
                rate.take(len(chunk))
            yield chunk


@dataclass(frozen=True, slots=True)
class Slowed(Wrapped):
    """A `Source` whose streams are read at a rate."""

    held: Sequence[Rate]

    def open(self) -> BinaryIO:
        """A new stream at the first byte."""
        return io.BufferedReader(_Slow(self.source.open(), self.held), _PIECE)


def unslowed(source: Source) -> Source:
    """The same bytes to be read here and not sent, for which no rate is meant."""
    return source.source if isinstance(source, Slowed) else source


def pay(source: Source, size: int) -> None:
    """Wait until so many bytes of a source may be sent that was read without being slowed."""
    for rate in source.held if isinstance(source, Slowed) else ():
        rate.take(size)


class _Slow(WrappedStream):
    def __init__(self, stream: BinaryIO, held: Sequence[Rate]) -> None:
        super().__init__(stream)
        self._held = held

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # any buffer
        data = self._stream.read(min(len(buffer), _PIECE))
        for rate in self._held:
            rate.take(len(data))
        buffer[: len(data)] = data
        return len(data)
