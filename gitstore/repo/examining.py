"""`doctor`: what is in order, what is not, and what a storage can do."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gitstore.core.blocks import ignored_paths
from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath
from gitstore.core.pointer import Pointer
from gitstore.repo.hooks_found import OURS, hooks_found
from gitstore.repo.project import Project
from gitstore.repo.resolving import spelled
from gitstore.repo.risks import DANGERS, only_copies
from gitstore.repo.session import Session, reading
from gitstore.repo.trash import trash_of


class Level(Enum):
    """How bad a finding is."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: how bad it is.
        text: what was found, as one clause.
        hint: what to type or edit about it, or None.
    """

    level: Level
    text: str
    hint: str | None = None


def doctor(project: Project, names: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look at this installation, this clone and, with names, at what storages can do.

    For a named storage the contract suite runs below a prefix of its own, which is removed again.

    Raises:
        UnknownName: a name is not that of a storage.
    """
    for name in names:
        project.storage(name)
    with reading(project) as session:
        found = [*_installation(project), *_hooks(project), *_clone(session), *_risks(project)]
        found.extend(_trash(project))
        for name in names or project.manifest.storages:
            found.extend(_storage(session, name, probing=bool(names)))
        return tuple(found)


def _installation(project: Project) -> Iterator[Finding]:
    yield Finding(Level.GOOD, f"git {project.git.version()}, Python {sys.version.split()[0]}")


def _hooks(project: Project) -> Iterator[Finding]:
    found = hooks_found(project.git)
    if not any(OURS in chain.runs for chain in found.chains):
        told = f"git runs no hook of git storage; it looks for hooks in {found.directory}"
        yield Finding(Level.NOTE, told, "git storage install")
        return
    by = f", as core.hooksPath says ({found.said_by})" if found.said_by else ""
    yield Finding(Level.GOOD, f"hooks are in {found.directory}{by}")
    alike: dict[tuple[tuple[str, ...], str | None], list[str]] = {}
    for chain in found.chains:
        alike.setdefault((chain.runs, chain.hint), []).append(chain.event)
    for (runs, hint), events in alike.items():
        level = Level.GOOD if hint is None else Level.NOTE
        yield Finding(level, f"{', '.join(events)}: {', then '.join(runs) or 'nothing'}", hint)
    for kept, place in found.orphans:
        told = f"{kept} is kept, but nothing runs it since another tool has replaced the hook"
        hint = f"mv {shlex.quote(str(kept))} {shlex.quote(str(place))}"
        yield Finding(Level.NOTE, told, f"{hint}  # instead of what is there now")


def _clone(session: Session) -> Iterator[Finding]:
    project = session.project
    ignore = project.git.top / ".gitignore"
    text = ignore.read_bytes() if ignore.exists() else b""
    ignored = ignored_paths(text.decode(errors="surrogateescape"))
    for data in project.manifest.data.values():
        yield from _data_path(project, data)
        if data.path not in ignored:
            yield Finding(
                Level.BAD,
                f"{data.path} is not in the managed block of .gitignore",
                f"add the line /{data.path} to .gitignore",
            )


def _risks(project: Project) -> Iterator[Finding]:
    try:
        number = only_copies(project)
    except StorageError:
        return  # an unreadable pointer is a finding of its own
    if number:
        files = "1 file exists" if number == 1 else f"{number:,} files exist"
        yield Finding(
            Level.NOTE,
            f"{files} only here: {DANGERS}",
            "git storage status --only-here  # lists them; git storage sync uploads them",
        )


def _trash(project: Project) -> Iterator[Finding]:
    try:
        trash = trash_of(project)
    except StorageError as error:
        yield Finding(Level.BAD, error.message, error.hint)
        return
    if trash.files:
        number = "1 file" if trash.files == 1 else f"{trash.files:,} files"
        told = f"the trash holds {number}, {trash.size:,} bytes in all"
        over = trash.limits.size and trash.size > trash.limits.size
        hint = "git storage undo --list -v  # lists them; storage.trashAge says how long they stay"
        yield Finding(Level.NOTE if over else Level.GOOD, told, hint if over else None)


def _data_path(project: Project, data: DataPath) -> Iterator[Finding]:
    try:
        found = project.pointer(data)
    except StorageError as error:
        yield Finding(Level.BAD, error.message, error.hint)
    else:
        yield _pointer(project, data, found)
    held = project.git.tracked(data.path)
    if held:
        yield Finding(
            Level.BAD,
            f"{data.path} holds files that git tracks, e.g. {held[0]}",
            f"git rm -r --cached -- {data.path}",
        )


def _pointer(project: Project, data: DataPath, found: Pointer) -> Finding:
    number = len(found.entries)
    if spelled(project, data, found):
        return Finding(Level.GOOD, f"{data.path}: the pointer names {number} objects")
    told = f"{data.path}: the pointer is in slices, and {number} objects are too few for that"
    return Finding(Level.NOTE, told, f"git storage resolve {shlex.quote(data.path)}")


def _storage(session: Session, name: str, probing: bool) -> Iterator[Finding]:
    try:
        store = session.project.open_store(session.project.storage(name), session.facts)
        if not probing:
            for _ in store.list(""):
                break
    except StorageError as error:
        yield Finding(Level.BAD, f"{name}: {error.message}", error.hint)
        return
    if not probing:
        yield Finding(Level.GOOD, f"{name}: {store.identity} answers")
        return
    # Late: it is about findings, and needs the whole contract suite.
    from gitstore.repo.trying import tried

    yield from tried(store, name)
