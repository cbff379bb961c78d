"""`open` and `path`: a project's data for programs, whether it is staged or not."""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gitstore.adapters.git import Git
from gitstore.core.errors import (
    NoSuchObject,
    NotARepository,
    Stopped,
    UnknownName,
    Unsupported,
    UsageError,
)
from gitstore.core.manifest import DataPath, Manifest, Mode
from gitstore.core.versions import Version, content_only
from gitstore.repo.moments import Moments, staged_now
from gitstore.repo.project import project_of
from gitstore.repo.selection import below_top, object_name, one_object
from gitstore.repo.snapshot import Snapshot, of_commit, of_work_tree

if TYPE_CHECKING:
    from gitstore.core.trust import Person
    from gitstore.shell.staged import Look, Staged

Name = str | os.PathLike[str]
_MODES = {"rb": True, "br": True, "r": False, "rt": False, "tr": False}
_WRITING = frozenset("wax+")


@dataclass(frozen=True, slots=True)
class Files:
    """A moment of a project, and what of it is staged in its work tree.

    Attributes:
        snapshot: the moment.
        prefix: where names are relative to, below the top level; `''` for the top level.
        staged_of: says what is staged of a data path, where somebody keeps it; None: it is read.
    """

    snapshot: Snapshot
    prefix: str = ""
    staged_of: Callable[[DataPath], Staged] | None = None
    _staged: dict[str, Staged] = field(default_factory=dict, compare=False, repr=False)

    def name(self, typed: Name) -> str:
        """What was typed, relative to the top level.

        Raises:
            PathRefused: it lies outside the project.
        """
        work = self.snapshot.work
        return below_top(
            os.fspath(typed), (Path("/") if work is None else work.git.top, self.prefix)
        )

    def look(self, name: str) -> Look | None:
        """What of an object is staged here; None for nothing.

        Raises:
            LocalFailure: the file cannot be read.
        """
        work = self.snapshot.work
        if work is None:
            return None
        try:
            data, path = one_object(work.manifest, name, (work.git.top, ""))
        except UnknownName:
            return None
        if data.mode is not Mode.COPY:
            return None
        if not data.live:
            return self._of(data).look(path, self._recorded(data, path))
        found = self._of(data).look(path, None)
        # Nothing else is recorded: what is staged here is what the work tree has.
        return None if found is None else replace(found, holds=self.snapshot.commit is None)

    def open(self, name: str, buffered: bool = True) -> io.BufferedReader | io.RawIOBase:
        """The recorded bytes of an object, or what the user has made of them.

        Raises:
            NoSuchObject: it is neither recorded nor here.
            StoreError: it cannot be read.
        """
        from gitstore.shell.stream import RecordedFile, stream

        found = self.here(name)
        if found is not None:
            return found.open("rb") if buffered else io.FileIO(found)
        what = self.snapshot.find(name)
        pinned = self.snapshot.pinned(what)
        return stream(pinned, name) if buffered else RecordedFile(pinned, name)

    def require(self, name: str) -> None:
        """Ask for an object that is recorded or here, before anything is read.

        Raises:
            NoSuchObject: it is neither.
        """
        if self.here(name) is None:
            self.snapshot.find(name)

    def here(self, name: str) -> Path | None:
        """The local file that is what is asked for, if there is one.

        That is a file with the recorded bytes. Of the work tree as it is now it is also an edit or
        a new file: what the user has there.
        """
        look, work = self.look(name), self.snapshot.work
        if work is None or look is None:
            return None
        edit = look.edited and self.snapshot.commit is None
        return work.git.top / name if look.holds or edit else None

    def _of(self, data: DataPath) -> Staged:
        if data.path not in self._staged:
            work = self.snapshot.work
            if work is None:
                raise AssertionError("another project has nothing here")
            asked = self.staged_of or partial(staged_now, work)
            self._staged[data.path] = asked(data)
        return self._staged[data.path]

    def _recorded(self, data: DataPath, path: str) -> Version | None:
        """The recorded version, as far as it can be held against what is here now (rule B5)."""
        try:
            found = self.snapshot.find(object_name(data.path, path))
        except NoSuchObject:
            return None
        then, work = self.snapshot.manifest, self.snapshot.work
        if work is None or _source(then, found.data) != _source(work.manifest, data):
            return content_only(found.version)
        return found.version


def files(
    rev: str | None = None,
    repo: Name | None = None,
    start: Path | None = None,
    person: Callable[[], Person] | None = None,
) -> Files:
    """The data of a project at one moment.

    Args:
        rev: a commit; None means the work tree as it is.
        repo: a directory of a clone; the URL of another project, or a bare repository; None means
            where `start` is.
        start: a directory of the work tree; None means the current one.
        person: gives who can be asked about storages that are not approved.

    Raises:
        NotARepository: there is no such project.
        UnknownName: there is no such commit.
        FormatError: its manifest does not follow its specification.
    """
    if repo is not None and _is_elsewhere(repo):
        from gitstore.repo.foreign import foreign, of_other

        return Files(of_other(foreign(os.fspath(repo), rev, person)))
    git = Git.find(Path(repo) if repo is not None else start or Path())
    project = project_of(git, person)
    snapshot = of_work_tree(project) if rev is None else of_commit(project, rev)
    return Files(snapshot, git.prefix)


def open(
    name: Name,
    mode: str = "rb",
    rev: str | None = None,
    repo: Name | None = None,
    **text: Any,
) -> IO[Any]:
    """Open an object of a project for reading, staged or not.

    The staged file, where it is what is asked for; else a stream of the recorded version, which is
    seekable, reads ahead, and never gives another version's bytes.

    Args:
        name: the object's path, as commands take it: relative to the current directory, or, with
            `repo`, to that directory or to the top level of that project.
        mode: `rb`, or `r` for text.
        rev: a commit; None means the work tree as it is, with what was edited there.
        repo: a directory of a clone, or the URL of another project, which is not cloned.
        text: `encoding`, `errors` and `newline`, as the built-in `open` has them.

    Raises:
        NoSuchObject: there is no such object; a `FileNotFoundError`, too.
        Untrusted: the user has not approved the storage; the hint says what to type.
        Missing: the recorded version is gone.
        StorageError: whatever else is wrong.
    """
    binary = _reads(name, mode)
    if binary and text:
        raise ValueError(f"binary mode takes no {', '.join(text)} argument")
    start, name = _located(name, repo)
    found = _files(rev, repo, start)
    stream = found.open(found.name(name))
    if not isinstance(stream, io.BufferedReader):
        raise AssertionError("a file for people is buffered")
    return stream if binary else io.TextIOWrapper(stream, **text)


def path(name: Name, repo: Name | None = None) -> Path:
    """Stage an object, or what is below a path, unless it is here, and say where it is.

    Args:
        name: the object or directory, as commands take it.
        repo: a directory of a clone; None means that of the current directory.

    Raises:
        NoSuchObject: there is nothing of this name.
        StorageError: it cannot be staged.
    """
    from gitstore.repo import staging
    from gitstore.repo.staging import StageOptions

    start, name = _located(name, repo)
    git = Git.find(start)
    target = below_top(name, (git.top, git.prefix))
    project = project_of(Git(git.top, git.git_dir, git.common_dir, prefix=""))
    if Files(of_work_tree(project)).here(target) is None:
        for report in staging.stage(project, [target], StageOptions()):
            for outcome in report.failures:
                raise outcome.failure or Stopped(f"{target}: {outcome.action.reason}")
    if not os.path.lexists(git.top / target):
        told = f"no pointer names {target}, or anything below it"
        raise NoSuchObject(told, hint="git storage ls  # lists the data paths")
    return git.top / target


_MOMENTS = Moments()  # of this process: what it opens next is most often of the same project


def _files(rev: str | None, repo: Name | None, start: Path) -> Files:
    """As `files`, of a project that is known if it was opened before."""
    if repo is not None and _is_elsewhere(repo):
        return files(rev, repo)
    moment = _MOMENTS.of(start)
    snapshot = moment.now() if rev is None else moment.at(rev)
    return Files(snapshot, moment.project.git.prefix, moment.staged)


def _reads(name: Name, mode: str) -> bool:
    """Whether a mode reads bytes; false for text.

    Raises:
        Unsupported: it writes.
        UsageError: it is none.
    """
    if _WRITING & {*mode}:
        raise Unsupported(
            f"mode '{mode}' writes, and a recorded version does not change",
            hint=f"write to the file itself, then: git storage sync {shlex.quote(os.fspath(name))}",
        )
    if mode not in _MODES:
        raise UsageError(f"mode is 'rb', or 'r' for text, not '{mode}'")
    return _MODES[mode]


def _is_elsewhere(repo: Name) -> bool:
    """Whether this is another project without a work tree here."""
    from gitstore.adapters.git_remote import is_bare, is_url

    return is_url(os.fspath(repo)) or is_bare(Path(repo))


def _located(name: Name, repo: Name | None) -> tuple[Path, str]:
    """Where to look for the project, and the name as seen from there."""
    typed = Path(name)
    if repo is not None or not typed.is_absolute():
        return Path("." if repo is None else repo), os.fspath(name)
    # As it is written, because a data path may be a link to another disk.
    for parent in typed.parents:
        if (parent / ".git").exists():
            return parent, typed.relative_to(parent).as_posix()
    raise NotARepository(f"{typed} is in no git work tree", hint="git init")


def _source(manifest: Manifest, data: DataPath) -> tuple[str, str]:
    return manifest.storages[data.storage].place().identity, data.prefix
