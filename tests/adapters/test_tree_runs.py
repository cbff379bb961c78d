"""The files of a directory in the order of their paths."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitstore.adapters.tree_runs import Cursor, Odd, Run, digest, runs
from gitstore.adapters.tree_walk import Root

# Names that sort before and behind a slash.
_NAME = st.text("a!~0", min_size=1, max_size=3)
_PATHS = st.sets(st.lists(_NAME, min_size=1, max_size=3).map("/".join), max_size=12)


def written(top: Path, paths: set[str]) -> list[str]:
    for path in sorted(paths, key=len):
        try:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(path)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue
    return sorted(each.relative_to(top).as_posix() for each in top.rglob("*") if each.is_file())


def paths_of(found: Iterator[Run] | list[Run]) -> list[str]:
    return [path for run in found for path, _ in run.stats()]


@settings(max_examples=60)
@given(_PATHS, st.lists(st.one_of(_NAME, _NAME.map("a/".__add__)), max_size=4))
def test_they_come_sorted_and_can_be_cut_anywhere(paths: set[str], cuts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        expected = written(Path(name), paths)
        assert paths_of(runs(Root(Path(name)))) == expected
        cursor, start = Cursor(runs(Root(Path(name)))), ""
        for cut in [*sorted(set(cuts)), None]:
            inside = [p for p in expected if p >= start and (cut is None or p < cut)]
            assert paths_of(cursor.before(cut)) == inside
            start = cut or start


def test_every_change_of_a_file_shows(tmp_path: Path) -> None:
    file = tmp_path / "d/one"
    written(tmp_path, {"d/one", "two"})

    def now() -> str:
        return digest(list(runs(Root(tmp_path))))

    known = [now()]
    assert now() == known[0]
    found = file.stat()
    file.write_bytes(b"X/one")
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    known.append(now())
    file.rename(tmp_path / "d/three")
    known.append(now())
    (tmp_path / "d/three").unlink()
    known.append(now())
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("odd", ["link", "pipe", ".git", "name", "locked"])
def test_what_is_odd_is_left_to_who_says_why(tmp_path: Path, odd: str) -> None:
    top = tmp_path / "top"
    written(top, {"d/one"})
    if odd == "link":
        (top / "d/link").symlink_to("one")
    elif odd == "pipe":
        os.mkfifo(top / "d/pipe")
    elif odd == ".git":
        (top / "d/.git").mkdir()
    elif odd == "name":
        Path(os.fsdecode(os.fsencode(top) + b"/\xff")).mkdir()
    else:
        top.rename(tmp_path / "elsewhere")
    with pytest.raises(Odd):
        list(runs(Root(top)))


def test_our_own_directory_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, {"a", ".git-storage/tmp", "b/.git-storage/file"})
    assert paths_of(runs(Root(tmp_path), ".git-storage")) == ["a", "b/.git-storage/file"]
