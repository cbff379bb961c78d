"""The fingerprint of a directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitstore.adapters.tree_print import Fingerprint, fingerprint
from gitstore.adapters.tree_walk import Root
from gitstore.core.ticks import STEP


def printed(top: Path) -> Fingerprint:
    found = fingerprint(Root(top))
    assert found is not None
    return found


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name in ("a/one", "a/two", "b/c/three"):
        (tmp_path / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top" / name).write_bytes(name.encode())
    return tmp_path / "top"


def test_it_stays_while_nothing_changes(top: Path) -> None:
    assert printed(top) == printed(top)


def _replaced(top: Path) -> None:
    (top / "new").write_bytes(b"a/two")
    (top / "new").replace(top / "a/two")


def _written_with_the_same_times(top: Path) -> None:
    found = (top / "a/one").stat()
    (top / "a/one").write_bytes(b"a/ONE")
    os.utime(top / "a/one", ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda top: (top / "a/one").write_bytes(b"a/ONE"), id="written"),
        pytest.param(_written_with_the_same_times, id="written with the same times"),
        pytest.param(lambda top: (top / "a/one").write_bytes(b""), id="emptied"),
        pytest.param(lambda top: (top / "b/c/three").unlink(), id="removed"),
        pytest.param(lambda top: (top / "b/four").write_bytes(b""), id="added"),
        pytest.param(lambda top: (top / "a/one").rename(top / "b/one"), id="moved"),
        pytest.param(_replaced, id="replaced"),
        pytest.param(lambda top: (top / "empty").mkdir(), id="directory made"),
    ],
)
def test_every_change_changes_it(top: Path, change: Callable[[Path], object]) -> None:
    before = printed(top)
    change(top)
    assert printed(top).digest != before.digest


def test_whoever_looks_in_the_very_tick_of_a_write_may_miss_the_next_one(top: Path) -> None:
    found = (top / "a/one").stat()
    later = found.st_ctime_ns + 10**12
    os.utime(top / "a/one", ns=(later + 1, later + 1))
    assert printed(top).settled_ns == later + 1 + STEP


@pytest.mark.parametrize("odd", ["link", "pipe", ".git", "locked"])
def test_whatever_is_odd_takes_a_closer_look(top: Path, odd: str) -> None:
    if odd == "link":
        (top / "a/link").symlink_to("one")
    elif odd == "pipe":
        os.mkfifo(top / "a/pipe")
    elif odd == ".git":
        (top / "a/.git").mkdir()
    else:
        top.rename(top.with_name("elsewhere"))
    assert fingerprint(Root(top)) is None


def test_our_own_directory_is_no_part_of_it(top: Path) -> None:
    before = fingerprint(Root(top), ".git-storage")
    (top / ".git-storage").mkdir()
    (top / ".git-storage/tmp").write_bytes(b"")
    after = fingerprint(Root(top), ".git-storage")
    assert before is not None
    assert after is not None
    assert before.settled_ns == after.settled_ns
