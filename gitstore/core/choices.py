"""Choices: answers to conflicts, asked deletions, and the guards before many of them.

A choice is a change of the base (rules K1 and K2); then the same table decides again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from gitstore.core.cases import Local, is_foreign, local_case, settled
from gitstore.core.errors import PathRefused
from gitstore.core.model import Action, Base, Choice, Kind, Plan, State, is_promise
from gitstore.core.plan import Decide
from gitstore.core.versions import Version, equal

FEW_DELETIONS = 10
MANY_DELETIONS = 1000
_NAME_BYTES = 255
_STEM_BYTES = 4  # at least one character of the stem stays


def chosen(state: State, choice: Choice) -> State:
    """The state that a choice makes of a conflicting one (rule K1).

    LOCAL takes the storage's object for the base, so that the local side is what changed. REMOTE
    and BOTH leave the path without local bytes: the executor has moved them to the trash or beside.
    LOCAL and REMOTE give up a promise that stood in the way, as was asked; BOTH gives up nothing of
    somebody else's (rule P3), but a promise of our own leaves with the bytes that it was made for.
    """
    pointer = _pointer_after_choice(state, choice)
    if choice is Choice.LOCAL:
        erase = local_case(settled(state)) is Local.ERASE_ASKED
        if state.remote is None:
            # Without facts and pointer: rule B4 would find an old base and call the file gone.
            return replace(state, base=None, pointer=None, facts=())
        base = Base(state.remote, erase=erase)
        return replace(state, base=base, pointer=pointer, facts=())
    return replace(state, local=None, base=None, wanted=True, pointer=pointer)


def with_choices(plan: Plan, choices: Mapping[str, Choice], decide: Decide) -> Plan:
    """The plan with its conflicts decided as somebody chose.

    Args:
        plan: as the table made it.
        choices: by object path; a conflict without a choice, or with SKIP, stays a conflict.
        decide: the function that made the plan.
    """
    planned = {action.path: action for action in plan.actions}
    decided = dict(planned)
    for action in plan.actions:
        choice = choices.get(action.path)
        if action.kind not in (Kind.CONFLICT, Kind.WAIT) or choice in (None, Choice.SKIP):
            continue
        answered = _answered(action, choice, decide)
        decided[action.path] = answered
        copy = _copy_beside(answered, planned, decide)
        if copy is not None:
            decided[copy.path] = copy
    actions = sorted(decided.values(), key=lambda a: a.path.encode(errors="replace"))
    return replace(plan, actions=tuple(actions))


def conflict_copy(path: str, sha256: str) -> str:
    """The path at which `--keep both` keeps the local bytes: `NAME.conflict-ID.EXT`.

    The whole extension is kept (`x.tar.gz`), the ID is the start of the SHA-256 of the bytes, so
    that the same bytes get the same name; a stem too long for a file name is cut.
    """
    pure = PurePosixPath(path)
    if not pure.name:
        raise PathRefused(
            "a data path that is one object has no room for a second one beside it",
            hint="git storage sync --keep local  # or --keep remote",
        )
    hidden = len(pure.name) - len(pure.name.lstrip("."))
    stem, dot, extension = pure.name[hidden:].partition(".")
    mark = f".conflict-{sha256[:8]}"
    tail = f"{mark}{dot}{extension}"
    room = _NAME_BYTES - len(tail.encode())
    if room < _STEM_BYTES:
        # What follows the first dot is no extension any more, but most of the name.
        stem, tail = pure.name[hidden:], mark
        room = _NAME_BYTES - len(tail)
    head = ("." * hidden + stem).encode()[:room].decode(errors="ignore")
    return str(pure.with_name(head + tail))


def asked_erasures(states: Iterable[State]) -> tuple[State, ...]:
    """The states with every missing object to be erased: what `sync --delete` asks for."""
    return tuple(_erase_asked(s) for s in states)


def too_many(count: int, total: int) -> bool:
    """Whether so many deletions need a confirmation.

    More than ten objects and over half of them, or more than a thousand: a wiped directory or a
    truncated listing looks like that far more often than an intention does.
    """
    return (count > FEW_DELETIONS and count * 2 > total) or count > MANY_DELETIONS


def missing(states: Iterable[State]) -> int:
    """How many staged objects have no local file."""
    return sum(s.problem is None and local_case(settled(s)) is Local.MISSING for s in states)


def _pointer_after_choice(state: State, choice: Choice) -> Version | None:
    if not is_promise(state.pointer):
        return state.pointer
    now = settled(state)
    if choice is Choice.BOTH and is_foreign(now):
        return state.pointer
    kept = choice is not Choice.LOCAL and equal(now.remote, now.pointer)
    return state.pointer if kept else None


def _erase_asked(state: State) -> State:
    if state.problem is not None or state.base is None:
        return state
    if local_case(settled(state)) is not Local.MISSING:
        return state
    return replace(state, base=Base(state.base.version, erase=True))


def _answered(action: Action, choice: Choice | None, decide: Decide) -> Action:
    state = action.seen
    if action.kind is Kind.WAIT and choice is not Choice.REMOTE:
        return action
    if action.kind is Kind.WAIT or choice is None:
        given_up = replace(state, pointer=None)
        return replace(decide(given_up), choice=None)
    again = decide(chosen(state, choice))
    if again.kind is Kind.REFUSE:
        # Nothing comes in its place, so nothing may be moved away.
        return replace(again, seen=state)
    return replace(again, seen=replace(state, pointer=again.seen.pointer), choice=choice)


def _copy_beside(answered: Action, planned: Mapping[str, Action], decide: Decide) -> Action | None:
    """What becomes of the bytes that BOTH keeps beside, or None where there is nothing to do."""
    local = answered.seen.local
    if answered.choice is not Choice.BOTH or local is None or local.sha256 is None:
        return None
    beside = conflict_copy(answered.path, local.sha256)
    there = planned[beside].seen if beside in planned else State(path=beside)
    if there.local is not None or there.problem is not None:
        return None
    # An earlier copy may have been removed here: only the storage's side of it still counts, so
    # that the path is decided, and its key written, once (rule Sc4).
    copy = decide(State(path=beside, local=local, remote=there.remote, wanted=True))
    return replace(copy, reason=f"kept beside {answered.path}", choice=Choice.BOTH)
