"""What a mount shows: files in folders, made from the paths of objects. Asks nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping

from gitstore.core.names import clashes, local_problem, repositories
from gitstore.core.versions import Version


def left_out(paths: Iterable[str]) -> dict[str, str]:
    """The objects that cannot be files here, with why: a hostile name leads nowhere."""
    known = set(paths)
    reasons = {**clashes(known), **repositories(known)}
    for path in known:
        reason = local_problem(path)
        if reason is not None:
            reasons[path] = reason
    return reasons


class Tree:
    """Files with their versions, in folders; may be asked and changed by several threads.

    Args:
        entries: versions by path. What cannot be a file is in `missing`, with why.
    """

    def __init__(self, entries: Mapping[str, Version]) -> None:
        self.missing = left_out(entries)
        self._files = {p: v for p, v in entries.items() if p not in self.missing}
        self._folders: dict[str, dict[str, None]] = {"": {}}
        self._changing = threading.Lock()
        for path in self._files:
            self._link(path)

    @classmethod
    def single(cls, name: str, version: Version | None) -> Tree:
        """A tree of one file."""
        return cls({} if version is None else {name: version})

    def version(self, path: str) -> Version | None:
        """The version of a file, or None where there is none."""
        return self._files.get(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder; `''` is the top."""
        return path in self._folders

    def names(self, folder: str) -> list[str]:
        """What is in a folder, in the order of the pointer.

        Raises:
            KeyError: there is no such folder.
        """
        with self._changing:
            return list(self._folders[folder])

    def put(self, path: str, version: Version) -> None:
        """Show a file, another version of it, or a new one."""
        with self._changing:
            if path not in self._files:
                self._link(path)
            self._files[path] = version

    def drop(self, path: str) -> None:
        """Show a file no more; its folder stays."""
        with self._changing:
            if self._files.pop(path, None) is not None:
                folder, _, name = path.rpartition("/")
                self._folders[folder].pop(name, None)

    def make_folder(self, path: str) -> None:
        """Show a new, empty folder."""
        with self._changing:
            self._link(path)
            self._folders.setdefault(path, {})

    def drop_folder(self, path: str) -> None:
        """Show an empty folder no more."""
        with self._changing:
            del self._folders[path]
            folder, _, name = path.rpartition("/")
            self._folders[folder].pop(name, None)

    def files(self) -> Iterator[tuple[str, Version]]:
        """Every file with its version."""
        return iter(list(self._files.items()))

    def _link(self, path: str) -> None:
        """Put a name into its folder, and the folder into the one above, as far as it is new."""
        while path:
            folder, _, name = path.rpartition("/")
            known = self._folders.get(folder)
            if known is not None:
                known[name] = None
                return
            self._folders[folder] = {name: None}
            path = folder
