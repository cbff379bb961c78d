"""The answers to the kernel: folders and files of a mount, in the words of a file system."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EBADF, EISDIR, ENOENT, EROFS

from gitstore.core.versions import Version
from gitstore.shell.mount.blocks import Piece
from gitstore.shell.mount.content import Content, Reader
from gitstore.shell.mount.tree import Tree
from gitstore.shell.mount.troubles import Troubles
from gitstore.shell.mount.views import View

Attributes = Mapping[str, int]
Entries = Sequence[tuple[str, Attributes]]

_UNIT = 512  # bytes of st_blocks
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Place:
    """A path of the mount, understood.

    Attributes:
        view: the folder that it lies in.
        path: below that; `''` is the folder itself.
    """

    view: View
    path: str

    @property
    def tree(self) -> Tree:
        """The files there, as they are now."""
        return self.view.shown.tree()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that somebody reads."""

    path: str
    content: Content
    reader: Reader
    changed: int


class Files:
    """A file system for reading.

    Args:
        find: gives the folder of a name, or None. Names that mean none cost nothing.
        troubles: is told what could not be done.
    """

    def __init__(self, find: Callable[[str], View | None], troubles: Troubles) -> None:
        self._find = find
        self.troubles = troubles
        self._opened: dict[int, Opened] = {}
        self._folders: dict[int, Entries] = {}
        self._last = 0
        self._opening = threading.Lock()
        self._common: tuple[tuple[int, int], dict[str, int]] = (0, 0), {}
        self._owner = {"st_uid": os.getuid(), "st_gid": os.getgid()}

    def attributes(self, path: str, handle: int | None = None) -> Attributes:
        """What `stat` says; a file that is open stays as it was opened.

        Raises:
            OSError: there is no such file.
        """
        opened = None if handle is None else self._opened.get(handle)
        if opened is not None:
            return self.of_file(opened.content.size, opened.changed)
        if path == "/":
            return self.of_folder(0)
        place = self.place(path)
        with self.troubles.told(place.path):
            return self._described(place, place.tree)

    def entries(self, path: str) -> Iterator[tuple[str, Attributes]]:
        """What is in a folder, with attributes, so that listing asks nothing twice.

        Raises:
            OSError: there is no such folder, or it cannot be listed now.
        """
        if path == "/":
            return
        place = self.place(path)
        with self.troubles.told(place.path):
            tree = place.tree
            names = tree.names(place.path)
        start = f"{place.path}/" if place.path else ""
        for name in names:
            with suppress(KeyError):  # it went meanwhile
                yield name, self._described(Place(place.view, start + name), tree)

    def open_folder(self, path: str) -> int:
        """Open a folder: what is in it at this moment.

        Raises:
            OSError: as `entries`.
        """
        here = self.attributes(path)
        listed = [(".", here), ("..", here), *self.entries(path)]
        with self._opening:
            self._last += 1
            self._folders[self._last] = listed
            return self._last

    def folder(self, handle: int) -> Entries:
        """What was in an open folder when it was opened.

        Raises:
            OSError: it is not open.
        """
        listed = self._folders.get(handle)
        if listed is None:
            raise OSError(EBADF, str(handle))
        return listed

    def open(self, path: str, flags: int) -> int:
        """Open a file for reading; the number by which it is known from then on.

        Raises:
            OSError: there is none, or it would be written.
        """
        if flags & _WRITES:
            raise OSError(EROFS, path)
        place = self.place(path)
        with self.troubles.told(place.path):
            version = self._version(place)
            content = place.view.content(place.path, version)
        return self._remember(Opened(place.path, content, Reader(content), place.view.changed))

    def read(self, handle: int, size: int, offset: int) -> Piece:
        """Bytes of an open file.

        Raises:
            OSError: they cannot be had; the reason is among the troubles.
        """
        opened = self._opened.get(handle)
        if opened is None:
            raise OSError(EBADF, str(handle))
        with self.troubles.told(opened.path):
            data = opened.reader.read(size, offset)
        self.troubles.over(opened.path)
        return data

    def release(self, handle: int) -> None:
        """Close a file or a folder."""
        self._opened.pop(handle, None)
        self._folders.pop(handle, None)

    def finish(self) -> None:
        """Nobody comes any more: it is unmounted."""

    def place(self, path: str) -> Place:
        """A path of the mount, understood.

        Raises:
            OSError: it lies in no folder of the mount.
        """
        name, _, inside = path.removeprefix("/").partition("/")
        view = self._find(name)
        if view is None:
            raise OSError(ENOENT, path)
        return Place(view, inside)

    def of_file(self, size: int, changed: int) -> Attributes:
        """The attributes of a file of so many bytes, changed at a time in nanoseconds."""
        found = self._at(changed, stat.S_IFREG | 0o444).copy()
        found["st_size"] = size
        found["st_blocks"] = -(-size // _UNIT)
        return found

    def of_folder(self, changed: int) -> Attributes:
        """The attributes of a folder."""
        return self._at(changed, stat.S_IFDIR | 0o555) | {"st_nlink": 2}

    def _described(self, place: Place, tree: Tree) -> Attributes:
        version = tree.version(place.path)
        if version is not None:
            return self.of_file(version.size, _time(version, place.view.changed))
        if tree.is_folder(place.path):
            return self.of_folder(place.view.changed)
        raise KeyError(place.path)

    def _version(self, place: Place) -> Version:
        version = place.tree.version(place.path)
        if version is None and place.tree.is_folder(place.path):
            raise OSError(EISDIR, place.path)
        if version is None:
            raise OSError(ENOENT, place.path)
        return version

    def _remember(self, opened: Opened) -> int:
        with self._opening:
            self._last += 1
            self._opened[self._last] = opened
            return self._last

    def _at(self, changed: int, mode: int) -> dict[str, int]:
        """What files of one time have in common; most files of a mount have the same one."""
        which, common = self._common  # at once: other threads set it to others
        if which != (changed, mode):
            times = {"st_mtime": changed, "st_ctime": changed, "st_atime": changed}
            rest = {"st_mode": mode, "st_nlink": 1, "st_size": 0, "st_blocks": 0}
            common = self._owner | times | rest
            self._common = (changed, mode), common
        return common


def _time(version: Version, other: int) -> int:
    """When an object was changed in nanoseconds, where its storage has nothing better to say."""
    told = version.get("mtime")
    if told is None:
        return other
    whole, _, rest = told.partition(".")
    return int(whole) * 10**9 + int((rest + "0" * 9)[:9]) if whole.isdigit() else other
