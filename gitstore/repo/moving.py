"""`mv`: another place in the work tree for a data path, or another name for an object."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path

from gitstore.adapters import tracked
from gitstore.core.blocks import ignored_paths, with_ignored
from gitstore.core.errors import LocalFailure, PathRefused, UsageError
from gitstore.core.manifest import DataPath, parse_manifest
from gitstore.core.manifest_edit import rename_data_path
from gitstore.repo.adding import IGNORE, check_data_path
from gitstore.repo.changing import changing
from gitstore.repo.locating import reclaim
from gitstore.repo.objects import move_object
from gitstore.repo.project import MANIFEST, Project
from gitstore.repo.selection import Selection, below_top, one_object
from gitstore.repo.session import Session
from gitstore.repo.unmounting import end_mounts


def mv(project: Project, source: str, target: str) -> str:
    """Move a data path within the work tree, or rename an object within its data path.

    Returns:
        What was moved to, relative to the top level.

    Raises:
        PathRefused: the target cannot be a data path, or something is there.
        UsageError: an object would leave its data path, or the source is a directory in one.
        UnknownName: the source is neither.
    """
    path, to = below_top(source, project.where), below_top(target, project.where)
    if path in project.manifest.data:
        _move_data_path(project, project.manifest.data[path], to)
        return to
    data, name = one_object(project.manifest, source, project.where)
    if not to.startswith(data.path + "/"):
        raise UsageError(
            f"{path} cannot leave its data path {data.path}",
            hint=f"copy it, then: git storage rm {shlex.quote(path)}",
        )
    new = to[len(data.path) + 1 :]
    _check_no_directory(project, path, to)
    move_object(project, (Selection(data), name), new)
    return to


def _check_no_directory(project: Project, path: str, to: str) -> None:
    top = project.git.top
    if _is_directory(top / path):
        raise UsageError(
            f"{path} is a directory, and directories in a data path are not moved; name an object",
            hint=f"git storage ls {shlex.quote(path)}  # lists the objects in it",
        )
    if _is_directory(top / to):
        name = path.rpartition("/")[2]
        raise PathRefused(
            f"there is a directory at {to} already",
            hint=f"git storage mv {shlex.quote(path)} {shlex.quote(f'{to}/{name}')}",
        )


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _move_data_path(project: Project, data: DataPath, to: str) -> None:
    top = project.git.top
    moved = replace(data, path=to)
    others = {p: d for p, d in project.manifest.data.items() if p != data.path}
    manifest = replace(project.manifest, data=others)
    check_data_path(replace(project, manifest=manifest), moved)
    if (top / to).exists():
        raise PathRefused(
            f"{to} is there already", hint="move it elsewhere, or choose another name"
        )
    with changing(project, "mv") as session:
        end_mounts(project, [data.path])
        if os.path.lexists(top / data.path):
            _rename(project, data.path, to)
        session.state.rename_data_path(data.path, to)
        reclaim(session, to)
        session.note(to, "data path renamed", {"before": data.path})
        _rename_tracked(session, data, moved)
        session.ignore(to)


def _rename(project: Project, path: str, to: str) -> None:
    top = project.git.top
    try:
        (top / to).parent.mkdir(parents=True, exist_ok=True)
        (top / path).rename(top / to)
    except OSError as error:
        raise LocalFailure(f"{path} cannot be renamed to {to}: {error.strerror}") from error


def _rename_tracked(session: Session, data: DataPath, moved: DataPath) -> None:
    project = session.project
    top = project.git.top
    text = rename_data_path(project.text, data.path, moved.path)
    parse_manifest(text, MANIFEST)
    ignore = (tracked.read(top, IGNORE) or b"").decode(errors="surrogateescape")
    kept = [p for p in ignored_paths(ignore) if p != data.path]
    changes: dict[str, bytes | None] = {}
    for name, content in project.pointer_files(data).items():
        changes[moved.path + name[len(data.path) :]] = content
        changes[name] = None
    changes[MANIFEST] = text.encode()
    changes[IGNORE] = with_ignored(ignore, [*kept, moved.path]).encode(errors="surrogateescape")
    before = {name: tracked.read(top, name) for name in changes}
    tracked.write_all(top, project.redo_log, changes)
    session.note_files("", before, {n: c for n, c in changes.items() if c is not None})
    project.git.add(tuple(changes))
