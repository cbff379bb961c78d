"""Giving temporary files their places, many of them in one go."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gitstore.adapters import tree_rename
from gitstore.adapters.tree_incoming import Incoming
from gitstore.adapters.tree_reading import changed
from gitstore.adapters.tree_values import Stat, failure, stat_of
from gitstore.adapters.tree_walk import Entry, Root, is_regular, look
from gitstore.core.errors import Changed, PathRefused
from gitstore.core.names import REPOSITORY, is_repository

Parts = tuple[str, ...]
_MAKING = frozenset(name.lower() for name in REPOSITORY)


class _Reached(NamedTuple):
    parts: Parts
    descriptor: int
    group: int | None  # which the directory hands down to new files, if it does


class Placing:
    """Places new files; the directory of the last one stays open for those that follow in it.

    Not for several threads. `Tree.placing` closes it.

    Args:
        root: the directory below which the files go.
        split: the components of an object's path; raises `PathRefused` where it cannot be a file.
    """

    def __init__(self, root: Root, split: Callable[[str], Parts]) -> None:
        self._root = root
        self._split = split
        self._reached: _Reached | None = None

    def place(self, incoming: Incoming, path: str) -> Stat:
        """Give a temporary file its name, if nothing has it.

        Raises:
            Changed: something has the name.
            PathRefused: it is no name for a file here, or a link or a file is in the way.
            LocalFailure: the system refused.
        """
        parts = self._split(path)
        _refuse_repository(self._root.path, parts, path)
        try:
            incoming.close()
            known = self._reached
            if known is not None and known.parts == parts[:-1]:
                try:
                    return _placed(incoming, known, parts[-1], path)
                except FileNotFoundError:
                    pass  # somebody has removed the directory meanwhile
            return _placed(incoming, self._reach(parts), parts[-1], path)
        except OSError as error:
            raise failure(error, path) from error

    def close(self) -> None:
        """Let the directory go."""
        if self._reached is not None:
            os.close(self._reached.descriptor)
            self._reached = None

    def _reach(self, parts: Parts) -> _Reached:
        self.close()
        with self._root.made_entry(parts) as entry:
            found = os.fstat(entry.directory)
            group = found.st_gid if found.st_mode & stat.S_ISGID else None
            self._reached = _Reached(parts[:-1], os.dup(entry.directory), group)
        return self._reached


def _refuse_repository(root: Path, parts: Parts, path: str) -> None:
    """Also where what makes a directory a repository comes in several commands, or is here."""
    for depth, part in enumerate(parts):
        new = part.lower()
        if new not in _MAKING:
            continue
        directory = root.joinpath(*parts[:depth])
        names = {each.lower() for each in REPOSITORY if os.path.lexists(directory / each)}
        if new not in names and is_repository({*names, new}):
            raise PathRefused(f"{path} cannot be a file here: git would take it for a repository's")


def _placed(incoming: Incoming, where: _Reached, name: str, path: str) -> Stat:
    if where.group is not None:
        incoming.dress(None, where.group)
    entry = Entry(where.descriptor, name)
    move(incoming.entry, entry, path)
    return now(entry, path)


def move(source: Entry, target: Entry, path: str) -> None:
    """Rename a file to a name that nothing has.

    Raises:
        Changed: something has it.
    """
    try:
        tree_rename.move_new(source, target)
    except FileExistsError as error:
        raise Changed(f"{path}: something is there already") from error


def move_back(kept: Entry, target: Entry, path: str, beside: Callable[[], Entry]) -> None:
    """`move` of a file from a trash, which may be on the disk that the data were on then.

    Args:
        beside: see `tree_rename.move_across`.

    Raises:
        Changed: something has the name.
    """
    try:
        tree_rename.move_across(kept, target, beside)
    except FileExistsError as error:
        raise Changed(f"{path}: something is there already") from error


def now(entry: Entry, path: str) -> Stat:
    """The stat of the file that is at an entry.

    Raises:
        Changed: there is none.
    """
    found = look(entry)
    if found is None or not is_regular(found):
        raise changed(path)
    return stat_of(found)
