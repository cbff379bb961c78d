"""Merging manifests entry by entry."""

from __future__ import annotations

import pytest

from gitstore.core.manifest import Access, DataPath, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    add_data_path,
    add_storage,
    remove_data_path,
    remove_storage,
    rename_data_path,
    set_value,
)
from gitstore.core.manifest_merging import merge_manifests, says_both

BASE = """\
version: 1
storages:
  survey:  # ours since 2019
    url: s3://sky-survey/a
data:
  data/raw:
    storage: survey
"""
OTHER, THIRD = StorageSpec("other", "s3://other"), StorageSpec("third", "s3://third")


def test_two_appends_are_both_there() -> None:
    ours = add_data_path(add_storage(BASE, OTHER), DataPath("o", "other"))
    theirs = add_data_path(add_storage(BASE, THIRD), DataPath("t", "third"))
    merged = merge_manifests(BASE, ours, theirs)
    assert merged is not None
    assert "# ours since 2019" in merged
    found = parse_manifest(merged)
    assert list(found.storages) == ["survey", "other", "third"]
    assert list(found.data) == ["data/raw", "o", "t"]
    other = merge_manifests(BASE, theirs, ours)
    assert other is not None
    assert parse_manifest(other) == found


def test_changes_of_neighbouring_entries_are_both_there() -> None:
    ours = set_value(BASE, "storages", "survey", "region", "eu")
    theirs = set_value(BASE, "data", "data/raw", "access", "read")
    merged = merge_manifests(BASE, ours, theirs)
    assert merged == set_value(ours, "data", "data/raw", "access", "read")


def test_a_value_can_go_back_to_what_it_is_by_default() -> None:
    base = set_value(BASE, "data", "data/raw", "access", "read")
    ours = add_storage(base, OTHER)
    assert merge_manifests(base, ours, BASE) == add_storage(BASE, OTHER)


def test_removing_and_adding_go_together() -> None:
    ours = remove_data_path(BASE, "data/raw")
    theirs = add_storage(BASE, OTHER)
    assert merge_manifests(BASE, ours, theirs) == add_storage(ours, OTHER)


def test_a_manifest_that_both_sides_begin_is_one_in_the_end() -> None:
    ours, theirs = add_storage("", OTHER), add_storage("", THIRD)
    assert merge_manifests("", ours, theirs) == add_storage(ours, THIRD)


def test_a_comment_of_one_side_is_kept() -> None:
    ours = add_storage(BASE, OTHER).replace("since 2019", "since 2018")
    theirs = add_storage(BASE, THIRD)
    for sides in ((ours, theirs), (theirs, ours)):
        merged = merge_manifests(BASE, *sides)
        assert merged is not None
        assert "since 2018" in merged
        assert next(iter(parse_manifest(merged).storages)) == "survey"
        assert len(parse_manifest(merged).storages) == 3


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            set_value(BASE, "storages", "survey", "region", "eu"),
            set_value(BASE, "storages", "survey", "region", "us"),
        ),
        (
            rename_data_path(BASE, "data/raw", "a"),
            set_value(BASE, "data", "data/raw", "access", "read"),
        ),
        (
            add_storage(BASE, OTHER).replace("2019", "2018"),
            add_storage(BASE, THIRD).replace("2019", "2017"),
        ),
        (  # each alone is right, but the second data path would lie in the first
            add_data_path(BASE, DataPath("x", "survey", access=Access.READ)),
            add_data_path(BASE, DataPath("x/y", "survey", access=Access.READ)),
        ),
        (BASE + "oops\n", add_storage(BASE, THIRD)),
    ],
)
def test_what_does_not_go_together_is_for_a_person(ours: str, theirs: str) -> None:
    assert merge_manifests(BASE, ours, theirs) is None
    assert merge_manifests(BASE, theirs, ours) is None


TWO = add_storage(BASE, OTHER)
MOVED = TWO.replace("  survey:  # ours since 2019\n    url: s3://sky-survey/a\n", "").replace(
    "data:\n", "  survey:\n    url: s3://sky-survey/a\ndata:\n"
)


def test_lines_that_go_together_need_not_say_what_both_say() -> None:
    unfed = remove_data_path(TWO, "data/raw")
    moved, gone = remove_data_path(MOVED, "data/raw"), remove_storage(unfed, "survey")
    assert not says_both(unfed, moved, gone, moved)
    assert says_both(unfed, moved, gone, gone)
    changed = set_value(TWO, "storages", "other", "region", "eu")
    assert says_both(TWO, MOVED, changed, set_value(MOVED, "storages", "other", "region", "eu"))


def test_a_data_path_that_one_side_renames_is_followed() -> None:
    ours = rename_data_path(BASE, "data/raw", "raw")
    theirs = set_value(BASE, "data", "data/raw", "access", "read")
    both = set_value(ours, "data", "raw", "access", "read")
    for sides in ((ours, theirs), (theirs, ours)):
        assert says_both(BASE, *sides, both)
        assert not says_both(BASE, *sides, ours)
    assert not says_both(BASE, ours, rename_data_path(BASE, "data/raw", "else"), ours)
