"""Which row and column of the tables an object is in: small questions about one state.

Row and column names are those of docs/sync-table.md.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from gitstore.core.model import Base, State, is_promise
from gitstore.core.versions import (
    Version,
    content_only,
    enriched,
    equal,
    is_listed,
    merged,
    names_exactly,
)


class Local(Enum):
    """Rows of both tables: L against B."""

    NONE = 1
    SAME = 2
    EDITED = 3
    MISSING = 4
    ERASE_ASKED = 5
    NEW = 6


class Remote(Enum):
    """Columns of table 1: R against B."""

    SAME = "a"
    MOVED = "b"
    GONE = "c"
    NEW = "d"
    NONE = "e"


class Recorded(Enum):
    """Columns of table 2: P against B."""

    SAME = "a"
    OTHER = "b"
    ABSENT = "c"


def is_untouched(state: State) -> bool:
    """Whether an object is plainly as it was staged, on all four sides.

    Most objects are, most of the time: so this is asked first, and takes no comparing. Whatever is
    not plain goes the long way, which says the same of these (a property of the tests).
    """
    base, pointer = state.base, state.pointer
    if base is None or pointer is None or base.erase or state.facts or state.problem is not None:
        return False
    known, local, remote = base.version, state.local, state.remote
    if local is None or remote is None or (local is not known and local != known):
        return False
    # A listing says less of an object than who has written or read it.
    if remote is not known and remote != known and not is_listed(remote, known, pointer):
        return False
    return names_exactly(pointer, known)


def settled(state: State) -> State:
    """The state with the base that rule B4 finds, and with what the facts know of P and R."""
    new = state.base is None and state.local is not None
    if not state.facts and not (new and state.pointer is not None):
        return state  # nothing is known that could say more
    pointer = enriched(state.pointer, state.facts)
    remote = enriched(state.remote, state.facts)
    base = state.base
    if new:
        base = _found_base(state, pointer)
    return replace(state, pointer=pointer, remote=remote, base=base)


def local_case(state: State) -> Local:
    """The row of an object: its local file against its base."""
    if state.base is None:
        return Local.NONE if state.local is None else Local.NEW
    if state.local is None:
        return Local.ERASE_ASKED if state.base.erase else Local.MISSING
    return Local.SAME if equal(state.local, state.base.version) else Local.EDITED


def remote_case(state: State) -> Remote:
    """The column of an object in table 1: the storage's object against its base."""
    if state.base is None:
        return Remote.NONE if state.remote is None else Remote.NEW
    if state.remote is None:
        return Remote.GONE
    return Remote.SAME if equal(state.remote, state.base.version) else Remote.MOVED


def recorded_case(state: State) -> Recorded:
    """The column of an object in table 2: the pointer's entry against its base."""
    if state.pointer is None:
        return Recorded.ABSENT
    if state.base is not None and equal(state.pointer, state.base.version):
        return Recorded.SAME
    return Recorded.OTHER


def is_foreign(state: State) -> bool:
    """Whether P is a promise of somebody else: not recorded here, not known by a fact (rule P3).

    A promise whose bytes are the local file, or the object that is there now, is not in danger and
    counts as known. One that was recorded here, but whose bytes are no longer here, is as much at
    risk as a stranger's and is treated like one. A line without any identifier names no bytes that
    could be in danger: it was written for another storage, or by one that gives none. A promise is
    one whatever storage its pointer was written for: no storage has seen those bytes.
    """
    promise = state.pointer
    if promise is None or not promise.ids or not is_promise(promise):
        return False
    if equal(state.local, promise) or equal(state.remote, promise):
        return False
    if any(equal(content_only(fact), promise) for fact in state.facts):
        return False
    if state.base is not None and equal(content_only(state.base.version), promise):
        return False
    ours = state.recorded is not None and state.recorded == promise.sha256
    return not ours or state.local is None


def _found_base(state: State, pointer: Version | None) -> Base | None:
    if state.local is not None and state.local.sha256 and state.recorded == state.local.sha256:
        return None  # recorded or restored here: work to be given, not a copy of what was there
    candidates = list(state.facts)
    if pointer is not None and not is_promise(pointer):
        candidates.insert(0, pointer)
    for candidate in candidates:
        if state.local is not None and equal(state.local, candidate):
            return Base(merged(candidate, content_only(state.local)))
    return None
