"""What verifying says of one object, and which objects one run reads."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.model import Base, State
from gitstore.core.verdicts import (
    Check,
    Due,
    Verdict,
    chosen,
    expected_here,
    expected_there,
    judge_here,
    judge_there,
    look_here,
    look_there,
)
from gitstore.core.versions import Version

OLD = Version(3, ("sha256:" + "a" * 64, "etag:old"))
NEW = Version(3, ("sha256:" + "b" * 64, "etag:new"))
LOCAL = Version(3, ("sha256:" + "a" * 64, "md5:" + "a" * 32))
ROTTEN = Version(3, ("sha256:" + "c" * 64, "md5:" + "c" * 32))
STAGED = State("x", pointer=OLD, base=Base(OLD), local=LOCAL, remote=OLD)


def said(check: Check | None) -> Verdict | None:
    return None if check is None else check.verdict


def test_only_what_nobody_has_written_to_is_damaged() -> None:
    assert judge_here(STAGED, LOCAL, written=False).verdict is Verdict.GOOD
    assert judge_here(STAGED, ROTTEN, written=False).verdict is Verdict.DAMAGED
    assert judge_here(STAGED, ROTTEN, written=True).verdict is Verdict.EDITED


def test_an_edit_is_not_read() -> None:
    edited = replace(STAGED, local=ROTTEN)
    assert expected_here(edited) is None
    assert said(look_here(edited)) is Verdict.EDITED


def test_what_is_recorded_here_is_held_against_its_promise() -> None:
    promise = Version(3, ("sha256:" + "c" * 64,))
    recorded = replace(STAGED, local=ROTTEN, pointer=promise, recorded="c" * 64)
    assert expected_here(recorded) is not None
    assert judge_here(recorded, LOCAL, written=False).verdict is Verdict.DAMAGED


def test_a_pointer_that_moved_on_makes_right_bytes_no_wrong_ones() -> None:
    assert judge_here(replace(STAGED, pointer=NEW), LOCAL, False).verdict is Verdict.BEHIND
    assert judge_here(replace(STAGED, pointer=None), LOCAL, False).verdict is Verdict.BEHIND
    assert judge_here(replace(STAGED, pointer=NEW), ROTTEN, False).verdict is Verdict.DAMAGED


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (replace(STAGED, local=None), Verdict.MISSING),
        (replace(STAGED, local=None, base=None), None),
        (replace(STAGED, local=None, base=Base(OLD, erase=True)), None),
        (replace(STAGED, pointer=None, base=None), None),
        (replace(STAGED, base=None, local=ROTTEN), Verdict.EDITED),
        (replace(STAGED, problem="it is a socket"), Verdict.UNREADABLE),
    ],
)
def test_what_is_said_without_reading(state: State, verdict: Verdict | None) -> None:
    assert said(look_here(state)) is verdict


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (STAGED, Verdict.GOOD),
        (replace(STAGED, pointer=None), None),
        (replace(STAGED, remote=None), Verdict.GONE),
        (replace(STAGED, remote=Version(4, ("etag:new",))), Verdict.CHANGED),
        (replace(STAGED, remote=Version(3, ("etag:new",))), Verdict.CHANGED),
        (replace(STAGED, remote=Version(3, ("generation:7",))), Verdict.UNCHECKED),
        (replace(STAGED, remote=None, problem="no key can name it"), Verdict.UNREADABLE),
        (replace(STAGED, pointer=Version(3, OLD.ids[:1]), remote=None), Verdict.PROMISED),
        (replace(STAGED, pointer=Version(3, OLD.ids[:1])), Verdict.GOOD),
    ],
)
def test_what_a_listing_says(state: State, verdict: Verdict | None) -> None:
    assert said(look_there(state)) is verdict


def test_what_the_base_and_facts_know_of_an_object_counts() -> None:
    bare = replace(STAGED, pointer=Version(3, ("etag:old",)), remote=Version(3, ("etag:old",)))
    for state, facts in ((bare, ()), (replace(bare, base=None), (OLD,))):
        expected = expected_there(state, facts)
        assert expected is not None
        assert judge_there("x", expected, LOCAL).verdict is Verdict.GOOD
        assert judge_there("x", expected, ROTTEN).verdict is Verdict.DAMAGED
    expected = expected_there(replace(bare, base=None), ())
    assert expected is not None
    assert judge_there("x", expected, LOCAL).verdict is Verdict.UNCHECKED


def test_a_crc_of_the_storage_is_enough_to_notice_rot() -> None:
    named = Version(3, ("crc32c:00000001", "generation:7"))
    right = Version(3, ("sha256:" + "a" * 64, "crc32c:00000001"))
    wrong = Version(3, ("sha256:" + "c" * 64, "crc32c:00000002"))
    assert judge_there("x", named, right).verdict is Verdict.GOOD
    assert judge_there("x", named, wrong).verdict is Verdict.DAMAGED


DUE = st.builds(
    Due,
    size=st.integers(0, 1000),
    last=st.none() | st.floats(0, 1000),
    order=st.text(max_size=3),
)


@given(st.lists(DUE, unique_by=lambda d: d.order, max_size=12), st.integers(1, 100))
def test_what_was_not_read_for_longest_comes_first(due: list[Due], percent: int) -> None:
    taken = chosen(due, Fraction(percent, 100), None, None)
    assert len(taken) == -(-len(due) * percent // 100)
    ages = [d.last if d.last is not None else -1 for d in taken]
    left = [d.last if d.last is not None else -1 for d in due if d not in taken]
    assert not ages or not left or max(ages) <= min(left)


@given(st.lists(DUE, unique_by=lambda d: d.order, max_size=12), st.integers(0, 2000))
def test_a_budget_is_kept_but_for_one_object(due: list[Due], budget: int) -> None:
    taken = chosen(due, None, budget, None)
    assert bool(taken) == bool(due)
    assert sum(d.size for d in taken) <= budget or len(taken) == 1


@given(st.lists(DUE, unique_by=lambda d: d.order, max_size=8), st.integers(1, 2000))
def test_runs_with_a_budget_come_to_everything(due: list[Due], budget: int) -> None:
    left = {d.order: replace(d, last=None) for d in due}
    for now in range(1, len(due) + 1):
        for each in chosen(left.values(), None, budget, None):
            left[each.order] = replace(each, last=float(now))
    assert all(each.last is not None for each in left.values())


@given(st.lists(DUE, unique_by=lambda d: d.order, max_size=12), st.floats(0, 1000))
def test_what_was_read_since_is_left_out(due: list[Due], since: float) -> None:
    taken = chosen(due, None, None, since)
    assert taken == {d for d in due if d.last is None or d.last < since}
