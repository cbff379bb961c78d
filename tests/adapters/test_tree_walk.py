"""Nothing leads out of a data path."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gitstore.adapters import tree_rename
from gitstore.adapters.tree import Tree
from gitstore.adapters.tree_walk import Entry
from gitstore.core.errors import Changed, LocalFailure, PathRefused
from tests.adapters.places import Place

_OUTSIDE = ["../x", "/x", "a/../../x", ".git/hooks/post-checkout", "a//b", "a/", "", ".", "a\0b"]


@pytest.mark.parametrize("path", _OUTSIDE)
def test_a_path_that_leads_elsewhere_is_refused(place: Place, path: str) -> None:
    stat = place.write("f", "1")
    with pytest.raises(PathRefused):
        place.tree.place(place.incoming("1"), path)
    with pytest.raises(PathRefused):
        place.tree.digest(path)
    with pytest.raises(PathRefused):
        place.tree.rename("f", path, stat)
    with pytest.raises(PathRefused):
        place.tree.stat(path)


def test_no_link_is_followed(place: Place) -> None:
    victim = place.base / "victim"
    victim.mkdir()
    (victim / "f").write_text("secret")
    (place.root / "a").symlink_to(victim)
    (place.root / "g").symlink_to(victim / "f")
    with pytest.raises(PathRefused, match="symbolic link"):
        place.tree.place(place.incoming("1"), "a/new")
    for path in ("a/f", "g"):
        assert place.tree.stat(path) is None
        with pytest.raises((Changed, LocalFailure)):
            place.tree.digest(path)
    assert os.listdir(victim) == ["f"]  # noqa: PTH208 - names


def test_a_link_that_came_with_the_repository_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "data").symlink_to(tmp_path / "victim")
    for path in ("data", "data/raw"):
        tree = Tree(tmp_path / "work" / path, tmp_path / "spare", single=False)
        made = tree.incoming(1)
        with pytest.raises(PathRefused, match="symbolic link"):
            tree.place(made, "f")
        with pytest.raises(PathRefused, match="symbolic link"):
            tree.make_root()
    assert list((tmp_path / "victim").iterdir()) == []


def test_swapping_a_directory_for_a_link_leads_nowhere(place: Place) -> None:
    victim = place.base / "victim"
    victim.mkdir()
    (place.root / "d").mkdir()
    (place.root / "link").symlink_to(victim)
    stop = threading.Event()
    descriptor = os.open(place.root, os.O_RDONLY)

    def swap() -> None:
        while not stop.is_set():
            tree_rename.exchange(Entry(descriptor, "d"), Entry(descriptor, "link"))

    attacker = threading.Thread(target=swap)
    attacker.start()
    try:
        for number in range(200):
            made = place.incoming(str(number))
            try:
                place.tree.place(made, f"d/{number}")
            except (PathRefused, LocalFailure, Changed):
                made.discard()
    finally:
        stop.set()
        attacker.join()
        os.close(descriptor)
    assert list(victim.iterdir()) == []
