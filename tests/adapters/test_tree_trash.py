"""Where temporary files and trash lie."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gitstore.adapters.tree import spare_directory
from tests.adapters.places import Place
from tests.disks import MEMORY, another_disk


def test_spare_lies_in_the_common_directory_if_renaming_works(tmp_path: Path) -> None:
    top, common = tmp_path / "work", tmp_path / "work" / ".git"
    common.mkdir(parents=True)
    assert spare_directory(top, common, top / "not" / "there") == common / "storage"


def test_spare_lies_beside_the_work_tree_if_git_is_elsewhere() -> None:
    with another_disk(MEMORY) as home, tempfile.TemporaryDirectory(dir=MEMORY) as memory:
        shared = Path(memory)
        top = home / "work"
        top.mkdir()
        assert spare_directory(top, shared, top / "d") == home / ".work.git-storage"
        found = spare_directory(top, home, shared / "d")
        assert found.parent == MEMORY / ".git-storage"
        assert found != spare_directory(top, top, shared / "d")


def test_there_is_room_for_some_bytes(place: Place) -> None:
    device, free = place.tree.room()
    assert (device, free > 0) == (place.tree.room()[0], True)
