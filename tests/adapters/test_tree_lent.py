"""Files that others keep: nothing changes them, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitstore.adapters.tree import Stat, TrashBag
from gitstore.adapters.tree_linked import LentTree
from gitstore.core.errors import PathRefused
from gitstore.core.kept import Origin
from gitstore.core.versions import Version

Change = Callable[[LentTree, Stat, TrashBag], object]

CHANGES: dict[str, Change] = {
    "incoming": lambda tree, _, __: tree.incoming(3),
    "growing": lambda tree, _, __: tree.growing(Origin("s3://b/", "a", Version(9, ("etag:e",)))),
    "to_trash": lambda tree, stat, bag: tree.to_trash("a", stat, bag),
    "remove": lambda tree, stat, _: tree.remove("a", stat),
    "rename": lambda tree, stat, _: tree.rename("a", "b", stat),
    "from_trash": lambda tree, _, bag: tree.from_trash(bag.keep(_file(bag), "b"), "b"),
}


def _file(bag: TrashBag) -> Path:
    file = bag._directory.parent / "of-another-time"
    file.write_bytes(b"old")
    return file


@pytest.mark.parametrize("how", CHANGES)
def test_what_others_keep_is_never_changed(how: str, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    (place / "a").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(place)
    tree = LentTree(tmp_path / "link", place, tmp_path / "spare", single=False)
    stat = tree.stat("a")
    assert stat is not None
    (tmp_path / "trash").mkdir()
    with pytest.raises(PathRefused, match="kept by others"):
        CHANGES[how](tree, stat, TrashBag(tmp_path / "trash" / "bag"))
    assert {p.name: p.read_bytes() for p in place.iterdir()} == {"a": b"theirs"}
