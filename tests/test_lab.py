"""The scenarios' vocabulary notices what it is there to notice."""

from __future__ import annotations

import pytest

from tests.lab import Lab, Result


def test_clones_share_remote_and_bucket(lab: Lab) -> None:
    lab.write("notes", b"one")
    lab.commit("notes")
    other = lab.clone()
    lab.bucket.put("a/b", b"x")
    assert other.read("notes") == b"one"
    assert other.bucket.objects() == {"a/b": b"x"}


def test_a_failure_that_nobody_expected_fails_the_test(lab: Lab) -> None:
    failed = lab.git("no-such-command")
    with pytest.raises(AssertionError, match="no-such-command"):
        lab.git("status")
    failed.fails(1)
    lab.git("status")


def test_a_result_is_judged_by_its_streams() -> None:
    result = Result("x", 3, "data\n", "error: talk\n")
    result.fails(3).says("data", "talk").never_says("else")
    with pytest.raises(AssertionError, match="not 4"):
        result.fails(4)
    with pytest.raises(AssertionError, match="not said"):
        result.says("else")
    with pytest.raises(AssertionError, match="is said"):
        result.never_says("talk")
