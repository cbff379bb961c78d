"""`diff`: what changed, object by object, between commits, the pointer and the local files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitstore.core.cases import Local, local_case, settled
from gitstore.core.manifest import Manifest, parse_manifest
from gitstore.core.model import State
from gitstore.core.versions import Same, Version, compare, equal
from gitstore.repo.project import MANIFEST, Project
from gitstore.repo.selection import Selection, selected
from gitstore.repo.session import reading, within


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that differs between two sides.

    Attributes:
        data_path: where it is.
        path: relative to the data path.
        before: its version on the first side, None if it is not there.
        after: its version on the second side, None if it is not there.
    """

    data_path: str
    path: str
    before: Version | None
    after: Version | None


def diff(project: Project, revisions: str | None, targets: Sequence[str]) -> tuple[Difference, ...]:
    """The objects that differ.

    Args:
        revisions: None compares the pointer with the local files; `REV` that commit's pointer with
            the pointer and local files here; `REV..REV` two commits' pointers.
        targets: which data paths or parts of them; none means all.

    Raises:
        UnknownName: there is no such revision.
    """
    if revisions is not None and ".." in revisions:
        first, _, second = revisions.partition("..")
        return _between(project, first or "HEAD", second or "HEAD", targets)
    here = _here(project, targets)
    before = _recorded(project, targets) if revisions is None else _at(project, revisions, targets)
    return _differences(before, here)


def _between(
    project: Project, first: str, second: str, targets: Sequence[str]
) -> tuple[Difference, ...]:
    return _differences(_at(project, first, targets), _at(project, second, targets))


Sides = Mapping[str, Mapping[str, Version]]


def _differences(before: Sides, after: Sides) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for data_path in sorted({*before, *after}):
        old, new = before.get(data_path, {}), after.get(data_path, {})
        for path in sorted({*old, *new}, key=str.encode):
            a, b = old.get(path), new.get(path)
            if a == b or equal(a, b):
                continue
            found.append(Difference(data_path, path, a, b))
    return tuple(found)


def _recorded(project: Project, targets: Sequence[str]) -> Sides:
    found: dict[str, Mapping[str, Version]] = {}
    with reading(project, keep_digests=project.git.may_write) as session:
        for selection in selected(project.manifest, targets, project.where):
            entries = session.recorded_view(selection).pointer.entries
            found[selection.data.path] = _scoped(selection, entries)
    return found


def _at(project: Project, revision: str, targets: Sequence[str]) -> Sides:
    commit = project.git.commit(revision)
    manifest = _manifest_at(project, commit)
    found: dict[str, Mapping[str, Version]] = {}
    for selection in _selected_anywhere(project, manifest, targets):
        pointer = project.pointer_at(selection.data, commit)
        if pointer is not None:
            found[selection.data.path] = _scoped(selection, pointer.entries)
    return found


def _selected_anywhere(
    project: Project, manifest: Manifest, targets: Sequence[str]
) -> tuple[Selection, ...]:
    """What arguments mean in a commit, where a data path may have been described otherwise."""
    both = Manifest(
        {**manifest.storages, **project.manifest.storages},
        {**manifest.data, **project.manifest.data},
    )
    return selected(both, targets, project.where)


def _manifest_at(project: Project, commit: str) -> Manifest:
    blobs = project.git.files(commit, MANIFEST)
    if MANIFEST not in blobs:
        return Manifest({}, {})
    text = project.git.blobs([blobs[MANIFEST]])[0].decode()
    return parse_manifest(text, f"{commit[:12]}:{MANIFEST}")


def _here(project: Project, targets: Sequence[str]) -> Sides:
    """What is here: the local file where an object is staged or new, else the pointer's entry."""
    found: dict[str, Mapping[str, Version]] = {}
    with reading(project, keep_digests=project.git.may_write) as session:
        for selection in selected(project.manifest, targets, project.where):
            states = session.offline_view(selection).survey.states
            sides = ((s.path, _side(s)) for s in states)
            found[selection.data.path] = {p: v for p, v in sides if v is not None}
    return found


def _side(state: State) -> Version | None:
    row = local_case(settled(state))
    if row is Local.ERASE_ASKED:
        return None
    if state.local is None or row is Local.SAME:
        return state.pointer
    if state.pointer is not None and compare(state.local, state.pointer) is Same.EQUAL:
        return state.pointer
    return state.local


def _scoped(selection: Selection, entries: Mapping[str, Version]) -> dict[str, Version]:
    inside = within(selection)
    return {path: v for path, v in entries.items() if inside(path)}
