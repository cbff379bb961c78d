"""Live data: R takes the pointer's part, and nothing else of the tables changes."""

from __future__ import annotations

from dataclasses import replace

from gitstore.core.cases import Local, local_case, settled
from gitstore.core.live import of_what_is_there
from gitstore.core.model import Kind, State
from gitstore.core.plan import decide_stage, decide_sync, pointer_after
from gitstore.core.versions import equal
from tests.core.states import every_state

_NOTHING = {Kind.POINT: Kind.NOTHING}


def _live(state: State) -> State:
    return replace(state, pointer=state.remote, recorded=None)


def test_syncing_live_data_is_syncing_without_a_pointer() -> None:
    for state in every_state():
        live = decide_sync(_live(state)).kind
        without = decide_sync(replace(state, pointer=None, recorded=None)).kind
        assert live is _NOTHING.get(without, without), state


def test_live_data_have_no_strangers_promise_and_no_line_to_write() -> None:
    for state in every_state():
        action = decide_sync(_live(state))
        assert action.kind not in (Kind.WAIT, Kind.POINT, Kind.RECORD)
        if action.kind in (Kind.NOTHING, Kind.TAKE, Kind.ADOPT):
            assert pointer_after(action, None) == state.remote


def test_staging_live_data_removes_nothing_and_replaces_copies_only() -> None:
    kinds = set()
    for state in every_state():
        action = of_what_is_there(decide_stage)(_live(state))
        kinds.add(action.kind)
        if action.kind is Kind.REPLACE:
            assert local_case(settled(_live(state))) is Local.SAME
        if action.kind is Kind.ADOPT:
            assert equal(settled(_live(state)).remote, state.local)
        if action.kind is not Kind.CONFLICT:
            assert "pointer" not in action.reason
    assert Kind.DROP not in kinds
    assert {Kind.FETCH, Kind.REPLACE, Kind.CONFLICT, Kind.KEEP} <= kinds


def test_offline_live_data_are_what_their_bases_say() -> None:
    for state in every_state():
        assumed = None if state.base is None else state.base.version
        offline = replace(state, pointer=assumed, remote=assumed, recorded=None)
        action = of_what_is_there(decide_stage)(offline)
        assert action.kind not in (Kind.REPLACE, Kind.DROP, Kind.FORGET)
