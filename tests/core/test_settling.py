"""Which line an object gets that two branches changed in other ways."""

from __future__ import annotations

import pytest

from gitstore.core.merging import Conflict
from gitstore.core.settling import Side, by_answer, by_storage, undecided
from gitstore.core.versions import Version, version

SHA = "5" * 64
A, B, C = (version(1, {"etag": name}) for name in "abc")
PROMISE = version(1, {"sha256": SHA})


def conflict(ours: Version | None, theirs: Version | None) -> Conflict:
    return Conflict("x", None, ours, theirs)


def chosen(ours: Version | None, theirs: Version | None, stored: Version | None) -> str | None:
    found = by_storage(conflict(ours, theirs), stored)
    return None if found is None else found.reason.partition(",")[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "stored", "side"),
    [
        (A, B, A, "ours"),
        (A, B, B, "theirs"),
        (A, B, C, None),
        (A, B, None, None),
        (None, B, None, "ours"),
        (A, None, None, "theirs"),
        (None, B, B, "theirs"),
        (None, B, C, None),
        (A, PROMISE, A, None),
        (PROMISE, B, B, None),
        (PROMISE, None, None, None),
        (A, Version(1), C, None),
    ],
)
def test_the_storage_decides_if_one_side_names_what_it_holds(
    ours: Version | None, theirs: Version | None, stored: Version | None, side: str | None
) -> None:
    assert chosen(ours, theirs, stored) == side


def test_a_promise_that_was_uploaded_names_what_the_storage_holds() -> None:
    assert chosen(PROMISE, B, version(1, {"sha256": SHA, "etag": "z"})) == "ours"


def test_an_answer_is_a_side_or_a_place() -> None:
    each = conflict(A, B)

    def line(side: Side, stored: Version | None = None, base: Version | None = None) -> object:
        found = by_answer(each, side, stored, base)
        return found if found is None else found.version

    assert line(Side.OURS, stored=B) == A
    assert line(Side.THEIRS, stored=A) == B
    assert line(Side.REMOTE, stored=C) == C
    assert line(Side.REMOTE, stored=version(1, {"md5": "0" * 32, "etag": "b"})) == B
    assert line(Side.REMOTE) is None
    assert line(Side.LOCAL, base=B) == B
    assert by_answer(each, Side.LOCAL, A, C) is None
    assert by_answer(each, Side.LOCAL, A, None) is None


def test_without_a_base_here_a_removal_is_what_is_here() -> None:
    found = by_answer(conflict(None, B), Side.LOCAL, None, None)
    assert found is not None
    assert found.version is None


def test_it_is_said_why_the_storage_does_not_settle_it() -> None:
    assert "not uploaded" in undecided(conflict(A, PROMISE), A)
    assert "removed in ours" in undecided(conflict(None, B), A)
    assert "removed in theirs" in undecided(conflict(A, None), B)
    assert "gone from the storage" in undecided(conflict(A, B), None)
    assert "neither" in undecided(conflict(A, B), C)
