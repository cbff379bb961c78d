"""Rule Sc6: what others keep is looked at and never touched."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

import pytest

from gitstore.core.location import hands_off
from gitstore.core.model import MOVES_BYTES, Kind
from gitstore.core.plan import Decide, decide_stage, decide_sync, decide_sync_read_only
from tests.core.states import every_state

_CHANGES = MOVES_BYTES | {Kind.DROP, Kind.ERASE, Kind.UNSTAGE, Kind.RECORD}


@pytest.mark.parametrize("decide", [decide_stage, decide_sync, decide_sync_read_only])
def test_Sc6_what_others_keep_is_never_touched(decide: Decide) -> None:
    states = list(every_state())
    kinds = {hands_off(decide)(state).kind for state in states}
    assert not kinds & _CHANGES
    assert {decide(state).kind for state in states} & _CHANGES


@pytest.mark.parametrize("decide", [decide_stage, decide_sync])
def test_Sc6_the_reason_stays_and_names_who_keeps_it(decide: Decide) -> None:
    for state in every_state():
        plain, ours = decide(state), hands_off(decide)(state)
        if ours != plain:
            assert ours.reason == f"{plain.reason}; others keep this directory"
            assert ours.kind is Kind.KEEP
