"""What a command's arguments mean: storages, data paths, sub-paths and globs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from gitstore.core.errors import PathRefused, UnknownName
from gitstore.core.manifest import DataPath, Manifest

_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Selection:
    """A data path, and which part of it is meant.

    Attributes:
        data: the manifest's entry.
        paths: sub-paths or globs relative to the data path; none means all of it.
    """

    data: DataPath
    paths: tuple[str, ...] = ()


def selected(
    manifest: Manifest, targets: Iterable[str], where: tuple[Path, str]
) -> tuple[Selection, ...]:
    """The data paths that arguments name; all of them when there are no arguments.

    Args:
        manifest: what there is.
        targets: storage names, data paths, sub-paths, globs, or directories above data paths.
        where: the top level, and the caller's directory relative to it (`''` or ending in `/`).

    Raises:
        UnknownName: an argument names nothing that is described.
        PathRefused: an argument lies outside the work tree.
    """
    chosen: dict[str, Selection] = {}
    whole: set[str] = set()
    for target in targets:
        for selection in _meant(manifest, target, where):
            path = selection.data.path
            before = chosen.get(path, Selection(selection.data))
            chosen[path] = replace(before, paths=(*before.paths, *selection.paths))
            if not selection.paths:
                whole.add(path)
    if not chosen:
        return tuple(Selection(data) for data in manifest.data.values())
    return tuple(replace(s, paths=() if p in whole else s.paths) for p, s in chosen.items())


def one_object(manifest: Manifest, target: str, where: tuple[Path, str]) -> tuple[DataPath, str]:
    """The data path and object path that an argument names.

    Raises:
        UnknownName: it does not lie in a data path.
    """
    path = below_top(target, where)
    for data in manifest.data.values():
        if path == data.path and data.single:
            return data, "."
        if path.startswith(data.path + "/") and not data.single:
            return data, path[len(data.path) + 1 :]
    raise UnknownName(
        f"{target} is not an object of a data path", hint="git storage ls  # lists the data paths"
    )


def object_name(data_path: str, path: str) -> str:
    """An object as a user would type it at the top level; a data path of one file is its object."""
    return data_path if path == "." else f"{data_path}/{path}"


def below_top(target: str, where: tuple[Path, str]) -> str:
    """A path argument, relative to the top level with `/`.

    Raises:
        PathRefused: it lies outside the work tree.
    """
    top, prefix = where
    if target.startswith("/"):
        try:
            target = Path(target).relative_to(top).as_posix()
        except ValueError as error:
            raise _outside(target, top) from error
        prefix = ""
    path = posixpath.normpath(posixpath.join(prefix, target))
    if path == ".." or path.startswith("../"):
        raise _outside(target, top)
    return path


def _outside(target: str, top: Path) -> PathRefused:
    return PathRefused(
        f"{target} is outside the work tree {top}", hint="name a path inside, as git ls-files does"
    )


def _meant(manifest: Manifest, target: str, where: tuple[Path, str]) -> Sequence[Selection]:
    path = below_top(target, where)
    found = [s for s in (_part(data, path) for data in manifest.data.values()) if s is not None]
    if found:
        return found
    if target in manifest.storages:
        named = [Selection(d) for d in manifest.data.values() if d.storage == target]
        if not named:
            raise UnknownName(
                f"storage {target} feeds no data path yet",
                hint=f"git storage stage {target} --to PATH",
            )
        return named
    known = ", ".join([*manifest.storages, *manifest.data]) or "nothing yet"
    raise UnknownName(
        f"{target} is neither a storage nor in a data path",
        hint=f"described are: {known}",
    )


def _part(data: DataPath, path: str) -> Selection | None:
    if path in (".", data.path) or data.path.startswith(path + "/"):
        return Selection(data)
    if path.startswith(data.path + "/"):
        return Selection(data, (path[len(data.path) + 1 :],))
    if _GLOB.isdisjoint(path):
        return None
    depth = data.path.count("/") + 1
    parts = path.split("/")
    head, rest = "/".join(parts[:depth]), parts[depth:]
    if not fnmatchcase(data.path, head):
        return None
    return Selection(data, ("/".join(rest),) if rest else ())
