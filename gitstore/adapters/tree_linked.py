"""A data path that is a symbolic link: its files lie elsewhere, on a disk that may be away.

Away is unreadable, never empty (rule Sc2): without its place, or with something else at the data
path than the link to it, nothing can be said of any object.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from gitstore.adapters.tree import Tree
from gitstore.adapters.tree_values import Problem, Scan, told
from gitstore.core.errors import LocalFailure, PathRefused

KEPT = ".git-storage"
"""The directory beside a location for temporary files, trash and claims."""


def claim(location: Path, link: Path) -> None:
    """Note beside a location whose it is.

    Raises:
        LocalFailure: the system refused, or there is nothing that the location could be in.
    """
    file = _claim_file(location)
    with told(str(file)):
        file.parent.parent.mkdir(exist_ok=True)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(os.fsencode(link))


def claimed_by(location: Path) -> Path | None:
    """The link that uses a location and still leads there, or None."""
    try:
        link = Path(os.fsdecode(_claim_file(location).read_bytes()))
        return link if leads_to(link) == str(location) else None
    except OSError:
        return None


def release(location: Path) -> None:
    """A location is nobody's any more."""
    with suppress(OSError):
        _claim_file(location).unlink()


def is_claimed(location: Path) -> bool:
    """Whether somebody's claim lies beside a location: its absence means that the disk is away."""
    return _claim_file(location).exists()


def leads_to(link: Path) -> str | None:
    """Where a symbolic link leads, as it is written; None where there is none."""
    try:
        return str(link.readlink())
    except OSError:
        return None


class LinkedTree(Tree):
    """The files of a data path that lie at a location of ours; see `Tree`.

    Args:
        link: the data path, absolute.
        location: where the files lie, absolute; no component may be a symbolic link.
        spare: the directory for temporary files and trash, on the same file system.
        single: whether the data path is one file.
    """

    def __init__(self, link: Path, location: Path, spare: Path, single: bool) -> None:
        super().__init__(location, spare, single)
        self._link = link
        self._location = location

    def away(self) -> str | None:
        """Why nothing can be said of the files here, or None."""
        there = leads_to(self._link)
        if there is None and os.path.lexists(self._link):
            return f"it is no link any more, and its data lie at {self._location}"
        if there is not None and there != str(self._location):
            return f"it leads to {there}, and its data lie at {self._location}"
        return self._missing()

    def scan(self) -> Scan:
        """See `Tree.scan`; one problem with everything where the location is away."""
        reason = self.away()
        if reason is not None:
            return Scan({}, (Problem("", reason),), 0)
        return super().scan()

    def make_root(self) -> None:
        """See `Tree.make_root`; nothing is ever made where a disk is away."""
        reason = self.away()
        if reason is not None:
            raise LocalFailure(f"{self._link}: {reason}", hint="mount its disk, then try again")
        super().make_root()

    def _missing(self) -> str | None:
        if is_claimed(self._location):
            return None
        return f"{self._location} is not there: its disk is away"


class LentTree(LinkedTree):
    """The files of a place that others keep: looked at, and never changed by any of its methods."""

    def clock_ns(self) -> int:
        """The machine's clock: there is no place here to ask the file system for its own."""
        return self.machine_clock_ns()

    def make_root(self) -> None:
        """Nothing: it is there, or away."""

    def look(self) -> Scan:
        """What is there, whether or not the data path leads there yet."""
        return Tree.scan(self)

    def folds_names(self) -> bool:
        """No: nothing is written here, so that no two names can meet."""
        return False

    def _missing(self) -> str | None:
        away = f"{self._location} is not there: is it mounted?"
        try:
            if self._single:
                return None if self._location.is_file() else away
            with os.scandir(self._location) as entries:
                empty = next(entries, None) is None
        except OSError:
            return away
        return f"{self._location} is empty: is it mounted?" if empty else None

    def _require_ours(self) -> None:
        raise PathRefused(
            f"{self._location} is kept by others, and git storage changes nothing in it",
            hint=f"git storage unstage {shlex.quote(str(self._link))}  # ends the link",
        )


def _claim_file(location: Path) -> Path:
    return location.parent / KEPT / "claims" / location.name
