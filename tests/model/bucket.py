"""The shared bucket: three kinds of storage in memory, with the world's own record of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice

from gitstore.core.errors import StorageError, Unsupported
from gitstore.core.many import Answers, Given, Wanted, Whole, Writes, read_whole, written
from gitstore.core.store import Abilities, Conditional
from gitstore.core.versions import Version, version
from tests.memory_store import Kept, MemoryStore, no_fault

_AT_ONCE = 2

IDENTITY = "s3://amazonaws.com/model/bucket"


class Habit(Enum):
    """What a bucket does with old bytes, and what its ETags are."""

    VERSIONED = "versioned"
    PLAIN = "plain"  # old bytes are gone; the ETag is the MD5
    OPAQUE = "opaque"  # old bytes are gone; the ETag says nothing about the bytes
    CARELESS = "careless"  # as `PLAIN`, and preconditions are ignored


@dataclass(slots=True)
class Bucket(MemoryStore):
    """A `MemoryStore` with a habit.

    Attributes:
        habit: see `Habit`.
        together: whether it reads and writes many objects at a time, as S3 does.
        spoiled: what becomes of bytes that are read so, on their way.
        house: how often everything has moved to another bucket.
        issued: the bytes behind every ETag ever issued; only the oracle looks here.
    """

    identity: str = IDENTITY
    habit: Habit = Habit.VERSIONED
    together: bool = False
    spoiled: Callable[[bytes], bytes] = bytes
    issued: dict[str, bytes] = field(default_factory=dict)
    house: int = 0
    _writes: int = 0

    def abilities(self) -> Abilities:
        """Old versions only where they are kept; everything is enforced, or nothing is."""
        said = MemoryStore.abilities(self)
        if self.habit is Habit.CARELESS:
            ignored = Conditional.IGNORED
            said = replace(said, create=ignored, swap=ignored, erase=ignored)
        many, kept = self.together, self.habit is Habit.VERSIONED
        return replace(said, versions=kept, parallel=_AT_ONCE, many=many, many_writes=many)

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """See `ManyReader.read_many`."""
        todo = iter(wanted)
        while some := list(islice(todo, _AT_ONCE)):
            yield [(one, self._on_its_way(read_whole(self, one))) for one in some]

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """See `ManyWriter.write_many`."""
        todo = iter(given)
        while some := list(islice(todo, _AT_ONCE)):
            yield [(one, written(self, one)) for one in some]

    def _on_its_way(self, result: Whole | StorageError) -> Whole | StorageError:
        if isinstance(result, StorageError):
            return result
        return Whole(result.version, self.spoiled(result.data))

    def versions(self, key: str) -> Iterator[Version]:
        """See `Store.versions`."""
        if self.habit is not Habit.VERSIONED:
            raise Unsupported("the bucket keeps no old versions", key=key)
        return MemoryStore.versions(self, key)

    def outsider_puts(self, key: str, data: bytes) -> None:
        """Somebody without git writes; no fault reaches them."""
        self._quietly(key, data)

    def outsider_deletes(self, key: str) -> None:
        """Somebody without git deletes."""
        if key in self.contents():
            self._quietly(key, None)

    def moves(self) -> None:
        """All objects are copied to a new bucket, where nothing has the old place ids."""
        objects = self.contents()
        self.kept.clear()
        self.house += 1
        self.identity = f"{IDENTITY}-{self.house}"
        for key, data in objects.items():
            self._quietly(key, data)

    @property
    def url(self) -> str:
        """As the manifest has it."""
        return "s3:/" + self.identity.removeprefix("s3://amazonaws.com")

    def quiet(self) -> None:
        """No more faults."""
        self.fault = self.lost = no_fault

    def old(self) -> set[bytes]:
        """Every byte string that the bucket still holds, current or not."""
        return {k.data for kept in self.kept.values() for k in kept if k.data is not None}

    def _require(self, key: str, expect: Version | None) -> None:
        if self.habit is not Habit.CARELESS:
            MemoryStore._require(self, key, expect)

    def _quietly(self, key: str, data: bytes | None) -> None:
        etag = {} if data is None else {"etag": version_tag(data)}
        self._put(key, etag, data)

    def _put(self, key: str, ids: dict[str, str], data: bytes | None) -> Version:
        self._writes += 1
        if data is not None and self.habit is Habit.OPAQUE:
            ids = {"etag": f"opaque-{self._writes}"}
        if data is not None:
            self.issued[ids["etag"]] = data
        if self.habit is Habit.VERSIONED:
            return MemoryStore._put(self, key, ids, data)
        made = version(len(data or b""), ids)
        self.kept[key] = [Kept(made, data)]
        return made


def version_tag(data: bytes) -> str:
    """The ETag that S3 gives a small object."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
