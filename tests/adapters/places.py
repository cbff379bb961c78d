"""A data path on a real file system, with what belongs to it."""

from __future__ import annotations

from pathlib import Path

from gitstore.adapters.tree import Incoming, Stat, TrashBag, Tree


class Place:
    """A data path with its spare directory and a trash bag."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.root = base / "work" / "data"
        self.spare = base / "git" / "storage"
        self.root.mkdir(parents=True)
        self.tree = Tree(self.root, self.spare, single=False)
        self.bag = TrashBag(self.spare / "trash" / "bag" / "data")

    def write(self, path: str, text: str) -> Stat:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        found = self.tree.stat(path)
        assert found is not None
        return found

    def incoming(self, text: str) -> Incoming:
        made = self.tree.incoming(len(text))
        made.write(text.encode())
        made.close()
        return made

    def temporary(self) -> list[str]:
        files = (self.spare / "tmp").glob("*/*")
        return sorted(file.name for file in files if file.name != "lock")
