"""Which objects can be local files. Git itself says what counts as `.git`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given

from gitstore.core.names import clashes, is_dot_git, local_problem, twins
from tests.core.strategies import PATIENT, paths

FINE = [
    *("file..txt", "..cache", "...", "a\nb", "a'b", 'a"b', "-rf", " a ", "a b", "\ufeffa", "a\\b"),
    *(".gitignore", ".github/x", ".gitx", "x.git/y", "git~", "git~1x", "git/x", "a:b", "~", "CON"),
    *("x" * 255, "ö" * 127, "/".join(["x" * 250] * 15), "\u200ca", "GIT~11", ".g\u200bit"),
]
WRONG = [
    ("", "empty"),
    ("/", "slash"),
    ("/a", "begins with a slash"),
    ("a/", "ends with a slash"),
    ("a//b", "empty part"),
    (".", "part '.'"),
    ("a/./b", "part '.'"),
    ("..", "part '..'"),
    ("../a", "part '..'"),
    ("a/..", "part '..'"),
    ("a\0b", "NUL"),
    ("a\ud800", "Unicode"),
    ("x" * 256, "255 bytes"),
    ("ö" * 128, "255 bytes"),
    ("a/" + "\U0001f300" * 64, "255 bytes"),
    ("/".join(["x" * 250] * 16), "more than 4000"),
]
DOT_GIT = [
    *(".git", ".GIT", ".Git", ".gIt", "git~1", "GIT~1", ".git ", ".git.", ".git . .", "git~1.. "),
    *(".git::$INDEX_ALLOCATION", ".git:x", "git~1:x", ".git. :x", ".git\\x", "git~1\\x"),
    *(f".g{chr(c)}it" for c in (*range(0x200C, 0x2010), *range(0x202A, 0x202F))),
    *(f".gi{chr(c)}t" for c in range(0x206A, 0x2070)),
    *("\ufeff.git", ".git\u200c", "\u200d.G\u200eI\u200fT"),
]


def git_refuses(name: str, repository: Path) -> bool:
    """Whether git, told of all file systems at once, refuses a path with this component."""
    git = [
        "git",
        "-C",
        str(repository),
        "-c",
        "core.protectHFS=true",
        "-c",
        "core.protectNTFS=true",
    ]
    subprocess.run([*git, "init", "-q"], check=True)
    # The empty blob; it need not exist.
    entry = (
        b"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t" + os.fsencode(f"d/{name}/x") + b"\0"
    )
    update = [*git, "update-index", "-z", "--index-info"]
    done = subprocess.run(update, input=entry, capture_output=True, check=False)
    listed = subprocess.run([*git, "ls-files"], check=True, capture_output=True)
    return done.returncode != 0 or not listed.stdout


@pytest.mark.parametrize("path", FINE)
def test_unusual_names_are_fine(path: str) -> None:
    assert local_problem(path) is None
    assert local_problem(f"sub/{path}") is None


@pytest.mark.parametrize(("path", "reason"), WRONG)
def test_what_cannot_be_a_file_is_said_why(path: str, reason: str) -> None:
    problem = local_problem(path)
    assert problem is not None
    assert reason in problem


@pytest.mark.parametrize("name", DOT_GIT)
def test_a_git_directory_is_refused_in_every_spelling(name: str, tmp_path: Path) -> None:
    assert git_refuses(name, tmp_path)
    assert is_dot_git(name)
    for path in (name, f"{name}/config", f"a/{name}", f"a\\{name}"):
        assert local_problem(path) == "its name leads into a git directory"


@pytest.mark.parametrize("name", [n for n in FINE if "/" not in n and len(n) < 20 and n != "..."])
def test_git_takes_what_is_not_refused(name: str, tmp_path: Path) -> None:
    assert not is_dot_git(name)
    assert not git_refuses(name, tmp_path)


@PATIENT
@given(paths)
def test_what_has_no_problem_stays_below_its_directory(path: str) -> None:
    if local_problem(path) is None:
        assert os.path.normpath(path) == path
        assert not os.path.isabs(path)  # noqa: PTH117 - the string is judged, not a path here
        assert not path.startswith("../")


def test_an_object_beside_others_below_it_is_the_one_that_cannot_be() -> None:
    found = clashes(["a", "a/b", "a/c/d", "a/c", "ab", "b/a"])
    assert dict(found) == {
        "a": "a/b needs a directory of this name",
        "a/c": "a/c/d needs a directory of this name",
    }


def test_what_cannot_be_a_file_itself_needs_no_directory() -> None:
    assert clashes(["a", "a/", "a//b", "a/../b", "b", "b/.git/c"]) == {}


def test_neighbours_do_not_clash() -> None:
    assert clashes(["a", "a-b", "a.b", "a b", "aa/b"]) == {}


@PATIENT
@given(paths, paths)
def test_clashes_are_found_at_any_depth(above: str, below: str) -> None:
    path = f"{above}/{below}"
    expected = local_problem(path) is None
    assert (above in clashes([path, above])) is expected


def test_twins_are_grouped() -> None:
    names = [
        "Readme",
        "README",
        "a",
        "\u00e9",
        "e\u0301",
        "E\u0301",
        "stra\u00dfe",
        "STRASSE",
        "b/A",
    ]
    assert twins(names) == [
        ("E\u0301", "e\u0301", "\u00e9"),
        ("README", "Readme"),
        ("STRASSE", "stra\u00dfe"),
    ]


def test_marks_in_another_order_are_twins() -> None:
    # Folding turns U+0345 into a letter, so the marks have to be in order before.
    assert len(twins(["\u03b1\u0345\u0313", "\u03b1\u0313\u0345"])) == 1


def test_an_object_is_not_its_own_twin() -> None:
    assert twins(["a", "a", "b"]) == []
