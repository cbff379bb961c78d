"""Merging manifests entry by entry."""

from __future__ import annotations

import pytest

from gitstore.core.manifest import Access, DataPath, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    add_data_path,
    add_storage,
    remove_data_path,
    rename_data_path,
    set_value,
)
from gitstore.core.manifest_merging import merge_manifests

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
