"""`resolve`: whole pointers that git left in conflict, merged object by object.

From what git has of base, ours and theirs, never from conflict markers. A pointer is written only
once every object of it is settled. Only pointers and git's index are changed; the base of local
bytes (rule B2) and the bytes themselves are left to `stage` and `sync`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gitstore.adapters.git_merge import unmerged
from gitstore.core.errors import FormatError
from gitstore.core.manifest import DataPath
from gitstore.core.merging import Conflict, merge_entries
from gitstore.core.pointer import Pointer, dump, pointer
from gitstore.core.pointer_files import understood
from gitstore.core.settling import Settled, Side, by_answer, by_storage, undecided
from gitstore.core.versions import Version, content_only
from gitstore.repo.changing import changing
from gitstore.repo.merged_sides import SUFFIX, MergedSides, sides_of
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected
from gitstore.repo.session import Session, within
from gitstore.shell.asking import current
from gitstore.shell.binding import Binding

Ask = Callable[[str, Conflict, Version | None, str], Side | None]
"""Asks about one object of a data path, with what the storage holds and why it does not settle
the conflict; None skips it."""


@dataclass(frozen=True, slots=True)
class ResolveOptions:
    """How to resolve.

    Attributes:
        keep: the answer to every conflict, or None: what the storage holds, else `ask`.
        ask: asks about one conflict, where somebody can be asked.
    """

    keep: Side | None = None
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An object, or with the path `''` a whole pointer, that is still in conflict, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What came of one pointer.

    Attributes:
        data_path: whose pointer it is.
        settled: the objects that had been in conflict.
        left: what still is; if there is anything, the pointer is as it was.
    """

    data_path: str
    settled: tuple[Settled, ...] = ()
    left: tuple[Left, ...] = ()


def resolve(
    project: Project, targets: Sequence[str], options: ResolveOptions
) -> tuple[Resolution, ...]:
    """Merge the pointers that are in conflict, and tell git's index.

    Args:
        targets: as everywhere; `options.keep` only answers for the objects they name.

    Raises:
        FormatError: a pointer is broken, and not by a merge that git still knows of.
        StoreError: the storage was needed to settle a conflict, and did not answer.
    """
    meant = [target.removesuffix(SUFFIX) for target in targets]  # as git names what is in conflict
    chosen = selected(project.manifest, meant, project.where)
    conflicted = unmerged(project.git)
    with changing(project, "resolve") as session:
        found = [_resolved(session, each, options, conflicted) for each in chosen]
    return tuple(each for each in found if each is not None)


def undescribed(project: Project) -> list[str]:
    """The pointers in conflict whose data path the manifest does not have."""
    names = {data.path + SUFFIX for data in project.manifest.data.values()}
    return [p for p in unmerged(project.git) if p.endswith(SUFFIX) and p not in names]


def spelled(project: Project, data: DataPath, found: Pointer) -> bool:
    """Whether a pointer's files are the one spelling of what they say, as far as they are here."""
    if data.live:
        return True
    written = project.pointer_files(data)
    return not written or written[data.path + SUFFIX] == dump(found)[""]


def _resolved(
    session: Session, selection: Selection, options: ResolveOptions, conflicted: Sequence[str]
) -> Resolution | None:
    project, data = session.project, selection.data
    name = data.path + SUFFIX
    if not any(path == name or path.startswith(f"{name}.d/") for path in conflicted):
        try:
            found = project.pointer(data)
        except FormatError as error:
            return _repaired(session, selection, options, error)
        return _respelled(session, selection, found)
    return _merged(session, selection, options, sides_of(project, data))


def _respelled(session: Session, selection: Selection, found: Pointer) -> Resolution | None:
    """A pointer that can be read: slices that became too few in a merge are put together."""
    if spelled(session.project, selection.data, found):
        return None
    _written(session, session.binding(selection), found)
    return Resolution(selection.data.path)


def _repaired(
    session: Session, selection: Selection, options: ResolveOptions, error: FormatError
) -> Resolution:
    """A pointer that cannot be read, though git's index sees no conflict."""
    project, data = session.project, selection.data
    name = data.path + SUFFIX
    sides = None if _in_order(project, name) else sides_of(project, data)
    if sides is None:
        message = "cannot be read, and no merge has done that"
        hint = f"git restore {shlex.quote(name)}"
        raise FormatError(message, source=name, hint=hint) from error
    return _merged(session, selection, options, sides)


def _in_order(project: Project, name: str) -> bool:
    """Whether the pointer in git's index can be read, or is not there."""
    blobs = project.git.index_files(name) | project.git.index_files(name + ".d")
    contents = project.git.blobs(list(blobs.values()))
    parts = {
        file[len(name) :].removeprefix(".d/"): content
        for file, content in zip(blobs, contents, strict=True)
    }
    try:
        understood(parts, name)
    except FormatError:
        return not parts
    return True


def _merged(
    session: Session, selection: Selection, options: ResolveOptions, sides: MergedSides | None
) -> Resolution:
    path = selection.data.path
    if sides is None:
        why = "git's index does not tell what was merged: abort, and merge one branch at a time"
        return Resolution(path, left=(Left("", why),))
    binding = session.binding(selection)
    ours, theirs = sides.ours, sides.theirs
    if ours is None or theirs is None or ours.source != theirs.source:
        return _one_of(session, binding, sides, options.keep)
    base = None if sides.base is None else _entries(sides.base, ours.source)
    merged = merge_entries(base, ours.entries, theirs.entries)
    settled, left = _settled(session, selection, options, merged.conflicts)
    if left:
        return Resolution(path, tuple(settled), tuple(left))
    lines = {each.path: each.version for each in settled if each.version is not None}
    _written(session, binding, pointer(ours.source, {**merged.entries, **lines}))
    return Resolution(path, tuple(settled))


def _entries(base: Pointer, source: str) -> Mapping[str, Version]:
    if base.source == source:
        return base.entries
    return {path: content_only(version) for path, version in base.entries.items()}


def _one_of(
    session: Session, binding: Binding, sides: MergedSides, keep: Side | None
) -> Resolution:
    """Where there is nothing to merge object by object, one side is right as it is."""
    path = binding.data.path
    if sides.ours is not None and sides.theirs is not None:
        why = "the sides have different sources, so that only one of them can be kept as it is"
    else:
        why = f"the pointer was removed in {'ours' if sides.ours is None else 'theirs'}"
    whole = sides.ours if keep is Side.OURS else sides.theirs if keep is Side.THEIRS else None
    if whole is None:
        return Resolution(path, left=(Left("", why),))
    _written(session, binding, whole)
    return Resolution(path)


def _settled(
    session: Session,
    selection: Selection,
    options: ResolveOptions,
    conflicts: Sequence[Conflict],
) -> tuple[list[Settled], list[Left]]:
    data_path, binding = selection.data.path, session.binding(selection)
    named = within(replace(selection, data=replace(selection.data, include=(), exclude=())))
    kept = {each.path: options.keep for each in conflicts if options.keep and named(each.path)}
    offline = {path for path, side in kept.items() if side is not Side.REMOTE}
    stored = current(binding, (each.path for each in conflicts if each.path not in offline))
    bases = {
        path: base.version
        for path, (source, base) in session.state.bases(data_path).items()
        if source == binding.source
    }
    settled: list[Settled] = []
    left: list[Left] = []
    for each in conflicts:
        now, side = stored.get(each.path), kept.get(each.path)
        found = by_storage(each, now) if side is None else None
        if found is None and side is None and options.ask is not None:
            side = options.ask(data_path, each, now, undecided(each, now))
        if found is None and side is not None:
            found = by_answer(each, side, now, bases.get(each.path))
        if found is not None:
            settled.append(found)
        elif side is Side.LOCAL:
            left.append(Left(each.path, "what is here is neither ours nor theirs"))
        else:
            left.append(Left(each.path, undecided(each, now)))
    return settled, left


def _written(session: Session, binding: Binding, new: Pointer) -> None:
    project, name = session.project, binding.data.path + SUFFIX
    known = {*project.pointer_files(binding.data), *project.git.tracked(name)}
    known |= {*project.git.tracked(name + ".d")}
    session.write_pointer(binding, new)
    # Also what did not change in the work tree: that is what ends a conflict in the index.
    project.git.add(sorted({*known, *project.pointer_files(binding.data)}))
