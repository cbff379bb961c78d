"""`start`, and the second half of `clone`: bring up everything that a checkout describes.

A storage that cannot be had never keeps the others from being brought up. Access is checked before
anything moves, so that what has to be asked is asked at once and not after an hour of copying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from gitstore.core.errors import Stopped, StorageError
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.report import Listener, Report
from gitstore.repo.copying import need_to_copy
from gitstore.repo.project import Project
from gitstore.repo.room import Need, no_room, short_of_room
from gitstore.repo.staging import StageOptions, stage, staged_in

_AT_A_TIME = 8


class Answer(Enum):
    """What to do about a storage that cannot be had."""

    SKIP = "skip"
    RETRY = "retry"


class End(Enum):
    """How far something was brought up."""

    READY = "ready"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a storage can be had.

    Attributes:
        name: the storage.
        end: READY, SKIPPED on purpose, or FAILED.
        problem: why it cannot be had.
    """

    name: str
    end: End
    problem: StorageError | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of one data path.

    Attributes:
        data: the data path.
        end: READY, SKIPPED on purpose, or FAILED.
        report: what was copied, or None where nothing was tried.
        problem: why it was not brought up.
    """

    data: DataPath
    end: End
    report: Report | None = None
    problem: StorageError | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What came of everything.

    Attributes:
        storages: every storage of the manifest.
        data: every data path.
    """

    storages: tuple[Reached, ...]
    data: tuple[Brought, ...]

    @property
    def complete(self) -> bool:
        """Whether everything was brought up that was not skipped on purpose."""
        ends = [*(each.end for each in self.storages), *(each.end for each in self.data)]
        return End.FAILED not in ends


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How to bring up.

    Attributes:
        skip: storages to leave out.
        ask: the answer about a storage that cannot be had; None leaves it out as a failure. May
            raise `Stopped`.
        tell: is told what is about to be copied, before anybody is asked.
        confirm: whether to copy it; None copies it if there is room.
        jobs: transfers at a time, or None for what suits the storages.
    """

    skip: tuple[str, ...] = ()
    ask: Callable[[Reached], Answer] | None = None
    tell: Callable[[tuple[Need, ...]], None] | None = None
    confirm: Callable[[tuple[Need, ...]], bool] | None = None
    jobs: int | None = None


def start(project: Project, options: StartOptions, listener: Listener | None = None) -> Started:
    """Check every storage's access, then bring up each data path in its mode.

    Raises:
        UnknownName: a storage to skip is not described.
        Stopped: somebody chose to stop; nothing was moved.
    """
    for name in options.skip:
        project.storage(name)
    storages = _reached(project, options)
    ends = {each.name: each for each in storages}
    copies: list[DataPath] = []
    others: list[DataPath] = []
    found: dict[str, Brought] = {}
    for data in project.manifest.data.values():
        at = ends[data.storage]
        if at.end is not End.READY:
            found[data.path] = Brought(data, at.end)
        elif data.mode is Mode.COPY:
            copies.append(data)
        elif staged_in(data.mode):
            others.append(data)
        else:
            found[data.path] = Brought(data, End.READY)  # a reference has nothing here
    needed, broken = _needs(project, copies)
    copied = _copied(project, needed, options, listener)
    for each in (*broken, *copied, *(_staged(project, d, options, listener) for d in others)):
        found[each.data.path] = each
    return Started(storages, tuple(found[path] for path in project.manifest.data))


def access(project: Project, names: Iterable[str]) -> tuple[Reached, ...]:
    """Whether storages can be had: the first item of one listing of each, at the same time."""
    from concurrent.futures import ThreadPoolExecutor  # late: most commands need no thread

    asked = tuple(names)
    with ThreadPoolExecutor(_AT_A_TIME) as crew:
        problems = tuple(crew.map(lambda name: _problem(project, name), asked))
    return tuple(
        Reached(name, End.READY if problem is None else End.FAILED, problem)
        for name, problem in zip(asked, problems, strict=True)
    )


def _reached(project: Project, options: StartOptions) -> tuple[Reached, ...]:
    from gitstore.shell.opening import approve  # late, as everything that opens storages

    asked = [name for name in project.manifest.storages if name not in options.skip]
    # Here, before there are several at a time.
    approve([project.destination(project.storage(name)) for name in asked], project.access)
    found = {name: Reached(name, End.SKIPPED) for name in options.skip}
    for each in access(project, asked):
        found[each.name] = _settled(project, each, options)
    return tuple(found[name] for name in project.manifest.storages)


def _settled(project: Project, reached: Reached, options: StartOptions) -> Reached:
    while reached.end is End.FAILED and options.ask is not None:
        if options.ask(reached) is Answer.SKIP:
            return Reached(reached.name, End.SKIPPED, reached.problem)
        (reached,) = access(project, (reached.name,))
    return reached


def _problem(project: Project, name: str) -> StorageError | None:
    spec = project.storage(name)
    fed = [data for data in project.manifest.data.values() if data.storage == name]
    try:
        # Without the facts: they may be used by one thread only.
        store = project.open_store(spec)
        if fed and fed[0].single:
            store.stat(fed[0].prefix)
            return None
        # Below the data path's prefix, because more may not be allowed.
        for _ in store.list(fed[0].prefix if fed else ""):
            break
    except StorageError as error:
        return error
    return None


def _needs(
    project: Project, copies: Sequence[DataPath]
) -> tuple[tuple[Need, ...], tuple[Brought, ...]]:
    """What the data paths would copy, and those of which that cannot be said."""
    needed: list[Need] = []
    broken: list[Brought] = []
    for data in copies:
        try:
            needed.append(need_to_copy(project, data))
        except StorageError as error:
            broken.append(Brought(data, End.FAILED, problem=error))
    return tuple(needed), tuple(broken)


def _copied(
    project: Project,
    needed: tuple[Need, ...],
    options: StartOptions,
    listener: Listener | None,
) -> tuple[Brought, ...]:
    moving = tuple(need for need in needed if need.objects)
    if moving and options.tell is not None:
        options.tell(moving)
    if moving and options.confirm is not None:
        if not options.confirm(moving):
            return tuple(Brought(need.data, End.SKIPPED) for need in needed)
    elif moving and (short := short_of_room(moving)) is not None:
        problem = no_room(short, moving[0].data)
        return tuple(Brought(need.data, End.FAILED, problem=problem) for need in needed)
    return tuple(_staged(project, need.data, options, listener) for need in needed)


def _staged(
    project: Project, data: DataPath, options: StartOptions, listener: Listener | None
) -> Brought:
    try:
        # It was said and asked about before, of all data paths together.
        wanted = StageOptions(jobs=options.jobs, consent=lambda _: True)
        (report,) = stage(project, [_target(project, data)], wanted, listener)
    except Stopped:
        raise
    except StorageError as error:
        return Brought(data, End.FAILED, problem=error)
    return Brought(data, End.READY if report.complete else End.FAILED, report)


def _target(project: Project, data: DataPath) -> str:
    # Absolute, because a relative one would be seen from the caller's directory.
    return str(project.git.top / data.path)
