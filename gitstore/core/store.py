"""The seam to storages: five verbs on keys, and what a storage can do.

A store knows keys, not paths, git or pointers. Keys are relative to the storage's URL, are valid
Unicode without NUL, and are passed and returned exactly: a store that cannot spell a key raises
`Unsupported` for it and never touches another object instead. All methods may be called from
several threads at once. Errors are the `StoreError` family of `gitstore.core.errors`; a store never
retries for the sake of the caller (its SDK may), never logs, never prints.

One object's identity is spelled alike by `list`, `stat`, `read` and `write`: what `list` says of an
object, `stat` says too (either may say more), and after `write` both say what `write` returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Protocol

from gitstore.core.versions import Version


class Conditional(Enum):
    """How far a precondition on a write can be trusted."""

    ENFORCED = "enforced"  # atomically, by the storage
    CHECKED = "checked"  # looked at right before the write; a small window stays open
    IGNORED = "ignored"  # the server answers success whatever was asked (measured)
    UNKNOWN = "unknown"  # not probed yet


@dataclass(frozen=True, slots=True)
class Costs:
    """The requests that listing and writing take; an object that is read takes one, or its ranges.

    Attributes:
        page: objects of one answer of a listing.
        whole: bytes that are written in one request.
        beside: requests of a larger object besides those of its parts.
        part: bytes of a part of a larger object of so many bytes; None where all goes in one.
    """

    page: int
    whole: int
    beside: int
    part: Callable[[int], int] | None = None

    def writing(self, size: int) -> int:
        """The requests that write an object of so many bytes."""
        if size <= self.whole:
            return 1
        if self.part is None:
            return self.beside + 1
        return self.beside - (-size // self.part(size))


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a storage can do, as far as it is known.

    Attributes:
        create: how `write` with `expect=None` is protected.
        swap: how `write` with an expected version is protected.
        erase: how `delete` is protected.
        versions: whether old versions of an object can be listed and read.
        writable: whether `write` and `delete` exist at all.
        parallel: requests in flight that suit this storage.
        many: whether it is a `ManyReader`, too (`core/many.py`).
        many_writes: whether it is a `ManyWriter`, too.
        costs: the requests that bytes take, where somebody counts them.
    """

    create: Conditional = Conditional.UNKNOWN
    swap: Conditional = Conditional.UNKNOWN
    erase: Conditional = Conditional.UNKNOWN
    versions: bool = False
    writable: bool = True
    parallel: int = 16
    many: bool = False
    many_writes: bool = False
    costs: Costs | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One object in a listing.

    Attributes:
        key: its key; of an object with a problem, its name as far as it can be shown.
        version: what the storage says of it.
        problem: why no key can name this object, as one clause, or None. It is listed, so that
            nobody takes it for gone, and nothing else can be done with it.
    """

    key: str
    version: Version
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an object: `start` and `stop` in bytes, `stop` not included."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Reading:
    """An object being read.

    Attributes:
        version: the version of the whole object that the bytes come from.
        chunks: the bytes, once, in order. Ends early only by raising.
    """

    version: Version
    chunks: Iterator[bytes]


class Source(Protocol):
    """Bytes to be written: a file of known size that can be opened again for a retry."""

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal, if it is known before the bytes are read."""
        ...

    def open(self) -> BinaryIO:
        """A new stream at the first byte; the caller closes it."""
        ...


def md5_of(source: Source) -> str | None:
    """The MD5 of a source in lower-case hexadecimal, if whoever made it has computed it."""
    md5: str | None = getattr(source, "md5", None)
    return md5


class Store(Protocol):
    """A storage, as far as transfers need it. See the module for what all methods promise."""

    @property
    def identity(self) -> str:
        """The storage as every clone names it, e.g. `s3://s3.example.org/bucket/prefix`.

        Without a trailing slash; the same for every URL form that means the same place.
        """
        ...

    def abilities(self) -> Abilities:
        """What the storage can do. Costs no request."""
        ...

    def list(self, prefix: str) -> Iterator[Found]:
        """Every object whose key starts with `prefix`, in the storage's order.

        Complete or an error: a page that fails raises, and what was yielded before must then not be
        taken for a listing. An empty prefix of an existing bucket yields nothing.

        Raises:
            Missing: the bucket or directory does not exist.
        """
        ...

    def stat(self, key: str) -> Version | None:
        """The object's current version, or None when there is no such object."""
        ...

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """The object's bytes, or a span of them.

        Args:
            expect: the version to read. One that carries `version:` or `generation:` is read by it,
                current or not; else it must be the current one. None: whatever is current.

        Raises:
            Refused: the current object is not the expected version.
            Missing: no such object, or no such version any more.
        """
        ...

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """Write the whole object and say which version that made.

        Args:
            expect: the version to replace; None creates and never replaces.

        Raises:
            Refused: the object exists (`expect=None`), or is not the expected version, or is gone.
        """
        ...

    def delete(self, key: str, expect: Version) -> None:
        """Remove the object if it is the expected version; never a named old version.

        Raises:
            Refused: the object is another version, or gone.
        """
        ...

    def versions(self, key: str) -> Iterator[Version]:
        """The object's versions that `read` can still give, newest first.

        Raises:
            Unsupported: the storage keeps none that could be listed.
        """
        ...
