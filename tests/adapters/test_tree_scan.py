"""Listing a data path, on a real file system."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gitstore.adapters.tree import TrashBag, Tree
from gitstore.core.errors import PathRefused
from tests.adapters.places import Place

NFC, NFD = "\u00e9", "e\u0301"


def problems(place: Place) -> dict[str, str]:
    return {p.path: p.reason for p in place.tree.scan().problems}


def test_every_name_that_can_be_an_object_is_found(place: Place) -> None:
    names = ["a", "b/c/d", "new\nline", "n" * 255, NFC, NFD, "A", " ", "-x", "a\\b", "é" * 127]
    for name in names:
        place.write(name, name)
    scan = place.tree.scan()
    assert set(scan.files) == set(names)
    assert scan.problems == ()
    assert scan.files["b/c/d"] == place.tree.stat("b/c/d")
    assert scan.files["a"].size == 1


def test_a_missing_root_is_empty_and_has_no_identity(place: Place) -> None:
    place.root.rmdir()
    assert place.tree.scan().files == {}
    assert place.tree.scan().problems == ()
    assert place.tree.root_id() is None
    place.tree.make_root()
    assert place.tree.root_id() is not None
    assert not place.spare.exists()  # looking makes no files


def test_what_is_no_file_is_named_never_skipped(place: Place) -> None:
    place.write("ok", "1")
    place.write("repo/below/f", "1")
    (place.root / "repo" / ".git").mkdir()
    os.mkfifo(place.root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place.root / "socket"))
    (place.root / "to-file").symlink_to("ok")
    (place.root / "to-directory").symlink_to(place.base)
    (place.root / "to-nowhere").symlink_to("unmounted")
    (place.root / "loop").symlink_to("loop")
    (place.root / "not-\udcff-text").write_text("1")
    assert set(place.tree.scan().files) == {"ok"}
    assert set(problems(place)) == {
        "repo/",
        "pipe",
        "socket",
        "to-file",
        "to-directory/",
        "to-nowhere/",
        "loop/",
        "not-\\xff-text",
    }


def test_a_root_that_is_no_directory_is_a_problem_of_everything(place: Place) -> None:
    place.root.rmdir()
    place.root.write_text("file")
    assert problems(place) == {"": "it is a file, not a directory"}
    place.root.unlink()
    place.root.symlink_to(place.base)
    assert problems(place) == {"": "it is a symbolic link"}
    place.root.unlink()
    place.root.parent.rmdir()
    (place.base / "real" / "data").mkdir(parents=True)
    place.root.parent.symlink_to(place.base / "real")
    assert problems(place) == {"": "a symbolic link is on the way to it"}
    assert place.tree.stat("x") is None


def test_a_root_that_is_a_repository_is_a_problem_of_everything(place: Place) -> None:
    (place.root / ".git").write_text("gitdir: elsewhere")
    assert list(problems(place)) == [""]


_AS_NOBODY = """
import os, sys
from pathlib import Path
from gitstore.adapters.tree import Tree
tree = Tree(Path(sys.argv[1]), Path(sys.argv[1]) / "spare", False)
if os.getuid() == 0:
    os.setuid(65534)
scan = tree.scan()
print(sorted(scan.files), [p.path for p in scan.problems])
"""


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["closed", "names only"])
def test_a_directory_that_cannot_be_read_hides_nothing(mode: int) -> None:
    with tempfile.TemporaryDirectory() as folder:  # where everybody may look
        root = Path(folder).resolve()
        root.chmod(0o755)
        (root / "closed").mkdir()
        (root / "closed" / "f").write_text("1")
        (root / "f").write_text("1")
        (root / "closed").chmod(mode)
        said = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(root)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        (root / "closed").chmod(0o700)
        assert said == "['f'] ['closed/']\n"


def test_a_data_path_can_be_one_file(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "one.csv", tmp_path / "spare", single=True)
    bag = TrashBag(tmp_path / "spare" / "trash" / "bag" / "one.csv")
    assert tree.scan().files == {}
    made = tree.incoming(1)
    made.write(b"1")
    stat = tree.place(made, ".")
    assert (tmp_path / "one.csv").read_text() == "1"
    assert tree.scan().files == {".": stat}
    tree.to_trash(".", stat, bag)
    assert bag.items() == [(".", tmp_path / "spare" / "trash" / "bag" / "one.csv")]
    kept = bag.kept(".")
    assert kept is not None
    tree.from_trash(kept, ".")
    tree.flush_directories(["."])
    assert (tmp_path / "one.csv").read_text() == "1"
    with pytest.raises(PathRefused):
        tree.stat("other")
    (tmp_path / "one.csv").unlink()
    (tmp_path / "one.csv").mkdir()
    assert [p.path for p in tree.scan().problems] == [""]


def test_our_own_directory_inside_the_data_is_no_object(tmp_path: Path) -> None:
    spare = tmp_path / ".git-storage" / "clone"
    tree = Tree(tmp_path, spare, single=False)
    made = tree.incoming(1)
    assert tree.scan().files == {}
    assert (spare / ".gitignore").read_text() == "*\n"
    with pytest.raises(PathRefused):
        tree.place(made, ".git-storage/x")
