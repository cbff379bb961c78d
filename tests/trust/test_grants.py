"""Approvals belong to a clone and its origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitstore.adapters.grants import Grants
from gitstore.core.trust import Right

_HERE = "https://example.org/sky.git"
_PLACE = "s3://s3.example.org/sky"


@pytest.fixture
def grants(tmp_path: Path) -> Iterator[Grants]:
    with Grants.open(tmp_path, _HERE) as made:
        yield made


def test_nothing_is_approved_at_first_and_asking_writes_nothing(
    grants: Grants, tmp_path: Path
) -> None:
    assert grants.all() == {}
    assert grants.seen(".", "data") is None
    assert not grants.listed(_PLACE)
    assert list(tmp_path.iterdir()) == []


def test_the_right_to_write_is_not_taken_back_by_one_to_read(grants: Grants) -> None:
    grants.give([_PLACE], Right.READ)
    assert grants.all() == {_PLACE: Right.READ}
    grants.give([_PLACE, "b"], Right.WRITE)
    grants.give([_PLACE], Right.READ)

    assert grants.all() == {"b": Right.WRITE, _PLACE: Right.WRITE}


def test_what_is_revoked_has_to_be_approved_and_listed_again(grants: Grants) -> None:
    grants.give([_PLACE], Right.WRITE)
    grants.set_listed([_PLACE])

    assert grants.revoke(_PLACE)
    assert not grants.revoke(_PLACE)
    assert grants.all() == {}
    assert not grants.listed(_PLACE)


def test_another_origin_has_no_approvals(grants: Grants, tmp_path: Path) -> None:
    grants.give([_PLACE], Right.WRITE)
    grants.set_listed([_PLACE])
    grants.set_seen(".", "data", "as it is")

    with Grants.open(tmp_path, "https://example.org/other.git") as other:
        assert other.all() == {}
        assert not other.listed(_PLACE)
        assert other.seen(".", "data") is None
    assert grants.all() == {_PLACE: Right.WRITE}


def test_what_was_approved_before_there_was_an_origin_goes_to_the_first_one(tmp_path: Path) -> None:
    with Grants.open(tmp_path, "") as begun:
        begun.give([_PLACE], Right.WRITE)
        begun.set_seen(".", "data", "as it is")
    with Grants.open(tmp_path, _HERE) as first:
        assert first.seen(".", "data") == "as it is"
        assert first.all() == {_PLACE: Right.WRITE}
    with Grants.open(tmp_path, "https://example.org/other.git") as second:
        assert second.all() == {}


def test_a_data_path_is_known_by_its_description_in_one_work_tree(grants: Grants) -> None:
    grants.set_seen(".", "data", "as it is")
    assert grants.seen(".", "data") == "as it is"
    assert grants.seen("worktrees/b", "data") is None
    grants.set_seen(".", "data", "otherwise")
    assert grants.seen(".", "data") == "otherwise"
