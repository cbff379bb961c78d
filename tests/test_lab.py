"""The scenarios' vocabulary notices what it is there to notice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import lab as laboratory
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


def grants(lab: Lab) -> list[str]:
    with closing(sqlite3.connect(lab.top / ".git/storage/grants.db")) as connection:
        return [line.replace(str(lab.root), "HERE") for line in connection.iterdump()]


def test_a_project_that_is_copied_is_as_one_that_is_made(tmp_path: Path) -> None:
    objects = {"a": b"one", "b/c": b""}
    labs = []
    for name in ("made", "first", "again"):
        (tmp_path / name).mkdir()
        labs.append(laboratory.make(tmp_path / name))
    made, *copied = labs
    made.describe_anew(objects, "--live")
    for each in copied:
        each.describe(objects, "--live")
        assert grants(each) == grants(made)
        assert each.bucket.objects() == objects
        assert each.git("remote", "get-url", "origin").out == f"{each.root}/remote.git\n"
        assert each.git("status", "--porcelain", "--branch").out == "## main...origin/main\n"
        assert each.read(".storage.yaml") == made.read(".storage.yaml")
        assert each.clone().read(".storage.yaml") == made.read(".storage.yaml")
        each.storage("stage", "--all")
        each.write("data/a", b"two")
        each.storage("sync")
        assert each.bucket.get("a") == b"two"
    assert made.bucket.objects() == objects


def test_what_was_there_before_is_described_with_it(lab: Lab) -> None:
    lab.write("notes", b"one")
    lab.describe({"a": b"one"})
    assert lab.clone().read("notes") == b"one"
