"""Deciding: the two tables of docs/sync-table.md, as pure functions from states to actions.

`status`, `stage`, `sync`, `--dry-run` and the hooks all ask these functions, so that they cannot
disagree. Each action names the cell or rule that decided, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gitstore.core.cases import (
    Local,
    Recorded,
    Remote,
    is_foreign,
    is_untouched,
    local_case,
    recorded_case,
    remote_case,
    settled,
)
from gitstore.core.model import UNDECIDED, Action, Kind, Plan, State, is_promise
from gitstore.core.versions import (
    PLACE_SPELLED,
    Same,
    Version,
    compare,
    equal,
    merged,
)

Decide = Callable[[State], Action]

# Table 1 as data: what happens and the clause that says why. Cells not listed cannot occur.
_SYNC: dict[tuple[Local, Remote], tuple[Kind, str]] = {
    (Local.NONE, Remote.NEW): (Kind.TAKE, "new on the storage"),
    (Local.NONE, Remote.NONE): (Kind.POINT, "no longer on the storage"),
    (Local.SAME, Remote.SAME): (Kind.NOTHING, "unchanged on both sides"),
    (Local.SAME, Remote.MOVED): (Kind.TAKE, "changed on the storage"),
    (Local.SAME, Remote.GONE): (Kind.DROP, "gone from the storage"),
    (Local.EDITED, Remote.SAME): (Kind.GIVE, "edited here"),
    (Local.EDITED, Remote.MOVED): (Kind.CONFLICT, "edited here and changed on the storage"),
    (Local.EDITED, Remote.GONE): (Kind.CONFLICT, "edited here and gone from the storage"),
    (Local.MISSING, Remote.SAME): (Kind.NOTHING, "missing here; that is not a deletion"),
    (Local.MISSING, Remote.MOVED): (Kind.POINT, "missing here and changed on the storage"),
    (Local.MISSING, Remote.GONE): (Kind.FORGET, "missing here and gone from the storage"),
    (Local.ERASE_ASKED, Remote.SAME): (Kind.ERASE, "to be erased"),
    (Local.ERASE_ASKED, Remote.MOVED): (Kind.CONFLICT, "to be erased, but changed on the storage"),
    (Local.ERASE_ASKED, Remote.GONE): (Kind.FORGET, "to be erased, and already gone"),
    (Local.NEW, Remote.NEW): (Kind.CONFLICT, "made here and on the storage, and not alike"),
    (Local.NEW, Remote.NONE): (Kind.GIVE, "new here"),
}

# Table 2 as data.
_STAGE: dict[tuple[Local, Recorded], tuple[Kind, str]] = {
    (Local.NONE, Recorded.OTHER): (Kind.FETCH, "not here yet"),
    (Local.NONE, Recorded.ABSENT): (Kind.NOTHING, "neither here nor in the pointer"),
    (Local.SAME, Recorded.SAME): (Kind.NOTHING, "as the pointer says"),
    (Local.SAME, Recorded.OTHER): (Kind.REPLACE, "the pointer names another version"),
    (Local.SAME, Recorded.ABSENT): (Kind.DROP, "no longer in the pointer"),
    (Local.EDITED, Recorded.SAME): (Kind.KEEP, "edited here"),
    (Local.EDITED, Recorded.OTHER): (
        Kind.CONFLICT,
        "edited here, and the pointer names another version",
    ),
    (Local.EDITED, Recorded.ABSENT): (Kind.CONFLICT, "edited here, and no longer in the pointer"),
    (Local.MISSING, Recorded.SAME): (Kind.FETCH, "missing here"),
    (Local.MISSING, Recorded.OTHER): (Kind.FETCH, "missing here"),
    (Local.MISSING, Recorded.ABSENT): (Kind.FORGET, "missing here and no longer in the pointer"),
    (Local.ERASE_ASKED, Recorded.SAME): (Kind.NOTHING, "to be erased at the next sync"),
    (Local.ERASE_ASKED, Recorded.OTHER): (Kind.NOTHING, "to be erased at the next sync"),
    (Local.ERASE_ASKED, Recorded.ABSENT): (
        Kind.FORGET,
        "to be erased, and no longer in the pointer",
    ),
    (Local.NEW, Recorded.OTHER): (Kind.CONFLICT, "made here, and the pointer names other bytes"),
    (Local.NEW, Recorded.ABSENT): (Kind.KEEP, "new here, not in the pointer"),
}


_UNTOUCHED_SYNC = (_SYNC[Local.SAME, Remote.SAME][1], "1.2a")
_UNTOUCHED_STAGE = (_STAGE[Local.SAME, Recorded.SAME][1], "2.2a")


def planned(data_path: str, verb: str, states: Iterable[State], decide: Decide) -> Plan:
    """A plan: every state decided, sorted by path.

    Args:
        data_path: relative to the top level of the work tree.
        verb: the operation, e.g. `sync`.
        states: one per object, in any order.
        decide: one of the functions of this module.
    """
    actions = sorted(
        (decide(s) for s in states), key=lambda a: a.path.encode(errors="surrogatepass")
    )
    return Plan(data_path, verb, tuple(actions))


def decide_sync(state: State) -> Action:
    """What `sync` does about one object (table 1)."""
    if is_untouched(state):
        return Action(Kind.NOTHING, *_UNTOUCHED_SYNC, state)
    return _sync_decided(state)


def _sync_decided(state: State) -> Action:
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    now = settled(state)
    row, column = local_case(now), remote_case(now)
    if is_foreign(now):
        return _beside_foreign_promise(state, now, row)
    cell = f"1.{row.value}{column.value}"
    # What is the base on both sides is equal, also where no identifier of the two shows it.
    if equal(now.local, now.remote) or (row, column) == (Local.SAME, Remote.SAME):
        return _both_equal(state, now, cell)
    kind, reason = _SYNC[row, column]
    if (row, column) == (Local.NONE, Remote.NEW):
        if state.wanted and state.impossible is not None:
            return Action(Kind.REFUSE, state.impossible, "names", state)
        if not state.wanted:
            kind, reason = Kind.POINT, "on the storage, not wanted here"
    if kind in (Kind.POINT, Kind.NOTHING):
        return _only_pointer(Action(kind, reason, cell, state), now)
    return Action(kind, reason, cell, state)


def decide_sync_read_only(state: State) -> Action:
    """What `sync` does where the manifest says `access: read`: edits are shown and kept (Sc4)."""
    action = decide_sync(state)
    if action.kind in (Kind.GIVE, Kind.ERASE):
        reason = f"{action.reason}, but the data path is read-only"
        return replace(action, kind=Kind.KEEP, reason=reason, cell="Sc4")
    return action


def decide_stage(state: State) -> Action:
    """What `stage` does about one object (table 2)."""
    if is_untouched(state):
        return Action(Kind.NOTHING, *_UNTOUCHED_STAGE, state)
    return _stage_decided(state)


def _stage_decided(state: State) -> Action:
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    now = settled(state)
    row, column = local_case(now), recorded_case(now)
    cell = f"2.{row.value}{column.value}"
    kind, reason = _STAGE[row, column]
    if row in (Local.EDITED, Local.NEW) and equal(now.local, now.pointer):
        if is_promise(state.pointer):
            return Action(Kind.KEEP, "recorded, to be uploaded by the next sync", "B1", state)
        return Action(Kind.ADOPT, "already the bytes that the pointer names", cell, state)
    if kind is Kind.FETCH and not state.wanted:
        return Action(Kind.NOTHING, "not wanted here", cell, state)
    if kind is Kind.FETCH and state.impossible is not None:
        return Action(Kind.REFUSE, state.impossible, "names", state)
    return Action(kind, reason, cell, state)


def decide_unstage(state: State) -> Action:
    """What `unstage` does about one object (rules B3 and F1)."""
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    row = local_case(settled(state))
    if row is Local.SAME:
        return Action(Kind.UNSTAGE, "as it was staged", "B3", state)
    if row is Local.MISSING:
        return Action(Kind.FORGET, "already missing here", "B3", state)
    if row is Local.EDITED:
        return Action(Kind.REFUSE, "edited here and not synced", "F1", state)
    if row is Local.NEW:
        return Action(Kind.KEEP, "new here, never on the storage", "F1", state)
    if row is Local.ERASE_ASKED:
        return Action(Kind.KEEP, "to be erased at the next sync", "B3", state)
    return Action(Kind.NOTHING, "not staged", "B3", state)


def decide_record(state: State) -> Action:
    """What `record` does about one object (rule P4)."""
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    now = settled(state)
    row = local_case(now)
    if row not in (Local.EDITED, Local.NEW):
        return Action(Kind.NOTHING, "nothing to record", "P4", state)
    if equal(now.local, now.pointer):
        return Action(Kind.NOTHING, "already recorded", "P4", state)
    if _may_record(now, row):
        return Action(
            Kind.RECORD, "edited here" if row is Local.EDITED else "new here", "P4", state
        )
    return Action(Kind.REFUSE, "the pointer moved meanwhile, stage first", "P4", state)


def pointer_after(action: Action, made: Version | None) -> Version | None:
    """The pointer's entry once a sync or record action has succeeded (rules P1, P3, P5).

    Args:
        action: the action, carried out.
        made: the version that the storage's answer to a write named, for GIVE.
    """
    state = action.seen
    if action.kind is Kind.RECORD:
        return promise_of(state.local) or state.pointer
    if action.kind in UNDECIDED or state.problem is not None:
        return state.pointer
    if action.kind is Kind.GIVE:
        return made
    if action.kind is Kind.ERASE:
        return None
    return line_after(state.pointer, settled(state).remote, state.remote)


def line_after(
    pointer: Version | None, known: Version | None, listed: Version | None
) -> Version | None:
    """The line for the storage's current object, given the line that is there (rules P1 and P5).

    Args:
        pointer: the line so far.
        known: the current object with what the facts add.
        listed: the current object as the listing says it.
    """
    if listed is None or pointer is None or pointer == listed:
        return listed
    if is_promise(pointer):
        return merged(pointer, listed) if equal(pointer, known) else listed
    if compare(pointer, listed) is Same.DIFFERENT or not _names(pointer, listed):
        return listed
    return pointer


def promise_of(local: Version | None) -> Version | None:
    """A pointer entry for local bytes that the storage has not seen: size and sha256 only."""
    if local is None or local.sha256 is None:
        return None
    return Version(local.size, (f"sha256:{local.sha256}",))


def _names(line: Version, listed: Version) -> bool:
    return compare(_place_only(line), _place_only(listed)) is Same.EQUAL


def _place_only(v: Version) -> Version:
    return Version(v.size, tuple(i for i in v.ids if i.startswith(PLACE_SPELLED)))


def _beside_foreign_promise(state: State, now: State, row: Local) -> Action:
    changed = row in (Local.EDITED, Local.NEW, Local.ERASE_ASKED)
    if changed and not equal(now.local, now.remote):
        reason = "changed here, and somebody else recorded bytes that are not uploaded yet"
        return Action(Kind.CONFLICT, reason, "P3", state)
    if _recorded_here(state):
        return Action(Kind.WAIT, "recorded here, but its bytes are no longer here", "P3", state)
    return Action(Kind.WAIT, "recorded by somebody else and not uploaded yet", "P3", state)


def _both_equal(state: State, now: State, cell: str) -> Action:
    base = state.base
    settled_base = base is not None and not base.erase and now.remote is not None
    if settled_base and base is not None and _carries(base.version, state.remote):
        return _only_pointer(Action(Kind.NOTHING, "unchanged on both sides", cell, state), now)
    return Action(Kind.ADOPT, "the same bytes on both sides", cell, state)


def _recorded_here(state: State) -> bool:
    # A line without a SHA-256 was not recorded by anybody.
    recorded = state.recorded
    return recorded is not None and state.pointer is not None and recorded == state.pointer.sha256


def _carries(base: Version, remote: Version | None) -> bool:
    # The base must hold the place ids that the next conditional write will name.
    return remote is not None and set(remote.ids) <= set(base.ids)


def _only_pointer(action: Action, now: State) -> Action:
    # Nothing moves; what is left to decide is whether the pointer already says so (rule P1).
    state = action.seen
    if line_after(state.pointer, now.remote, state.remote) == state.pointer:
        return action if action.kind is Kind.NOTHING else replace(action, kind=Kind.NOTHING)
    if action.kind is Kind.NOTHING:
        return replace(action, kind=Kind.POINT, reason="the pointer says something else")
    return action


def _may_record(now: State, row: Local) -> bool:
    if now.pointer is None:
        return row is Local.NEW
    if is_promise(now.pointer) and _recorded_here(now):
        return True
    return row is Local.EDITED and recorded_case(now) is Recorded.SAME
