"""Whether storages answer: what `doctor` asks each of them without writing anything."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from gitstore.core.errors import Denied, NoCredentials, StorageError, Unsupported, Untrusted
from gitstore.core.manifest import Access, StorageSpec
from gitstore.core.old_versions import how_to_keep, what_is_lost
from gitstore.core.store import Abilities, Conditional, Store
from gitstore.core.trust import Right
from gitstore.repo.findings import Finding, Level
from gitstore.repo.project import Project
from gitstore.repo.session import Session
from gitstore.shell.abilities import keeps_versions

_LATE = 60.0
_REFUSED = 15 * 60.0
"""In seconds: what is worth saying, and what S3 and Azure call a wrong signature."""


def answering(session: Session, names: tuple[str, ...]) -> Iterator[Finding]:
    """One storage after the other; what is wrong with one says nothing about the next.

    Args:
        names: of storages.

    Raises:
        UnknownName: there is no such storage.
    """
    project = session.project.asking(names)
    clock = cache(_ahead)
    for name in names:
        spec = project.storage(name)
        try:
            store = project.open_store(spec, session.facts)
            yield from _named(name, _clock(clock, project.destination(spec).endpoint))
            yield from _named(name, (_answer(project, spec, store),))
            yield from _named(name, _rights(project, spec))
            yield from _named(name, _abilities(store.abilities(), name))
            yield from _old_versions(session, spec, store)
        except StorageError as error:
            yield Finding(Level.BAD, f"{name}: {error.message}", error.hint)


def _named(name: str, findings: Iterator[Finding] | tuple[Finding, ...]) -> Iterator[Finding]:
    return (replace(finding, text=f"{name}: {finding.text}") for finding in findings)


def _answer(project: Project, spec: StorageSpec, store: Store) -> Finding:
    try:
        next(store.list(_prefix(project, spec.name)), None)
    except (Denied, NoCredentials, Unsupported) as error:
        # Some give their objects, but no list of them.
        key = None if isinstance(error, Untrusted) else _recorded(project, spec.name)
        if key is None:
            raise
        store.stat(key)
        return Finding(Level.NOTE, f"{store.identity} answers, but does not list", error.hint)
    return Finding(Level.GOOD, f"{store.identity} answers")


def _old_versions(session: Session, spec: StorageSpec, store: Store) -> Iterator[Finding]:
    key = _recorded(session.project, spec.name)
    if keeps_versions(store, session.facts, key) is False:
        yield Finding(Level.NOTE, what_is_lost(spec.name), how_to_keep(spec.place()))


def _prefix(project: Project, name: str) -> str:
    # Below the data path's prefix, because more may not be allowed.
    fed = [data.prefix for data in project.manifest.data.values() if data.storage == name]
    return fed[0] if fed else ""


def _recorded(project: Project, name: str) -> str | None:
    for data in project.manifest.data.values():
        if data.storage != name:
            continue
        for path in project.pointer(data).entries:
            return data.prefix if data.single else data.prefix + path
    return None


def _ahead(endpoint: str) -> float | None:
    from gitstore.adapters.stores.clock import ahead

    return ahead(endpoint)


def _clock(asked: object, endpoint: str) -> Iterator[Finding]:
    if not endpoint.startswith(("http://", "https://")) or not callable(asked):
        return
    ahead = asked(endpoint)
    if ahead is None:
        return
    if abs(ahead) < _LATE:
        yield Finding(Level.GOOD, "its clock and ours agree")
        return
    direction = "ahead of" if ahead > 0 else "behind"
    told = f"its clock is {abs(ahead) / 60:.0f} minutes {direction} ours"
    level = Level.BAD if abs(ahead) > _REFUSED else Level.NOTE
    yield Finding(level, told, "timedatectl  # whether this machine's clock is synchronised")


def _rights(project: Project, spec: StorageSpec) -> Iterator[Finding]:
    """What may be done there: by approval, by credentials, and by the file system."""
    from gitstore.shell.opening import visit

    access, to = project.access, project.destination(spec)
    right = access.right(to.approved_as)
    fed = [data for data in project.manifest.data.values() if data.storage == spec.name]
    wants = any(data.access is Access.WRITE for data in fed)
    known = visit(to, access).credentials
    goes = f", with {known}" if known else ", without credentials"
    goes = "" if to.place.provider == "file" else goes
    if right is Right.WRITE:
        yield Finding(Level.GOOD, f"approved for reading and writing{goes}")
    else:
        hint = f"git storage trust --write {shlex.quote(spec.name)}" if wants else None
        yield Finding(Level.NOTE if wants else Level.GOOD, f"approved for reading only{goes}", hint)
    root = to.store.root
    if wants and root is not None and root.is_dir() and not os.access(root, os.W_OK | os.X_OK):
        yield Finding(
            Level.NOTE, f"{root} cannot be written to by you", f"ls -ld {shlex.quote(str(root))}"
        )


def _abilities(found: Abilities, name: str) -> Iterator[Finding]:
    if not found.writable:
        return
    how = (found.create, found.swap, found.erase)
    if Conditional.UNKNOWN in how:
        hint = f"git storage doctor {shlex.quote(name)}  # tries it out"
        yield Finding(
            Level.GOOD, "whether it refuses to overwrite is measured before the first write", hint
        )
    elif all(each is Conditional.ENFORCED for each in how):
        yield Finding(Level.GOOD, "refuses by itself what somebody else was faster with")
    else:
        yield Finding(
            Level.GOOD, "git storage looks right before each write, because it does not refuse all"
        )
