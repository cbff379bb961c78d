"""Many small objects at a time: `read` and `write` where a store can do that with less work.

A store may lack this: then the functions here ask it one by one, and transfers do so in threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gitstore.core.errors import StorageError
from gitstore.core.store import Source, Store
from gitstore.core.versions import Version


@dataclass(frozen=True, slots=True)
class Wanted:
    """A small object that is to be read whole: its key, and the version to expect."""

    key: str
    expect: Version


@dataclass(frozen=True, slots=True)
class Whole:
    """A small object that has been read whole: the version that the bytes come from, and they."""

    version: Version
    data: bytes


WHOLE = 1 << 20
"""In bytes: the largest object that is read or written as one of many."""


@dataclass(frozen=True, slots=True)
class Given:
    """A small object that is to be written: see `Store.write`."""

    key: str
    source: Source
    expect: Version | None


Answers = Iterator[list[tuple[Wanted, Whole | StorageError]]]
"""What has come of some reads since the last batch."""

Writes = Iterator[list[tuple[Given, Version | StorageError]]]
"""What has come of some writes since the last batch."""


@runtime_checkable
class ManyReader(Protocol):
    """A store that reads many small objects with less work for each than `read` takes.

    This is no other verb: what it answers for one object is what `read` would, and where a store
    has it not, `read` in threads does the same work.
    """

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """Read objects of at most `WHOLE` bytes, in any order, in batches of what is there.

        Args:
            wanted: taken as there is room for another request.
            most: requests in flight, or None for as many as make it faster.
        """
        ...


@runtime_checkable
class ManyWriter(Protocol):
    """A store that writes many small objects with less work for each than `write` takes.

    What it does to one object, and says of it, is what `write` would.
    """

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """Write objects of at most `WHOLE` bytes, in any order, in batches of what is done.

        Args:
            given: taken as there is room for another request.
            most: requests in flight, or None for as many as make it faster.
        """
        ...


def many_reader(store: Store) -> ManyReader | None:
    """The store, if it reads many objects at a time."""
    return store if store.abilities().many and isinstance(store, ManyReader) else None


def read_many(store: Store, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
    """Read small objects: see `ManyReader`. From a store that is none, one after the other."""
    reader = many_reader(store)
    if reader is not None:
        yield from reader.read_many(wanted, most)
        return
    for one in wanted:
        yield [(one, read_whole(store, one))]


def read_whole(store: Store, wanted: Wanted) -> Whole | StorageError:
    """One small object, or why it cannot be had."""
    try:
        reading = store.read(wanted.key, wanted.expect)
        return Whole(reading.version, b"".join(reading.chunks))
    except StorageError as error:
        return error


def many_writer(store: Store) -> ManyWriter | None:
    """The store, if it writes many objects at a time."""
    return store if store.abilities().many_writes and isinstance(store, ManyWriter) else None


def write_many(store: Store, given: Iterable[Given], most: int | None = None) -> Writes:
    """Write small objects: see `ManyWriter`. To a store that is none, one after the other."""
    writer = many_writer(store)
    if writer is not None:
        yield from writer.write_many(given, most)
        return
    for one in given:
        yield [(one, written(store, one))]


def written(store: Store, given: Given) -> Version | StorageError:
    """What writing one small object made, or why it failed."""
    try:
        return store.write(given.key, given.source, given.expect)
    except StorageError as error:
        return error
