"""The projects that a program has opened files of, kept as long as they are what they were.

A program opens thousands of files one by one, and each time the same has to be known: where the
work tree is, git's configuration, the manifest, a pointer, what is staged. Each of these is read
again as soon as a file that it was read from has changed, and no sooner. Nothing is watched, and
nothing of a storage is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Generic, TypeVar

from gitstore.adapters import marks
from gitstore.adapters.git import Git
from gitstore.adapters.git_config import files_of
from gitstore.adapters.marks import Mark
from gitstore.adapters.tree_print import fingerprint
from gitstore.adapters.tree_walk import Root
from gitstore.core.manifest import DataPath
from gitstore.repo.project import MANIFEST, Project, project_of
from gitstore.repo.selection import Selection
from gitstore.repo.session import reading
from gitstore.repo.snapshot import Snapshot, of_commit, of_work_tree

if TYPE_CHECKING:
    from gitstore.core.pointer import Pointer
    from gitstore.shell.staged import Staged

_MOST = 4  # work trees, and commits of each: a pointer of a million objects takes 400 MB
_ENVIRONMENT = ("GIT_", "XDG_CONFIG_HOME=", "HOME=")  # what git's answers depend on, too

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Value]):
    """A value, and the mark of what it was read from.

    Attributes:
        seen: whether the mark can be taken, and what it is.
    """

    value: Value
    seen: Callable[[], Mark | None]
    mark: Mark

    def still(self) -> bool:
        """Whether it would be the same again."""
        return self.seen() == self.mark


def _read(seen: Callable[[], Mark | None], read: Callable[[], Value]) -> tuple[Value, Mark | None]:
    """A value with its mark; without one if a later change might go unnoticed."""
    before, began = seen(), time_ns()
    value = read()
    # What was written while it was read, or in that very tick of the clock, is read once more.
    lasting = before is not None and before.settled_ns <= began and seen() == before
    return value, before if lasting else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A work tree, as it was found.

    Attributes:
        project: it.
    """

    project: Project
    _pointers: dict[str, _Kept[Pointer]] = field(default_factory=dict)
    _staged: dict[str, _Kept[Staged]] = field(default_factory=dict)
    _commits: dict[str, Snapshot] = field(default_factory=dict)

    def now(self) -> Snapshot:
        """What the work tree records now."""
        return of_work_tree(self.project, self._pointer)

    def at(self, revision: str) -> Snapshot:
        """What a commit records, which is for ever.

        Raises:
            UnknownName: there is no such commit.
            FormatError: its manifest does not follow its specification.
        """
        commit = self.project.git.commit(revision)
        found = self._commits.get(commit)
        if found is None:
            found = of_commit(self.project, commit)
            _keep(self._commits, commit, found)
        return found

    def staged(self, data: DataPath) -> Staged:
        """What of a data path is staged here.

        Raises:
            StateError: that cannot be read.
        """
        return _asked(self._staged, data.path, self._state, lambda: staged_now(self.project, data))

    def _pointer(self, data: DataPath) -> Pointer:
        main = self.project.git.top / f"{data.path}.storage"
        return _asked(
            self._pointers,
            data.path,
            lambda: _pointer_mark(main),
            lambda: self.project.pointer(data),
        )

    def _state(self) -> Mark | None:
        found = marks.of_database(self.project.git.git_dir / "storage" / "state.db")
        return None if found is None else Mark(found, 0)  # it counts its changes


class Moments:
    """The work trees that a program has asked for last."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], _Kept[Moment]] = {}

    def of(self, start: Path) -> Moment:
        """The work tree that a directory belongs to, as it is now.

        Raises:
            NotARepository: it is in none.
            FormatError: the manifest does not follow its specification.
        """
        where = os.path.realpath(start)
        told = sorted(f"{n}={v}" for n, v in os.environ.items() if f"{n}=".startswith(_ENVIRONMENT))
        key = (where, *told)
        kept = self._known.get(key)
        if kept is not None and kept.still():
            return kept.value
        git = Git.find(start)
        seen = _what_it_follows_from(git, Path(where))
        moment, mark = _read(seen, lambda: Moment(project_of(git)))
        if mark is None:
            self._known.pop(key, None)
        else:
            _keep(self._known, key, _Kept(moment, seen, mark))
        return moment


def staged_now(project: Project, data: DataPath) -> Staged:
    """What of a data path is staged in a work tree, read from its state."""
    from gitstore.shell.staged import Staged

    with reading(project) as session:
        return Staged(session.binding(Selection(data)))


def _asked(
    known: dict[str, _Kept[Value]],
    name: str,
    seen: Callable[[], Mark | None],
    read: Callable[[], Value],
) -> Value:
    kept = known.get(name)
    if kept is not None and kept.still():
        return kept.value
    known.pop(name, None)
    value, mark = _read(seen, read)
    if mark is not None:
        _keep(known, name, _Kept(value, seen, mark))
    return value


Key = TypeVar("Key")


def _keep(known: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep a value as the latest. Each step is one of the interpreter: threads need no lock."""
    known.pop(key, None)
    known[key] = value
    for oldest in list(known)[:-_MOST]:
        known.pop(oldest, None)


def _what_it_follows_from(git: Git, start: Path) -> Callable[[], Mark | None]:
    """What a project follows from, to be looked at again and again."""
    above = [each for each in (start, *start.parents) if each.is_relative_to(git.top)]
    # Where git was led elsewhere, what leads there is in the environment.
    repositories = above or [git.top]
    configured = files_of(git)
    log = git.git_dir / "storage" / "redo"

    def seen() -> Mark | None:
        if configured is None or log.exists():
            return None
        tree = marks.of_repositories(repositories)
        files = marks.of_files([*configured, git.top / MANIFEST])
        if files.what[-1] is None:
            return None  # a sparse checkout has it in the index, which changes all the time
        return Mark((tree.what, files.what), max(tree.settled_ns, files.settled_ns))

    return seen


def _pointer_mark(main: Path) -> Mark | None:
    slices = main.with_name(f"{main.name}.d")
    found = marks.of_files([main, slices])
    if found.what[0] is None:
        return None  # likewise
    if found.what[1] is None:
        return found
    told = fingerprint(Root(slices))
    if told is None:
        return None
    return Mark((*found.what, told.digest), max(found.settled_ns, told.settled_ns))
