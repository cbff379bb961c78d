"""What verifying finds: local bytes, and the storage's objects, held against the pointer. Pure.

A local file is *damaged* if its bytes are not those that were staged although nobody has written to
it since: then the disk is wrong. If somebody has, it is edited, which is work and never touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from gitstore.core.cases import Local, local_case, settled
from gitstore.core.model import State, is_promise
from gitstore.core.versions import (
    PLACE_KINDS,
    Same,
    Version,
    compare,
    content_only,
    enriched,
    equal,
    merged,
)


class Side(Enum):
    """Where something was looked at."""

    HERE = "here"
    THERE = "there"


class Verdict(Enum):
    """What was found. The value is the word that people and `--json` see."""

    GOOD = "ok"
    DAMAGED = "damaged"  # other bytes, and nobody is known to have written them
    UNREADABLE = "unreadable"
    MISSING = "missing"  # staged, and no file
    CHANGED = "changed"  # the storage holds another version
    GONE = "gone"  # the storage holds no such object
    EDITED = "edited"  # written to since it was staged
    BEHIND = "behind"  # right bytes, of another version than the pointer names
    PROMISED = "promised"  # recorded, and not uploaded yet
    UNCHECKED = "unchecked"  # nothing to hold it against


WRONG = frozenset(
    {Verdict.DAMAGED, Verdict.UNREADABLE, Verdict.MISSING, Verdict.CHANGED, Verdict.GONE}
)
"""Verdicts that are not as they should be; the others are right, work, or not known."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found out about one object on one side.

    Attributes:
        path: relative to the data path.
        side: where it was looked at.
        verdict: what was found.
        reason: why, as one clause.
        size: in bytes.
        version: what the bytes are, where they were read.
        mended: whether the right bytes were put in its place.
        hint: what to type about it, or None.
    """

    path: str
    side: Side
    verdict: Verdict
    reason: str
    size: int = 0
    version: Version | None = None
    mended: bool = False
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An object whose bytes could be read.

    Attributes:
        size: in bytes.
        last: when they were last found right, in seconds since 1970; None: never.
        order: decides between objects that were last read at the same time.
    """

    size: int
    last: float | None
    order: str


def chosen(
    due: Iterable[Due], share: Fraction | None, budget: int | None, since: float | None
) -> set[Due]:
    """What is read in one run: what was not read for longest comes first, so that runs add up.

    Args:
        due: what could be read.
        share: of all of it, by number; at least one object.
        budget: in bytes; at least one object, however large.
        since: what was read after this moment is left out; seconds since 1970.
    """
    everything = list(due)
    left = [d for d in everything if since is None or d.last is None or d.last < since]
    left.sort(key=lambda d: (d.last is not None, d.last or 0.0, _spread(d.order)))
    if share is not None:
        left = left[: -(-len(everything) * share.numerator // share.denominator)]
    if budget is None:
        return set(left)
    taken: list[Due] = []
    used = 0
    for each in left:
        if not taken or used + each.size <= budget:
            taken.append(each)
            used += each.size
    return set(taken)


def look_here(state: State) -> Check | None:
    """What is said of a local file without reading it; None where it is to be read, or not here."""
    now = settled(state)
    if state.problem is not None:
        return Check(state.path, Side.HERE, Verdict.UNREADABLE, state.problem)
    if expected_here(state) is not None:
        return None
    case = local_case(now)
    if case is Local.MISSING:
        told = "it was staged, and there is no file any more"
        size = 0 if now.base is None else now.base.version.size
        return Check(state.path, Side.HERE, Verdict.MISSING, told, size)
    if now.local is None or (now.pointer is None and now.base is None):
        return None
    told = "written to since it was staged" if now.base is not None else "no copy of what is named"
    return Check(state.path, Side.HERE, Verdict.EDITED, told, now.local.size)


def expected_here(state: State) -> Version | None:
    """The version that a local file should hold, as far as its stat tells; None: it is work."""
    now = settled(state)
    if state.problem is not None or now.local is None:
        return None
    sides = [now.base.version if now.base is not None else None, now.pointer]
    right = [v for v in sides if v is not None and equal(now.local, v)]
    if not right:
        return None
    # What the stat cache has of it counts too: it was computed from these bytes.
    return merged(enriched(right[0], right[1:]) or right[0], content_only(now.local))


def judge_here(state: State, found: Version, written: bool) -> Check:
    """What the bytes of a local file are.

    Args:
        state: as it was before they were read.
        found: what was read.
        written: whether the file has been written to between the two.
    """
    expected = expected_here(state)
    same = Same.UNKNOWN if expected is None else compare(expected, found)
    if same is Same.DIFFERENT and written:
        verdict, told = Verdict.EDITED, "written to while it was looked at"
    elif same is Same.DIFFERENT:
        verdict, told = Verdict.DAMAGED, "other bytes, and nobody has written to the file"
    elif same is Same.UNKNOWN:
        verdict, told = Verdict.UNCHECKED, "no identifier that can be computed from bytes"
    elif state.pointer is None:
        verdict, told = Verdict.BEHIND, "right bytes, which the pointer names no more"
    elif expected is not None and not equal(settled(state).pointer, expected):
        verdict, told = Verdict.BEHIND, "right bytes, of another version than the pointer names"
    else:
        verdict, told = Verdict.GOOD, "the bytes that the pointer names"
    return Check(state.path, Side.HERE, verdict, told, found.size, found)


def look_there(state: State) -> Check | None:
    """What a listing says of an object that the pointer names; None where it names none."""
    now = settled(state)
    pointer, remote = now.pointer, now.remote
    if pointer is None:
        return None
    if is_promise(state.pointer) and not state.void and not equal(remote, pointer):
        told = "recorded, and not uploaded yet"
        return Check(state.path, Side.THERE, Verdict.PROMISED, told, pointer.size)
    if remote is None:
        gone = Verdict.GONE if state.problem is None else Verdict.UNREADABLE
        told = state.problem or "the storage holds no such object"
        return Check(state.path, Side.THERE, gone, told, pointer.size)
    same = compare(pointer, remote)
    if same is Same.EQUAL:
        verdict, told = Verdict.GOOD, "the version that the pointer names"
    elif same is Same.DIFFERENT:
        verdict, told = Verdict.CHANGED, f"another version of {remote.size:,} bytes is there"
    elif _renumbered(pointer, remote):
        verdict, told = Verdict.CHANGED, "another version is there, perhaps of the same bytes"
    else:
        verdict, told = Verdict.UNCHECKED, "no identifier in common with what the storage says"
    return Check(state.path, Side.THERE, verdict, told, remote.size)


def expected_there(state: State, facts: Iterable[Version]) -> Version | None:
    """What is known of the bytes of the storage's object, by the pointer, the base and facts."""
    base = () if state.base is None else (state.base.version,)
    pointer = () if state.pointer is None else (state.pointer,)
    return enriched(state.remote, (*pointer, *base, *facts))


def judge_there(path: str, expected: Version, found: Version) -> Check:
    """What the bytes of the storage's object are.

    Args:
        expected: what is known of them.
        found: what was read.
    """
    same = compare(content_only(expected), found)
    if same is Same.UNKNOWN:
        same = compare(expected, found)
    if same is Same.EQUAL:
        verdict, told = Verdict.GOOD, "the bytes that were recorded"
    elif same is Same.DIFFERENT:
        verdict, told = Verdict.DAMAGED, "other bytes than were recorded of this version"
    elif found.get("crc32c") is not None and found.get("crc32c") == expected.get("crc32c"):
        # Too short to find an object by, and enough to notice that one has rotted.
        verdict, told = Verdict.GOOD, "the CRC32C that the storage names"
    else:
        verdict = Verdict.UNCHECKED
        told = "nothing to hold its bytes against; from now on it is their SHA-256"
    return Check(path, Side.THERE, verdict, told, found.size, found)


def _renumbered(one: Version, other: Version) -> bool:
    return any(one.get(kind) and other.get(kind) for kind in PLACE_KINDS)


def _spread(order: str) -> str:
    # Not by name: what is named alike often lies together, and a sample is to be one of all.
    return hashlib.sha256(order.encode(errors="surrogateescape")).hexdigest()
