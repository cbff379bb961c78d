"""Where temporary files and trash lie."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gitstore.adapters.tree import spare_directory
from tests.adapters.places import Place


def test_spare_lies_in_the_common_directory_if_renaming_works(tmp_path: Path) -> None:
    top, common = tmp_path / "work", tmp_path / "work" / ".git"
    common.mkdir(parents=True)
    assert spare_directory(top, common, top / "not" / "there") == common / "storage"


def test_spare_lies_beside_the_work_tree_if_git_is_elsewhere(tmp_path: Path) -> None:
    memory = Path("/dev/shm")  # noqa: S108 - another file system is what is wanted
    shared = memory / f"git-storage-{os.getpid()}"
    shared.mkdir()
    try:
        top = tmp_path / "work"
        top.mkdir()
        assert spare_directory(top, shared, top / "d") == tmp_path / ".work.git-storage"
        found = spare_directory(top, tmp_path, shared / "d")
        assert found.parent == memory / ".git-storage"
        assert found != spare_directory(top, top, shared / "d")
    finally:
        shutil.rmtree(shared)


def test_there_is_room_for_some_bytes(place: Place) -> None:
    device, free = place.tree.room()
    assert (device, free > 0) == (place.tree.room()[0], True)
