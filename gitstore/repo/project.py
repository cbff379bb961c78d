"""A project: a git work tree with its manifest, its pointers and their files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.adapters import cache_manifest, tracked
from gitstore.adapters.facts import Facts
from gitstore.adapters.git import Git
from gitstore.adapters.lock import WorkLock
from gitstore.adapters.state import WorkState
from gitstore.core.errors import FormatError, Locked, UnknownName
from gitstore.core.location import Owner
from gitstore.core.manifest import EMPTY, DataPath, Manifest, StorageSpec, parse_manifest
from gitstore.core.manifest import Access as DataAccess
from gitstore.core.place import Place
from gitstore.core.pointer import Pointer, dump, pointer
from gitstore.core.pointer_files import understood
from gitstore.repo.limits import Limits
from gitstore.repo.roots import tree_of
from gitstore.repo.settings import chosen_jobs, origin_of, with_chosen_modes
from gitstore.shell.binding import Binding

if TYPE_CHECKING:
    from gitstore.adapters.stores.registry import StorePlace
    from gitstore.core.store import Store
    from gitstore.core.trust import Person
    from gitstore.repo.trusting import Trust

    # What opens a storage is imported where one is opened: `status` opens none.
    from gitstore.shell.opening import Access, Destination

MANIFEST = ".storage.yaml"
_SUFFIX = ".storage"


@dataclass(frozen=True, slots=True)
class Project:
    """What git tracks about the data of one work tree.

    Attributes:
        git: the work tree.
        text: the manifest's text, `''` when there is none.
        manifest: the same, understood, in the modes that this clone has chosen.
        person: gives who can be asked about storages; None where there is nobody.
        typed: storages that the user has typed in this command, approved by that.
        together: storages that one command asks, so that one question is about all of them.
        rooms: the storages that this command has opened.
        limits: how fast bytes may move.
    """

    git: Git
    text: str
    manifest: Manifest
    person: Callable[[], Person] | None = None
    typed: tuple[StorageSpec, ...] = ()
    together: tuple[StorageSpec, ...] = ()
    rooms: dict[StorePlace, Store] = field(default_factory=dict, compare=False, repr=False)
    limits: Limits = field(default_factory=Limits, compare=False, repr=False)

    @property
    def where(self) -> tuple[Path, str]:
        """The top level, and the caller's directory relative to it."""
        return self.git.top, self.git.prefix

    def jobs(self, data: DataPath) -> int | None:
        """Transfers at a time, where the user or this clone has chosen, else None."""
        return chosen_jobs(self.git, data.path, data.storage)

    @property
    def redo_log(self) -> Path:
        """Where the redo log of pointer writes lies."""
        return _redo_log(self.git)

    def storage(self, name: str) -> StorageSpec:
        """A storage by name.

        Raises:
            UnknownName: no such storage.
        """
        if name not in self.manifest.storages:
            known = ", ".join(self.manifest.storages) or "none"
            raise UnknownName(f"no storage is called {name}", hint=f"described are: {known}")
        return self.manifest.storages[name]

    def place(self, data: DataPath) -> Place:
        """The place of a data path's storage."""
        return self.storage(data.storage).place()

    def pointer(self, data: DataPath) -> Pointer:
        """The pointer of a data path, from the work tree or, where git keeps it out, the index.

        Raises:
            FormatError: it is missing, empty, in conflict or broken: no decision then (rule Sc2).
        """
        if data.live:
            return self.empty_pointer(data)
        name = data.path + _SUFFIX
        main = tracked.read(self.git.top, name)
        if main is None:
            return self._sparse_pointer(name)
        slices = tracked.slices_of(self.git.top, name + ".d")
        return understood({"": main, **slices}, name)

    def pointer_at(self, data: DataPath, commit: str) -> Pointer | None:
        """The pointer of a data path in a commit, or None when there is none."""
        if data.live:
            return None
        name = data.path + _SUFFIX
        blobs = self.git.files(commit, name) | self.git.files(commit, name + ".d")
        return self._from_blobs(name, blobs)

    def write_pointer(self, data: DataPath, new: Pointer) -> tuple[str, ...]:
        """Write a pointer, only what changed of it; the names of the files written or removed."""
        name = data.path + _SUFFIX
        wanted = {_file_name(name, part): content for part, content in dump(new).items()}
        before = {_file_name(name, part): content for part, content in self._parts(name).items()}
        changes: dict[str, bytes | None] = {
            file: content for file, content in wanted.items() if before.get(file) != content
        }
        changes |= dict.fromkeys(file for file in before if file not in wanted)
        if changes:
            tracked.write_all(self.git.top, self.redo_log, changes)
        return tuple(changes)

    def pointer_files(self, data: DataPath) -> dict[str, bytes]:
        """The files of a data path's pointer as they are in the work tree, by name."""
        name = data.path + _SUFFIX
        return {_file_name(name, part): content for part, content in self._parts(name).items()}

    def empty_pointer(self, data: DataPath) -> Pointer:
        """The pointer of a data path without any object."""
        return pointer(self.source(data), {})

    def source(self, data: DataPath) -> str:
        """The `from` line of a data path's pointer."""
        return f"{self.place(data).identity}/{data.prefix}"

    def binding(self, data: DataPath, state: WorkState, facts: Facts) -> Binding:
        """A data path with its two ends; the store is opened when it is first asked."""
        location = state.location(data.path)
        lent = location is not None and location.owner is Owner.OTHERS
        return Binding(
            data=replace(data, access=DataAccess.READ) if lent else data,
            source=self.source(data),
            store=cache(partial(self.open_store, self.storage(data.storage), facts)),
            tree=tree_of(self.git, data, location),
            state=state,
            facts=facts,
            location=location,
            uploads=self.git.git_dir / "storage" / "uploads",
        )

    def open_store(self, spec: StorageSpec, facts: Facts | None = None) -> Store:
        """The store of a storage, with what is known of its preconditions.

        Raises:
            Untrusted: the user has not approved it.
        """
        from gitstore.shell.opening import opened

        others = [self.destination(each) for each in self.together if each != spec]
        raw = opened(self.destination(spec), self.access, others)
        raw = self.limits.on(raw, spec.name, self.git)
        from gitstore.shell.abilities import careful

        return raw if facts is None else careful(raw, facts)

    def asking(self, names: Iterable[str]) -> Project:
        """The same project in a command that asks these storages, in one question."""
        chosen = tuple(self.storage(name) for name in dict.fromkeys(names))
        return replace(self, together=chosen)

    @property
    def access(self) -> Access:
        """What storages may be asked from here, and who can be asked about the others."""
        from gitstore.shell.opening import Access, typed

        git = self.git
        person = None if self.person is None else self.person()
        found = Access(git.top, git.common_dir, origin_of(git), os.environ, person)
        found = replace(found, rooms=self.rooms)
        for spec in self.typed:
            found = typed(self.destination(spec), found)
        return found

    @property
    def trust(self) -> Trust:
        """What the user has approved about the data paths."""
        from gitstore.repo.trusting import Trust

        return Trust(self)

    def destination(self, spec: StorageSpec) -> Destination:
        """Where a storage is, and how to get there."""
        from gitstore.shell.opening import Destination

        place = spec.place()
        known = None if spec in self.typed else self.manifest.storages.get(spec.name)
        # One that is being added is not described any more when the command has failed.
        named = spec.name if known is not None and known.place() == place else _as_typed(spec)
        store = store_place(place, spec, self.git.top)
        return Destination(spec.name, spec.url, place, store, spec.anonymous, named)

    def _parts(self, name: str) -> dict[str, bytes]:
        main = tracked.read(self.git.top, name)
        slices = tracked.slices_of(self.git.top, name + ".d")
        return slices if main is None else {"": main, **slices}

    def _sparse_pointer(self, name: str) -> Pointer:
        blobs = self.git.index_files(name) | self.git.index_files(name + ".d")
        found = self._from_blobs(name, blobs) if self.git.keeps_out(name) else None
        if found is None:
            raise FormatError(
                "the pointer is missing, so nothing can be decided",
                source=name,
                hint=f"git restore {shlex.quote(name)}",
            )
        return found

    def _from_blobs(self, name: str, blobs: dict[str, str]) -> Pointer | None:
        if name not in blobs:
            return None
        names = list(blobs)
        contents = self.git.blobs([blobs[n] for n in names])
        parts = {
            "" if n == name else n[len(name) + 3 :]: c for n, c in zip(names, contents, strict=True)
        }
        return understood(parts, name)


def open_project(start: Path) -> Project:
    """The project that a directory belongs to.

    Raises:
        NotARepository: it is not in a git work tree.
        FormatError: the manifest does not follow its specification.
    """
    return project_of(Git.find(start))


def project_of(git: Git, person: Callable[[], Person] | None = None) -> Project:
    """The project of a work tree that has been found before, as it is now.

    Args:
        person: gives who can be asked about storages.

    Raises:
        FormatError: the manifest does not follow its specification.
    """
    _finish_cut_off_writes(git)
    content = tracked.read(git.top, MANIFEST)
    if content is None and git.keeps_out(MANIFEST):
        content = git.blobs(list(git.index_files(MANIFEST).values()))[0]
    if content is None:
        return Project(git, "", EMPTY, person)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormatError("is not UTF-8", source=MANIFEST) from error
    return Project(git, text, with_chosen_modes(git, _parsed(git, text)), person)


def _parsed(git: Git, text: str) -> Manifest:
    known = cache_manifest.manifest(git.git_dir, text)
    if known is not None:
        return known
    _refuse_markers(text)
    manifest = parse_manifest(text, MANIFEST)
    if git.may_write:
        cache_manifest.keep(git.git_dir, text, manifest)
    return manifest


def _as_typed(spec: StorageSpec) -> str:
    """A storage that has no name yet, for a command line."""
    options = {"--endpoint": spec.endpoint, "--region": spec.region, "--account": spec.account}
    words = [word for name, value in options.items() if value for word in (name, value)]
    return shlex.join([spec.url, *words])


def _redo_log(git: Git) -> Path:
    return git.git_dir / "storage" / "redo"


def _finish_cut_off_writes(git: Git) -> None:
    """Complete a pointer write that was killed half-way, unless its process is still at it."""
    log = _redo_log(git)
    if not git.may_write or not log.is_dir():
        return
    with suppress(Locked), WorkLock(git.git_dir, "finish"):
        tracked.finish(git.top, log)


def _refuse_markers(text: str) -> None:
    """Name the first line that an unresolved merge has left: as YAML it would be misunderstood."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            raise FormatError(
                f"the line is a conflict marker, '{line[:7]}': an unresolved merge",
                source=MANIFEST,
                line=number,
                hint=f"edit {MANIFEST}, then: git add {MANIFEST}",
            )


def _file_name(name: str, part: str) -> str:
    return name if part == "" else f"{name}.d/{part}"


def store_place(place: Place, spec: StorageSpec, top: Path) -> StorePlace:
    """A place for its provider; relative directories are relative to `top`."""
    from gitstore.adapters.stores.registry import StorePlace

    return StorePlace(
        provider=place.provider,
        identity=place.identity,
        endpoint=place.endpoint,
        container=place.container,
        # The root of a directory is the whole way to it.
        prefix=place.prefix if place.root is None else "",
        region=place.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        account=place.account,
        anonymous=spec.anonymous,
        # Relative URLs are relative to the top level: the project and its data move together.
        root=None if place.root is None else top / place.root,
        options=spec.options,
    )
