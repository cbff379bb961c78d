"""Another project, which is not cloned: what one of its commits records, and who approved what.

Its storages need approvals of their own, which are kept for the user and not for a clone: see
`git storage trust --repo`.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.core.errors import UnknownName, Unsupported
from gitstore.core.manifest import DataPath, Manifest, StorageSpec
from gitstore.core.pointer_files import understood
from gitstore.repo.project import MANIFEST, store_place
from gitstore.repo.snapshot import Snapshot, manifest_of, rooms_of

if TYPE_CHECKING:
    from gitstore.adapters.git_remote import RemoteCommit
    from gitstore.core.pointer import Pointer
    from gitstore.core.store import Store
    from gitstore.core.trust import Person
    from gitstore.shell.opening import Access, Destination

_SUFFIX = ".storage"


@dataclass(frozen=True, slots=True)
class Foreign:
    """One commit of another project.

    Attributes:
        tree: the commit.
        manifest: its manifest.
        person: gives who can be asked about its storages; None: nobody can.
    """

    tree: RemoteCommit
    manifest: Manifest
    person: Callable[[], Person] | None = None

    @property
    def where(self) -> tuple[Path, str]:
        """Where names of data paths are relative to: its top level."""
        return Path("/"), ""

    @property
    def access(self) -> Access:
        """What of its storages the user has approved."""
        from gitstore.shell.opening import Access

        person = None if self.person is None else self.person()
        rooms = rooms_of(self.tree.url)
        return Access(Path.home(), _kept_for_user(), self.tree.url, os.environ, person, rooms=rooms)

    def storage(self, name: str) -> StorageSpec:
        """A storage by name.

        Raises:
            UnknownName: no such storage.
        """
        if name not in self.manifest.storages:
            known = ", ".join(self.manifest.storages) or "none"
            told = f"{self.tree.url} has no storage {name}"
            raise UnknownName(told, hint=f"described are: {known}")
        return self.manifest.storages[name]

    def destination(self, spec: StorageSpec) -> Destination:
        """Where a storage is, and how to get there.

        Raises:
            Unsupported: it is a directory beside a clone, and there is no clone.
        """
        from gitstore.shell.opening import Destination

        place = spec.place()
        if place.root is not None and not Path(place.root).is_absolute():
            raise Unsupported(
                f"storage {spec.name} is {spec.url}, a directory beside each clone",
                hint=f"git storage clone {shlex.quote(self.tree.url)}",
            )
        store = store_place(place, spec, Path("/"))
        project = self.tree.url
        return Destination(spec.name, spec.url, place, store, spec.anonymous, spec.name, project)

    def open_store(self, spec: StorageSpec) -> Store:
        """The store of a storage, to be read.

        Raises:
            Untrusted: the user has not approved it for this project.
        """
        from gitstore.shell.opening import opened

        return opened(self.destination(spec), self.access)

    def pointer(self, data: DataPath) -> Pointer | None:
        """The pointer of a data path, or None where there is none."""
        name = data.path + _SUFFIX
        blobs = self.tree.files(name) | self.tree.files(name + ".d")
        if name not in blobs:
            return None
        contents = self.tree.blobs(list(blobs.values()))
        parts = zip(blobs, contents, strict=True)
        return understood({n[len(name) :].removeprefix(".d/"): c for n, c in parts}, name)


def foreign(
    url: str, rev: str | None = None, person: Callable[[], Person] | None = None
) -> Foreign:
    """A commit of another project.

    Args:
        url: as `git clone` takes it, or a directory with a bare repository.
        rev: a branch, a tag or a full id; None means what a clone would check out.
        person: gives who can be asked about its storages.

    Raises:
        NotARepository: there is no repository.
        UnknownName: there is no such commit.
        StorageError: it cannot be read.
    """
    from gitstore.adapters.git_remote import remote_commit

    tree = remote_commit(url, rev, Path.home())
    blob = tree.files(MANIFEST).get(MANIFEST)
    content = b"" if blob is None else tree.blobs([blob])[0]
    manifest = manifest_of(content, f"{tree.commit[:12]}:{MANIFEST}")
    return Foreign(tree, manifest, person)


def of_other(project: Foreign) -> Snapshot:
    """What a commit of another project records."""
    tree = project.tree
    return Snapshot(
        f"commit {tree.commit[:12]} of {tree.url}",
        project.manifest,
        project.pointer,
        project,
        lambda _: None,
        commit=tree.commit,
    )


def _kept_for_user() -> Path:
    from platformdirs import user_data_path

    return user_data_path("git-storage", appauthor=False)
