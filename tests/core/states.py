"""States to plan with: three versions of one object, spelled as each side knows them.

All three have one size, so that only identifiers tell them apart; the storage's listing has no
content ids, so that a local file and an object stay unknown to each other until a fact helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from gitstore.core.model import Base, State, is_promise
from gitstore.core.versions import Version, version

SIZE = 7


@dataclass(frozen=True, slots=True)
class Bytes:
    """The truth about some bytes: their digest, and the ETag under which the storage has them."""

    sha256: str
    etag: str


ONE = Bytes("1" * 64, "e1")
TWO = Bytes("2" * 64, "e2")
THREE = Bytes("3" * 64, "e3")
ALL = (ONE, TWO, THREE)


def local(of: Bytes) -> Version:
    """L: a file that was read."""
    return version(SIZE, {"sha256": of.sha256})


def listed(of: Bytes) -> Version:
    """R: an object as the listing says it."""
    return version(SIZE, {"etag": of.etag})


def known(of: Bytes) -> Version:
    """What a transfer leaves behind: in B, in a fact, in the line of bytes written from here."""
    return version(SIZE, {"sha256": of.sha256, "etag": of.etag})


def promise(of: Bytes) -> Version:
    """P: bytes that were recorded and never seen on the storage."""
    return version(SIZE, {"sha256": of.sha256})


def based(of: Bytes) -> Base:
    """B: the local bytes descend from this version."""
    return Base(known(of))


def erasing(of: Bytes) -> Base:
    """B: this version, to be erased at the next sync."""
    return Base(known(of), erase=True)


def truth(of: Version | None) -> Bytes | None:
    """The bytes that a version speaks about."""
    if of is None:
        return None
    return next(b for b in ALL if b.sha256 == of.sha256 or b.etag == of.get("etag"))


def every_state() -> Iterator[State]:
    """Every combination of three versions on all sides, in every spelling that a side has."""
    lines = (None, *(spell(b) for b in ALL for spell in (listed, known, promise)))
    bases = (None, *(spell(b) for b in ALL for spell in (based, erasing)))
    files = (None, *(local(b) for b in ALL))
    objects = (None, *(listed(b) for b in ALL))
    facts = ((), (known(ONE),), tuple(known(b) for b in ALL))
    for line, base, here, there, learnt in product(lines, bases, files, objects, facts):
        state = State("x", line, base, here, there, wanted=True, facts=learnt)
        yield state
        if base is None:
            yield replace(state, wanted=False)
        if line is not None and is_promise(line):
            yield replace(state, recorded=line.sha256)
