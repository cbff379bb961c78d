"""`Repo`: a work tree and its data, with the same verbs as the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.adapters.git import Git
from gitstore.core.manifest import DataPath, StorageSpec
from gitstore.core.model import Plan, State
from gitstore.core.report import Listener, Report
from gitstore.repo import viewing
from gitstore.repo.limits import Limits
from gitstore.repo.project import Project, project_of

# The rest is imported by the verbs that need it, because `status` does not.
if TYPE_CHECKING:
    from gitstore.adapters.state_values import Operation
    from gitstore.core.estimate import Estimate
    from gitstore.core.trust import Person, Visit
    from gitstore.repo.adding import Added
    from gitstore.repo.diffing import Difference
    from gitstore.repo.explaining import Explanation
    from gitstore.repo.findings import Finding
    from gitstore.repo.history import Past
    from gitstore.repo.listing import Described, Listed
    from gitstore.repo.mounting import Mounted, MountOptions
    from gitstore.repo.mounts import Standing
    from gitstore.repo.resolving import Resolution, ResolveOptions
    from gitstore.repo.staging import StageOptions
    from gitstore.repo.starting import Started, StartOptions
    from gitstore.repo.syncing import SyncOptions
    from gitstore.repo.trash import Trash
    from gitstore.repo.trusting import Trusted
    from gitstore.repo.undoing import Undone, UndoOptions
    from gitstore.repo.undoing_storage import Foreseen
    from gitstore.repo.unmounting import Unmounted
    from gitstore.repo.verifying import Verified, VerifyOptions
    from gitstore.repo.viewing import Status


class Repo:
    """A git work tree and the data that its manifest describes.

    Every method reads the manifest anew, so that a `Repo` may be kept while files change. Methods
    that take `targets` accept storage names, data paths, sub-paths and globs, relative to the
    directory that the `Repo` was opened in; none means everything.

    Args:
        path: any directory of the work tree.
        person: gives who can be asked about storages that are not approved; None: nobody can.
        rate: bytes per second that may move, 0 for no limit; None: what is configured.

    Raises:
        NotARepository: the directory is not in a git work tree.
        FormatError: the manifest does not follow its specification.
    """

    def __init__(
        self,
        path: str | Path = ".",
        person: Callable[[], Person] | None = None,
        rate: int | None = None,
    ) -> None:
        self._git = Git.find(Path(path))
        self._limits = Limits(rate)
        self._person = person
        self.project  # noqa: B018 - asks now, so that a wrong directory is an error here

    @property
    def project(self) -> Project:
        """The manifest, the pointers and git, as they are now."""
        return replace(project_of(self._git, self._person), limits=self._limits)

    def add(self, storage: StorageSpec, data: DataPath | None = None) -> Added:
        """Describe a storage and the data path that it feeds; see `gitstore.repo.adding.add`."""
        from gitstore.repo import adding

        return adding.add(self.project, storage, data)

    def forget(self, name: str) -> tuple[str, ...]:
        """Describe a storage or data path no more; see `gitstore.repo.adding.forget`."""
        from gitstore.repo import adding

        return adding.forget(self.project, name)

    def storages(self) -> tuple[Described, ...]:
        """Every storage with the data paths that it feeds."""
        from gitstore.repo import listing

        return listing.storages(self.project)

    def objects(self, *targets: str) -> tuple[tuple[DataPath, tuple[Listed, ...]], ...]:
        """The objects that the pointers name, by data path."""
        from gitstore.repo import listing

        return listing.objects(self.project, targets)

    def status(self, *targets: str, remote: bool = False) -> tuple[Status, ...]:
        """What is here, what changed, and what `sync` and `stage` would do about it."""
        return viewing.status(self.project, targets, remote)

    def only_here(self, *targets: str, remote: bool = False) -> tuple[tuple[str, State], ...]:
        """Local files whose bytes exist only here, as far as is known."""
        return viewing.only_here(self.project, targets, remote)

    def explain(self, target: str, remote: bool = False) -> Explanation:
        """What P, B, L and R hold for one object, and what would happen to it."""
        from gitstore.repo import explaining

        return explaining.explain(self.project, target, remote)

    def diff(self, *targets: str, revisions: str | None = None) -> tuple[Difference, ...]:
        """The objects that differ; see `gitstore.repo.diffing.diff`."""
        from gitstore.repo import diffing

        return diffing.diff(self.project, revisions, targets)

    def plan_stage(self, *targets: str, options: StageOptions | None = None) -> tuple[Plan, ...]:
        """What `stage` would do."""
        from gitstore.repo import staging

        return staging.plan_stage(self.project, targets, options or staging.StageOptions())

    def estimate_stage(
        self, *targets: str, options: StageOptions | None = None
    ) -> tuple[Estimate, ...]:
        """What `stage` would move: objects, bytes, requests."""
        from gitstore.repo import staging

        return staging.estimate_stage(self.project, targets, options or staging.StageOptions())

    def stage(
        self,
        *targets: str,
        options: StageOptions | None = None,
        listener: Listener | None = None,
    ) -> tuple[Report, ...]:
        """Bring the recorded versions here, verified."""
        from gitstore.repo import staging

        return staging.stage(self.project, targets, options or staging.StageOptions(), listener)

    def start(
        self, options: StartOptions | None = None, listener: Listener | None = None
    ) -> Started:
        """Check every storage's access, then bring up each data path in its mode."""
        from gitstore.repo import starting

        return starting.start(self.project, options or starting.StartOptions(), listener)

    def unstage(self, *targets: str, listener: Listener | None = None) -> tuple[Report, ...]:
        """Give local space back; storage and pointer keep theirs."""
        from gitstore.repo import staging

        return staging.unstage(self.project, targets, listener)

    def mount(self, *targets: str, options: MountOptions | None = None) -> tuple[Mounted, ...]:
        """Show data without copying it; see `gitstore.repo.mounting.mount`."""
        from gitstore.repo import mounting

        return mounting.mount(self.project, targets, options or mounting.MountOptions())

    def unmount(self, *targets: str, force: bool = False) -> tuple[Unmounted, ...]:
        """End mounts; see `gitstore.repo.unmounting.unmount`."""
        from gitstore.repo import unmounting

        return unmounting.unmount(self.project, targets, force)

    def mounts(self) -> dict[str, Standing]:
        """The mounts of this work tree, by data path; dead ones are cleaned up by the way."""
        # Hardly any work tree has ever had one, and what deals with them takes time to load.
        if not (self.project.git.git_dir / "storage" / "mounts").exists():
            return {}
        from gitstore.repo import mounts

        return mounts.standing(self.project)

    def plan_sync(self, *targets: str, options: SyncOptions | None = None) -> tuple[Plan, ...]:
        """What `sync` would do."""
        from gitstore.repo import syncing

        return syncing.plan_sync(self.project, targets, options or syncing.SyncOptions())

    def estimate_sync(
        self, *targets: str, options: SyncOptions | None = None
    ) -> tuple[Estimate, ...]:
        """What `sync` would move: objects, bytes, requests."""
        from gitstore.repo import syncing

        return syncing.estimate_sync(self.project, targets, options or syncing.SyncOptions())

    def sync(
        self,
        *targets: str,
        options: SyncOptions | None = None,
        listener: Listener | None = None,
    ) -> tuple[Report, ...]:
        """Reconcile local and remote, then write the pointers."""
        from gitstore.repo import syncing

        return syncing.sync(self.project, targets, options or syncing.SyncOptions(), listener)

    def record(self, *targets: str) -> tuple[Report, ...]:
        """Write local changes into the pointers, offline, as promises."""
        from gitstore.repo import syncing

        return syncing.record(self.project, targets)

    def resolve(
        self, *targets: str, options: ResolveOptions | None = None
    ) -> tuple[Resolution, ...]:
        """Settle pointers that a merge left in conflict; see `gitstore.repo.resolving.resolve`."""
        from gitstore.repo import resolving

        return resolving.resolve(self.project, targets, options or resolving.ResolveOptions())

    def rm(self, *targets: str) -> tuple[Report, ...]:
        """Erase objects: here now, on the storage at the next sync."""
        from gitstore.repo import objects

        return objects.rm(self.project, targets)

    def restore(
        self, *targets: str, revision: str | None = None, listener: Listener | None = None
    ) -> tuple[Report, ...]:
        """Bring a recorded version's bytes back; the next sync gives them."""
        from gitstore.repo import objects

        return objects.restore(self.project, targets, revision, listener)

    def restore_from_trash(self, *paths: str, operation: int) -> tuple[str, ...]:
        """Bring files back that an operation put into the trash; their paths."""
        from gitstore.repo import restoring

        return restoring.restore_from_trash(self.project, paths, operation)

    def mv(self, source: str, target: str) -> str:
        """Move a data path, or rename an object within its data path."""
        from gitstore.repo import moving

        return moving.mv(self.project, source, target)

    def plan_undo(self) -> tuple[Operation, tuple[Foreseen, ...]]:
        """The operation that `undo` would take back, and what it would do on storages."""
        from gitstore.repo import undoing

        return undoing.plan_undo(self.project)

    def undo(self, options: UndoOptions | None = None) -> Undone:
        """Take back the last operation; see `gitstore.repo.undoing.undo`."""
        from gitstore.repo import undoing

        return undoing.undo(self.project, options)

    def operations(self, limit: int = 20) -> tuple[Past, ...]:
        """The last operations that changed this work tree, newest first."""
        from gitstore.repo import history

        return history.past(self.project, limit)

    def trash(self) -> Trash:
        """What lies in the trash of this clone, and what is kept of it."""
        from gitstore.repo import trash

        return trash.trash_of(self.project)

    def verify(
        self,
        *targets: str,
        options: VerifyOptions | None = None,
        listener: Listener | None = None,
    ) -> tuple[Verified, ...]:
        """Hold bytes against the pointers, and mend; see `gitstore.repo.verifying.verify`."""
        from gitstore.repo import verifying

        return verifying.verify(
            self.project, targets, options or verifying.VerifyOptions(), listener
        )

    def login(self, storage: StorageSpec, fields: Mapping[str, str]) -> tuple[Visit, str]:
        """Try credentials and store them where they work; see `gitstore.repo.login.login`."""
        from gitstore.repo import login

        return login.login(self.project, storage, fields)

    def require_approved(self, storage: StorageSpec) -> None:
        """Refuse a storage that nobody here has typed or approved."""
        from gitstore.repo import login

        login.require_approved(self.project, storage)

    def logout(self, storage: StorageSpec) -> bool:
        """Forget what is stored for a storage; whether there was anything."""
        from gitstore.repo import login

        return login.logout(self.project, storage)

    def known_credentials(self, storage: StorageSpec) -> tuple[Visit, str]:
        """Which credentials go to a storage, and the name of where they come from."""
        from gitstore.repo import login

        found = login.known(self.project, storage)
        return found.visit, found.by.name.lower()

    def trust(self, *targets: str, write: bool = False) -> None:
        """Approve storages; a data path that is named may send what lies in it, too."""
        from gitstore.core.trust import Right
        from gitstore.repo import trusting

        trusting.trust(self.project, targets, Right.WRITE if write else Right.READ)

    def visits(self, *targets: str) -> tuple[Visit, ...]:
        """Storages as somebody has to see them to approve them: where, and with what."""
        from gitstore.repo import trusting

        return trusting.visits(self.project, targets)

    def trusted(self) -> tuple[Trusted, ...]:
        """Every storage with what it is approved for."""
        from gitstore.repo import trusting

        return trusting.trusted(self.project)

    def revoke(self, *targets: str) -> tuple[str, ...]:
        """Approve storages no more; the names of those that were approved."""
        from gitstore.repo import trusting

        return trusting.revoke(self.project, targets)

    def doctor(self, *names: str) -> tuple[Finding, ...]:
        """What is in order and what is not; with names, what these storages can do."""
        from gitstore.repo import examining

        return examining.doctor(self.project, names)

    def storages_answer(self) -> tuple[Finding, ...]:
        """Whether every storage still answers, one finding or more for each."""
        from gitstore.repo import examining

        return examining.storages_answer(self.project)
