"""Managed blocks, and what git itself makes of the patterns in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.blocks import (
    ATTRIBUTES,
    BEGIN,
    END,
    ignore_pattern,
    ignored_paths,
    with_attributes,
    with_ignored,
)
from gitstore.core.errors import FormatError

ODD = (
    "data/raw",
    "with space",
    "trailing ",
    "trailing two  ",
    "dir /x",
    "[x]",
    "a[0-9]",
    "#h",
    "!b",
    "d/#h",
    "d/!b",
    "star*",
    "what?",
    "back\\slash",
    "end\\",
    "**",
    "größe/日本",
    "-dash",
    '"quoted"',
)
NEAR = (
    "data/raw2",
    "other/data/raw",
    "x/with space",
    "x",
    "a1",
    "starry",
    "whatx",
    "trailing",
    "h",
)


def git(folder: Path, *args: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *args], input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.excludesFile", "/dev/null")
    return tmp_path


def ignored(repository: Path, *paths: str) -> set[str]:
    out = git(
        repository, "check-ignore", "--no-index", "--stdin", "-z", stdin="\0".join(paths) + "\0"
    )
    return {path for path in out.split("\0") if path}


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ODD)
def test_git_ignores_exactly_the_data_path_whatever_its_name(
    repository: Path, name: str, eol: str
) -> None:
    text = with_ignored(f"*.tmp{eol}", [name])
    (repository / ".gitignore").write_bytes(text.encode())

    inside = f"{name}/below"
    assert {name, inside} == ignored(repository, name, inside, *(n for n in NEAR if n != name))


def test_git_ignores_a_link_in_the_place_of_a_data_path(repository: Path) -> None:
    (repository / "elsewhere").mkdir()
    (repository / "data").symlink_to("elsewhere")
    (repository / ".gitignore").write_text(with_ignored("", ["data"]))

    assert {"data"} == ignored(repository, "data", "elsewhere")


def test_git_gives_pointers_slices_and_manifests_their_attributes(repository: Path) -> None:
    (repository / ".gitattributes").write_text(with_attributes("* text=auto\n"))

    def attributes(path: str) -> dict[str, str]:
        fields = git(repository, "check-attr", "-z", "text", "merge", "eol", "--", path).split("\0")
        return dict(zip(fields[1::3], fields[2::3], strict=False))

    pointer = {"text": "unset", "merge": "git-storage", "eol": "unspecified"}
    for path in ("a.storage", "data/raw.storage", "a.storage.d/00/first", "d/e.storage.d/aa/bb"):
        assert pointer == attributes(path), path
    assert attributes(".storage.yaml") == {"text": "set", "merge": "git-storage", "eol": "lf"}
    assert attributes("data/raw")["merge"] == "unspecified"


def test_the_block_is_written_between_its_marks_in_sorted_order() -> None:
    assert f"{BEGIN}\n/a\n/data/raw\n{END}\n" == with_ignored("", ["data/raw", "a"])


def test_a_missing_newline_at_the_end_is_added_before_the_block() -> None:
    assert f"*.o\n{BEGIN}\n/a\n{END}\n" == with_ignored("*.o", ["a"])


def test_a_file_with_crlf_gets_a_block_with_crlf() -> None:
    assert f"*.o\r\n{BEGIN}\r\n/a\r\n{END}\r\n" == with_ignored("*.o\r\n", ["a"])


def test_the_block_goes_when_nothing_is_left_to_ignore() -> None:
    assert with_ignored(f"x\n{BEGIN}\n/a\n{END}\ny\n", []) == "x\ny\n"


def test_lines_that_somebody_wrote_into_the_block_are_replaced() -> None:
    assert f"{BEGIN}\n/b\n{END}\n" == with_ignored(f"{BEGIN}\n/a\nfoo\n{END}\n", ["b"])


@pytest.mark.parametrize(
    "text",
    [
        f"{BEGIN}\n/a\n",
        f"/a\n{END}\n",
        f"{END}\n{BEGIN}\n",
        f"{BEGIN}\n{BEGIN}\n{END}\n",
        f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n",
    ],
)
def test_damaged_marks_are_an_error_with_a_line_and_a_hint(text: str) -> None:
    with pytest.raises(FormatError, match="damaged") as raised:
        with_ignored(text, ["a"], source=".git/info/exclude")

    assert raised.value.source == ".git/info/exclude"
    assert raised.value.line is not None
    assert raised.value.hint is not None


lines = st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8")), max_size=5)
names = st.sets(st.text(st.sampled_from("ab/ #![]*?\\"), min_size=1, max_size=8), max_size=4)


@given(lines, lines, names, names, st.sampled_from(["\n", "\r\n"]))
def test_text_outside_the_block_is_never_touched_and_writing_twice_changes_nothing(
    before: list[str], after: list[str], old: set[str], new: set[str], eol: str
) -> None:
    head = "".join(line + eol for line in before)
    tail = "".join(line + eol for line in after)
    start = with_ignored(head, old) + tail

    once = with_ignored(start, new)

    assert once == with_ignored(once, new)
    assert ignored_paths(once) == tuple(sorted(new))
    assert with_ignored(once, []) == head + tail
    if old and new:
        assert once.startswith(head)
        assert once.endswith(tail)


def test_every_attribute_line_is_in_the_block() -> None:
    text = with_attributes("")

    assert [BEGIN, *ATTRIBUTES, END] == text.splitlines()
    assert text == with_attributes(text)


def test_a_pattern_never_begins_with_a_mark_of_its_own() -> None:
    assert ignore_pattern("#h") == "/\\#h"
    assert ignore_pattern("a ") == "/a\\ "
    assert ignore_pattern("a b") == "/a b"


def test_the_block_names_its_data_paths_and_nothing_that_somebody_wrote_into_it() -> None:
    text = f"/other\n{BEGIN}\n/a\\ \nfoo\n/b*\n/d/e\n{END}\n"

    assert ignored_paths(text) == ("a ", "d/e")
    assert ignored_paths("/other\n") == ()
