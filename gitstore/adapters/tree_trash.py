"""Where replaced and removed files go, and where that and temporary files may lie (rule F3)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from gitstore.adapters.tree_rename import duplicate, flush_all, move_new
from gitstore.adapters.tree_values import told
from gitstore.adapters.tree_walk import (
    LISTABLE,
    Entry,
    Root,
    flush_directory,
    flush_file,
    is_regular,
    look,
)
from gitstore.core.errors import LocalFailure, PathRefused

_LAYERS = 1000
_MANY = 32  # files; more are flushed faster with the whole file system than one by one
# A data path never ends like this, so that no other data path's bag has the name.
_LAYER = "{name}.{number}.storage"


class TrashBag:
    """One operation's replaced and removed files of one data path.

    They keep their paths. What would overwrite another file of the bag, or needs a directory where
    it has a file, goes to a second layer beside it.

    Args:
        directory: the bag; made when something is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept: list[Path] = []

    def keep(self, file: Path, path: str) -> Path:
        """Move a file into the bag, never over another one; its place there.

        Args:
            file: on the same file system as the bag.
            path: its object path; `.` for a data path that is one file.

        Raises:
            LocalFailure: the system refused; the file is where it was.
        """
        with Root(file.parent).opened() as directory:
            return self.keep_entry(Entry(directory, file.name), path)

    def keep_entry(self, entry: Entry, path: str) -> Path:
        """`keep` for a name in an open directory."""
        for place in self._places(path):
            with told(f"the trash for {path}"), contextlib.suppress(FileExistsError, PathRefused):
                with self.slot(place) as slot:
                    move_new(entry, slot)
                self._kept.append(place)
                return place
        raise _too_full(self._directory)

    def keep_copy(self, entry: Entry, path: str) -> Path:
        """Keep a second name, or a copy, of a file that is about to be replaced."""
        for place in self._places(path):
            with told(f"the trash for {path}"), contextlib.suppress(FileExistsError, PathRefused):
                with self.slot(place) as slot:
                    duplicate(entry, slot)
                self._kept.append(place)
                return place
        raise _too_full(self._directory)

    def flush(self) -> None:
        """Make what has been kept so far durable, bytes and names: they may be nowhere else.

        Whoever edited a file may not have flushed it either.

        Raises:
            LocalFailure: something could not be written.
        """
        kept, self._kept = self._kept, []
        with told(f"the trash {self._directory}"):
            if len(kept) > _MANY and self._flushed_at_once(kept[0].parent):
                return
            for place in kept:
                # What was put back at once, because it was not the expected file, is not here.
                with contextlib.suppress(FileNotFoundError), Root(place.parent).opened() as folder:
                    flush_file(Entry(folder, place.name))
            for parent in sorted({place.parent for place in kept}):
                with Root(parent).opened() as folder:
                    flush_directory(folder)

    def _flushed_at_once(self, inside: Path) -> bool:
        with Root(inside).opened() as directory:
            descriptor = os.open(".", LISTABLE, dir_fd=directory)
        try:
            return flush_all(descriptor)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def slot(self, place: Path) -> Iterator[Entry]:
        """A place of the bag as a name in an open directory, made if it was not there."""
        with Root(place.parent).made_entry((place.name,), 0o700) as entry:
            yield entry

    def kept(self, path: str) -> Path | None:
        """Where an object's file lies in the bag, the first one that came, or None."""
        for place in self._places(path):
            if not self._layer_exists(place):
                return None
            with contextlib.suppress(OSError), Root(place.parent).entry((place.name,)) as entry:
                if is_regular(look(entry)):
                    return place
        return None

    def items(self) -> list[tuple[str, Path]]:
        """The files of the bag: object path and place, sorted."""
        found: list[tuple[str, Path]] = []
        for layer in self._layers():
            if layer.is_symlink() or not layer.exists():
                break
            if layer.is_file():
                found.append((".", layer))
                continue
            for folder, _, names in os.walk(layer):
                places = [Path(folder, name) for name in names]
                found += [(place.relative_to(layer).as_posix(), place) for place in places]
        return sorted(found)

    def _places(self, path: str) -> Iterator[Path]:
        for layer in self._layers():
            yield layer if path == "." else layer / path

    def _layers(self) -> Iterator[Path]:
        yield self._directory
        for number in range(2, _LAYERS):
            name = _LAYER.format(name=self._directory.name, number=number)
            yield self._directory.with_name(name)

    def _layer_exists(self, place: Path) -> bool:
        return any(layer.exists() for layer in self._layers() if layer in (place, *place.parents))


def spare_directory(top: Path, common_dir: Path, root: Path) -> Path:
    """Where temporary files and trash of a data path lie (rule F3).

    On the file system of the data, so that renaming works, and where `git worktree remove` does not
    delete it: in the common git directory; else hidden beside the work tree; else at the root of
    the data's file system, which may be inside the data path.

    Args:
        top: the top level of the work tree.
        common_dir: the git directory that all work trees share.
        root: the data path, absolute; need not exist.
    """
    mounts = _mounts()
    place = _place(_existing_directory(root), mounts)
    if _place(common_dir, mounts) == place:
        return common_dir / "storage"
    beside = top.parent / f".{top.name}.git-storage"
    if _place(top.parent, mounts) == place and os.access(top.parent, os.W_OK):
        return beside
    # The file system may hold the data of other clones too.
    import hashlib  # late: few commands need what it loads

    clone = hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:16]
    return place[1] / ".git-storage" / clone


def _existing_directory(path: Path) -> Path:
    while path.is_symlink() or not path.is_dir():
        path = path.parent
    return path


def _place(directory: Path, mounts: frozenset[str]) -> tuple[int, Path]:
    """The device and mount point of a directory: renaming works only where both are the same."""
    device = directory.stat().st_dev
    while directory != directory.parent:
        if str(directory) in mounts or directory.parent.stat().st_dev != device:
            break
        directory = directory.parent
    return device, directory


def _mounts() -> frozenset[str]:
    # Bind mounts of one device are told apart only here; proc(5), field 5, with octal escapes.
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return frozenset()
    return frozenset(os.fsdecode(_unescaped(line.split(b" ")[4])) for line in lines)


def _unescaped(field: bytes) -> bytes:
    first, *rest = field.split(b"\\")
    return first + b"".join(bytes([int(part[:3], 8)]) + part[3:] for part in rest)


def _too_full(directory: Path) -> LocalFailure:
    return LocalFailure(f"the trash {directory} has too many files of one name")
