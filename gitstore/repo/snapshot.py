"""A project's data as one moment records it: the work tree now, a commit, another project.

What there is, by name, and how its bytes are read without staging them. Nothing is asked of a
storage before the first byte is read.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gitstore.core.errors import (
    Denied,
    FormatError,
    Missing,
    NoCredentials,
    NoSuchObject,
    StoreError,
    Untrusted,
)
from gitstore.core.manifest import EMPTY, DataPath, Manifest, StorageSpec, parse_manifest
from gitstore.core.pointer import Pointer
from gitstore.core.versions import Version, content_only
from gitstore.repo.project import MANIFEST, Project
from gitstore.repo.selection import Selection, object_name
from gitstore.repo.session import within

if TYPE_CHECKING:
    from gitstore.adapters.stores.registry import StorePlace
    from gitstore.core.store import Store
    from gitstore.shell.opening import Access, Destination
    from gitstore.shell.pinned import Pinned


@dataclass(frozen=True, slots=True)
class Recorded:
    """One object as a snapshot records it.

    Attributes:
        name: relative to the top level of the project.
        data: its data path.
        path: relative to the data path.
        version: the recorded version, without what another storage issued (rule B5).
    """

    name: str
    data: DataPath
    path: str
    version: Version

    @property
    def key(self) -> str:
        """The storage key, relative to the storage's URL."""
        return self.data.prefix if self.data.single else self.data.prefix + self.path


class Ways(Protocol):
    """How to get to the storages of a project, as far as the user has approved them."""

    @property
    def access(self) -> Access:
        """What may be asked."""
        ...

    def destination(self, spec: StorageSpec) -> Destination:
        """Where a storage is."""
        ...

    def open_store(self, spec: StorageSpec) -> Store:
        """The store of a storage.

        Raises:
            Untrusted: the user has not approved it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one moment of a project records.

    Attributes:
        title: what it is for a message: `commit 1a2b3c4d5e6f`; `''` for the work tree.
        manifest: of that moment.
        pointer_of: the pointer of a data path then, or None where there was none.
        ways: how to get to its storages.
        recorded_by: who recorded an object, for a message, or None.
        work: the project whose work tree this is a moment of; None for another project.
        commit: the full id; None for the work tree.
    """

    title: str
    manifest: Manifest
    pointer_of: Callable[[DataPath], Pointer | None]
    ways: Ways
    recorded_by: Callable[[Recorded], str | None]
    work: Project | None = None
    commit: str | None = None
    _read: dict[str, Mapping[str, Version]] = field(default_factory=dict, compare=False, repr=False)
    _pointers: dict[str, Pointer | None] = field(default_factory=dict, compare=False, repr=False)

    def entries(self, data: DataPath) -> Mapping[str, Version]:
        """The objects of a data path that are in its scope, by path; read once.

        Of live data they are what the storage lists.

        Raises:
            FormatError: the pointer cannot be read.
            StoreError: live data cannot be listed.
        """
        if data.path not in self._read and self._is_live(data):
            self._read[data.path] = self._listed(data)
        if data.path not in self._read:
            found = self._pointer(data)
            entries = {} if found is None else found.entries
            if data.include or data.exclude:
                covers = within(Selection(data))
                entries = {path: v for path, v in entries.items() if covers(path)}
            if not self._is_of(found, data):
                entries = {path: content_only(v) for path, v in entries.items()}
            self._read[data.path] = entries
        return self._read[data.path]

    def find(self, name: str) -> Recorded:
        """The object with a name relative to the top level.

        Raises:
            NoSuchObject: no pointer names it.
        """
        for data in self.manifest.data.values():
            if name == data.path and data.single:
                path = "."
            elif name.startswith(data.path + "/") and not data.single:
                path = name[len(data.path) + 1 :]
            else:
                continue
            version = self._version(data, path)
            if version is not None:
                return Recorded(name, data, path, version)
            told = f"the pointer of {data.path} names no {name}{self._then()}"
            if data.live:
                told = f"{data.path} is live, and {name} is not on its storage"
            raise NoSuchObject(told, hint=f"git storage ls {shlex.quote(data.path)}")
        known = ", ".join(self.manifest.data) or "none"
        told = f"{name} is not an object of a data path{self._then()}"
        raise NoSuchObject(told, hint=f"data paths are: {known}")

    def recorded(self, data: DataPath) -> list[Recorded]:
        """Every object of a data path."""
        entries = self.entries(data).items()
        return [Recorded(object_name(data.path, path), data, path, v) for path, v in entries]

    def pinned(self, what: Recorded) -> Pinned:
        """A reader of a recorded object.

        Raises:
            Untrusted: the user has not approved its storage.
        """
        from gitstore.shell.pinned import Pinned

        return Pinned(self._store(what.data), what.key, what.version, partial(self.told, what))

    def told(self, what: Recorded, error: StoreError) -> StoreError:
        """What a storage says, with the object and who recorded it (rule F4)."""
        if isinstance(error, Denied | NoCredentials):
            _ROOMS.clear()  # somebody may log in before it is tried again
        if not isinstance(error, Missing):
            return error
        by = self.recorded_by(what)
        told = f"{what.name}: {error.message}" + (f"; recorded by {by}" if by else "")
        return Missing(told + self._then(), key=error.key, hint=error.hint)

    def _version(self, data: DataPath, path: str) -> Version | None:
        """The version of one object; all the others are not gone through."""
        if data.path in self._read:
            return self._read[data.path].get(path)
        if self._is_live(data):
            return self._now(data, path)
        found = self._pointer(data)
        version = None if found is None else found.entries.get(path)
        if version is None or not within(Selection(data))(path):
            return None
        return version if self._is_of(found, data) else content_only(version)

    def _pointer(self, data: DataPath) -> Pointer | None:
        if data.path not in self._pointers:
            self._pointers[data.path] = self.pointer_of(data)
        return self._pointers[data.path]

    def _is_of(self, found: Pointer | None, data: DataPath) -> bool:
        """Whether a pointer is one of the storage that feeds the data path (rule B5)."""
        place = self.manifest.storages[data.storage].place()
        return found is None or found.source == f"{place.identity}/{data.prefix}"

    def _is_live(self, data: DataPath) -> bool:
        """Whether the storage says what there is; of a commit nobody can say it any more."""
        return data.live and (self.commit is None or self.work is None)

    def _listed(self, data: DataPath) -> Mapping[str, Version]:
        store, covers = self._store(data), within(Selection(data))
        if data.single:
            found = store.stat(data.prefix)
            return {} if found is None else {".": found}
        start = len(data.prefix)
        named = ((one.key[start:], one) for one in store.list(data.prefix) if one.problem is None)
        return {
            path: one.version for path, one in named if path[-1:] not in ("", "/") and covers(path)
        }

    def _now(self, data: DataPath, path: str) -> Version | None:
        if not within(Selection(data))(path):
            return None
        return self._store(data).stat(data.prefix if data.single else data.prefix + path)

    def _store(self, data: DataPath) -> Store:
        return self.ways.open_store(self.manifest.storages[data.storage])

    def _then(self) -> str:
        return f", as of {self.title}" if self.title else ""


def of_work_tree(
    project: Project, pointer_of: Callable[[DataPath], Pointer | None] | None = None
) -> Snapshot:
    """What the work tree records now.

    Args:
        pointer_of: gives its pointers, where somebody keeps them; None: they are read.
    """
    asked = pointer_of or project.pointer
    return Snapshot("", project.manifest, asked, _Ways(project), _author(project), work=project)


def of_commit(project: Project, revision: str) -> Snapshot:
    """What a commit of the project records.

    Raises:
        UnknownName: there is no such commit.
        FormatError: its manifest does not follow its specification.
    """
    commit = project.git.commit(revision)
    blob = project.git.files(commit, MANIFEST).get(MANIFEST)
    text = b"" if blob is None else project.git.blobs([blob])[0]
    title = f"commit {commit[:12]}"
    manifest = manifest_of(text, f"{commit[:12]}:{MANIFEST}")
    then = replace(project, text="", manifest=manifest)
    return Snapshot(
        title,
        manifest,
        lambda data: then.pointer_at(data, commit),
        _Ways(then),
        _author(project),
        work=project,
        commit=commit,
    )


def manifest_of(content: bytes, name: str) -> Manifest:
    """A manifest as a commit has it.

    Raises:
        FormatError: it does not follow its specification.
    """
    if not content:
        return EMPTY
    try:
        return parse_manifest(content.decode(), name)
    except UnicodeDecodeError as error:
        raise FormatError("is not UTF-8", source=name) from error


@dataclass(frozen=True, slots=True)
class _Ways:
    """Those of a clone, with hints that can be typed where the program runs."""

    project: Project

    @property
    def access(self) -> Access:
        return replace(self.project.access, rooms=rooms_of(str(self.project.git.top)))

    def destination(self, spec: StorageSpec) -> Destination:
        return self.project.destination(spec)

    def open_store(self, spec: StorageSpec) -> Store:
        shared = replace(self.project, rooms=rooms_of(str(self.project.git.top)))
        try:
            return shared.open_store(spec)
        except Untrusted as error:
            raise _typed_there(error, self.project.git.top) from error


def _author(project: Project) -> Callable[[Recorded], str | None]:
    def recorded_by(what: Recorded) -> str | None:
        name = f"{what.data.path}.storage"
        return project.git.who_added(name, what.version.ids[0]) if what.version.ids else None

    return recorded_by


_ROOMS: dict[tuple[int, str], dict[StorePlace, Store]] = {}


def rooms_of(project: str) -> dict[StorePlace, Store]:
    """The storages that this process has opened for a project, to be used again.

    A process that was forked has its own: connections and threads stay with the parent.
    """
    return _ROOMS.setdefault((os.getpid(), project), {})


def _typed_there(error: Untrusted, top: Path) -> Untrusted:
    """A hint that can be typed where the program runs."""
    if error.hint is None or Path.cwd().is_relative_to(top):
        return error
    hint = error.hint.replace("git storage", f"git -C {shlex.quote(str(top))} storage", 1)
    return Untrusted(error.message, key=error.key, hint=hint)
