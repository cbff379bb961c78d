"""Which row and column an object is in, and which base rule B4 finds."""

from __future__ import annotations

from gitstore.core.cases import (
    Local,
    Recorded,
    Remote,
    is_foreign,
    local_case,
    recorded_case,
    remote_case,
    settled,
)
from gitstore.core.model import Base, State
from gitstore.core.versions import version
from tests.core.states import ONE, SIZE, THREE, TWO, based, erasing, known, listed, local, promise


def test_the_row_is_the_local_file_against_the_base() -> None:
    assert local_case(State("x")) is Local.NONE
    assert local_case(State("x", base=based(ONE), local=local(ONE))) is Local.SAME
    assert local_case(State("x", base=based(ONE), local=local(TWO))) is Local.EDITED
    assert local_case(State("x", base=based(ONE))) is Local.MISSING
    assert local_case(State("x", base=erasing(ONE))) is Local.ERASE_ASKED
    assert local_case(State("x", local=local(ONE))) is Local.NEW


def test_a_local_file_that_nobody_can_tell_from_the_base_counts_as_edited() -> None:
    unread = version(SIZE)
    assert local_case(State("x", base=based(ONE), local=unread)) is Local.EDITED


def test_a_file_made_after_its_erasure_was_asked_is_a_file() -> None:
    assert local_case(State("x", base=erasing(ONE), local=local(TWO))) is Local.EDITED


def test_the_column_of_sync_is_the_object_against_the_base() -> None:
    assert remote_case(State("x")) is Remote.NONE
    assert remote_case(State("x", remote=listed(ONE))) is Remote.NEW
    assert remote_case(State("x", base=based(ONE))) is Remote.GONE
    assert remote_case(State("x", base=based(ONE), remote=listed(ONE))) is Remote.SAME
    assert remote_case(State("x", base=based(ONE), remote=listed(TWO))) is Remote.MOVED


def test_an_object_that_nobody_can_tell_from_the_base_has_moved() -> None:
    assert remote_case(State("x", base=based(ONE), remote=version(SIZE))) is Remote.MOVED


def test_the_column_of_stage_is_the_line_against_the_base() -> None:
    assert recorded_case(State("x", base=based(ONE))) is Recorded.ABSENT
    assert recorded_case(State("x", pointer=listed(ONE), base=based(ONE))) is Recorded.SAME
    assert recorded_case(State("x", pointer=listed(TWO), base=based(ONE))) is Recorded.OTHER
    assert recorded_case(State("x", pointer=listed(ONE))) is Recorded.OTHER


def test_a_file_without_base_that_equals_the_line_descends_from_it() -> None:
    found = settled(State("x", pointer=known(ONE), local=local(ONE)))
    assert found.base == based(ONE)


def test_a_file_without_base_that_equals_a_fact_of_its_key_descends_from_it() -> None:
    state = State("x", pointer=listed(THREE), local=local(ONE), facts=(known(TWO), known(ONE)))
    assert settled(state).base == based(ONE)


def test_a_line_without_content_ids_is_recognised_by_its_fact() -> None:
    state = State("x", pointer=listed(ONE), local=local(ONE), facts=(known(ONE),))
    assert settled(state).base == based(ONE)


def test_a_line_whose_etag_is_the_md5_of_the_file_is_its_base() -> None:
    here = version(SIZE, {"sha256": ONE.sha256, "md5": "0cc175b9"})
    line = version(SIZE, {"etag": "0cc175b9"})
    expected = version(SIZE, {"sha256": ONE.sha256, "md5": "0cc175b9", "etag": "0cc175b9"})
    assert settled(State("x", pointer=line, local=here)).base == Base(expected)


def test_a_promise_is_no_base() -> None:
    state = State("x", pointer=promise(ONE), local=local(ONE))
    assert settled(state).base is None


def test_a_file_of_the_same_size_as_the_line_is_new() -> None:
    assert settled(State("x", pointer=listed(ONE), local=local(ONE))).base is None


def test_a_base_that_is_there_is_never_replaced() -> None:
    for base in (based(TWO), erasing(TWO)):
        state = State("x", known(ONE), base, local(ONE), facts=(known(ONE), known(TWO)))
        assert settled(state).base is base


def test_an_object_without_a_file_gets_no_base() -> None:
    state = State("x", pointer=known(ONE), remote=listed(ONE), facts=(known(ONE),))
    assert settled(state).base is None


def test_facts_say_what_the_object_and_the_line_hold() -> None:
    state = State("x", listed(ONE), based(TWO), local(ONE), listed(ONE), facts=(known(ONE),))
    assert settled(state).remote == known(ONE)
    assert settled(state).pointer == known(ONE)


def test_settling_twice_changes_nothing_more() -> None:
    state = State("x", listed(ONE), None, local(ONE), listed(TWO), facts=(known(ONE), known(TWO)))
    assert settled(settled(state)) == settled(state)


def test_a_promise_of_unknown_bytes_is_somebody_elses() -> None:
    assert is_foreign(State("x", pointer=promise(ONE)))
    assert is_foreign(State("x", promise(ONE), based(TWO), local(TWO), listed(TWO)))


def test_a_line_that_the_storage_has_seen_is_no_promise() -> None:
    assert not is_foreign(State("x", pointer=listed(ONE)))
    assert not is_foreign(State("x"))


def test_a_promise_that_was_recorded_here_is_ours() -> None:
    state = State("x", promise(TWO), based(ONE), local(THREE), listed(ONE), recorded=TWO.sha256)
    assert not is_foreign(state)


def test_a_promise_recorded_here_without_a_local_file_is_as_much_at_risk_as_a_strangers() -> None:
    assert is_foreign(State("x", promise(TWO), based(ONE), None, listed(ONE), recorded=TWO.sha256))


def test_a_promise_known_by_a_fact_is_not_foreign() -> None:
    assert not is_foreign(State("x", pointer=promise(ONE), facts=(known(ONE),)))
    assert is_foreign(State("x", pointer=promise(ONE), facts=(known(TWO),)))


def test_a_promise_whose_bytes_are_here_or_there_is_not_in_danger() -> None:
    assert not is_foreign(State("x", pointer=promise(ONE), local=local(ONE)))
    assert not is_foreign(State("x", pointer=promise(ONE), remote=known(ONE)))
    assert not is_foreign(State("x", pointer=promise(ONE), base=based(ONE)))
