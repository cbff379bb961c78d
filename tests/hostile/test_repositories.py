"""Objects that would make a git repository of their directory: git would obey its settings."""

from __future__ import annotations

import pytest

from gitstore.core.names import repositories
from tests.lab import Lab

_RUNS = """\
[core]
\trepositoryformatversion = 0
\tworktree = .
\tfsmonitor = "touch ../../ran; false"
"""
_BARE = {
    "sub/HEAD": b"ref: refs/heads/main\n",
    "sub/config": _RUNS.encode(),
    "sub/objects/info/packs": b"",
    "sub/refs/heads/x": b"",
}


def test_git_runs_nothing_that_a_storage_has_put_there(lab: Lab) -> None:
    lab.describe({**_BARE, "m31.fits": b"one"})
    lab.storage("stage", "--all").fails(1).says("data/sub/HEAD", "take its directory for a repo")
    lab.run("git", "status", at="data/sub")

    assert lab.files().keys() == _BARE.keys() - {"sub/HEAD"} | {"m31.fits"}
    assert not lab.exists("ran")


def test_it_does_not_help_to_bring_it_piece_by_piece(lab: Lab) -> None:
    lab.describe(_BARE)
    for path in ("sub/HEAD", "sub/objects", "sub/config", "sub/refs"):
        lab.storage("stage", f"data/{path}").expected = True
    lab.run("git", "status", at="data/sub")

    assert not lab.exists("ran")
    assert lab.results[-2].code == 1
    assert "sub/refs/heads/x" not in lab.files()


@pytest.mark.parametrize(
    "paths",
    [
        {"HEAD", "objects/a", "refs/b"},
        {"a/HEAD", "a/commondir"},
        {"a/b/head", "a/b/Objects/x/y", "A/b/REFS/z"},
        {"a/HE\u200cAD", "a/objects/x", "a/refs"},
    ],
)
def test_a_repository_is_seen_in_every_spelling(paths: set[str]) -> None:
    assert len(repositories(paths)) == 1


@pytest.mark.parametrize(
    "paths",
    [
        {"HEAD"},
        {"HEAD", "objects/a"},
        {"a/HEAD", "b/objects/x", "b/refs/x"},
        {"a/HEAD", "objects/x", "refs/x"},
        {"a/HEADER", "a/objects/x", "a/refs/x"},
        {"objects/a", "refs/b", "config"},
    ],
)
def test_what_is_no_repository_is_left_alone(paths: set[str]) -> None:
    assert repositories(paths) == {}
