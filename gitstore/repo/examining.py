"""`doctor`: what is in order, what is not, and what a storage can do."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence

from gitstore.adapters.git_config import installed_version
from gitstore.adapters.tree_linked import LinkedTree
from gitstore.core.blocks import ignored_paths
from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath
from gitstore.core.old_versions import how_to_keep
from gitstore.core.pointer import Pointer
from gitstore.repo.answering import answering
from gitstore.repo.config_found import config_found
from gitstore.repo.findings import Finding, Level
from gitstore.repo.hooks_found import OURS, hooks_found
from gitstore.repo.project import Project
from gitstore.repo.resolving import spelled
from gitstore.repo.risks import DANGERS, only_copies
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, reading
from gitstore.repo.trash import trash_of

_PACKAGE = "git-storage"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def doctor(project: Project, names: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look at this installation, this clone and its storages or, with names, try storages out.

    For a named storage the contract suite runs below a prefix of its own, which is removed again.

    Raises:
        UnknownName: no storage has one of the names.
    """
    for name in names:
        project.storage(name)
    with reading(project) as session:
        found = [*installation(project), *_hooks(project), *config_found(project)]
        found += [*_clone(session), *_risks(project), *_trash(project)]
        found += answering(session, tuple(names or project.manifest.storages))
        for name in names:
            found.extend(_tried(session, name))
        return tuple(found)


def storages_answer(project: Project) -> tuple[Finding, ...]:
    """Whether every storage still answers, and nothing else; for a scheduled check."""
    with reading(project) as session:
        return tuple(answering(session, tuple(project.manifest.storages)))


def installation(project: Project | None) -> Iterator[Finding]:
    """The versions of what is at work; without a project, too."""
    from importlib.metadata import PackageNotFoundError, requires, version

    git = installed_version() if project is None else project.git.version()
    yield Finding(Level.GOOD, f"git {git}, Python {sys.version.split()[0]}")
    found, missing = [], []
    for wanted in requires(_PACKAGE) or ():
        name = _NAME.match(wanted)
        if name is None or ";" in wanted:
            continue  # only for developing, or for some
        try:
            found.append(f"{name[0]} {version(name[0])}")
        except PackageNotFoundError:
            missing.append(name[0])
    yield Finding(Level.GOOD, f"git-storage {version(_PACKAGE)} with {', '.join(found)}")
    if missing:
        hint = f"pip install {shlex.join(missing)}"
        yield Finding(Level.BAD, f"not installed: {', '.join(missing)}", hint)


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
        yield from _data_path(session, data)
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


def _data_path(session: Session, data: DataPath) -> Iterator[Finding]:
    project = session.project
    try:
        found = project.pointer(data)
    except StorageError as error:
        yield Finding(Level.BAD, error.message, error.hint)
    else:
        yield _live(data) if data.live else _pointer(project, data, found)
    tree = session.binding(Selection(data)).tree
    away = tree.away() if isinstance(tree, LinkedTree) else None
    if away is not None:
        yield Finding(Level.BAD, f"{data.path}: {away}", "mount it; then: git storage status")
    held = project.git.tracked(data.path)
    if held:
        yield Finding(
            Level.BAD,
            f"{data.path} holds files that git tracks, e.g. {held[0]}",
            f"git rm -r --cached -- {shlex.quote(data.path)}",
        )


def _live(data: DataPath) -> Finding:
    return Finding(Level.GOOD, f"{data.path}: live, so that no version of it is recorded")


def _pointer(project: Project, data: DataPath, found: Pointer) -> Finding:
    number = len(found.entries)
    if spelled(project, data, found):
        return Finding(Level.GOOD, f"{data.path}: the pointer names {number} objects")
    told = f"{data.path}: the pointer is in slices, and {number} objects are too few for that"
    return Finding(Level.NOTE, told, f"git storage resolve {shlex.quote(data.path)}")


def _tried(session: Session, name: str) -> Iterator[Finding]:
    # Late: it needs the whole contract suite.
    from gitstore.repo.trying import tried

    spec = session.project.storage(name)
    try:
        store = session.project.open_store(spec, session.facts)
        yield from tried(store, name, how_to_keep(spec.place()))
    except StorageError as error:
        yield Finding(Level.BAD, f"{name}: {error.message}", error.hint)
