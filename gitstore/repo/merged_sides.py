"""The three whole pointers behind a conflict, as git has them.

The index has base, ours and theirs of a pointer that is one file. Of slices it has them only where
they are in conflict, and one slice more or less moves objects between files; so slices are read
from the commits, and only from commits that can be shown to have led to this index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitstore.adapters.git_merge import Merging, mergings, stages
from gitstore.core.errors import FormatError
from gitstore.core.manifest import DataPath
from gitstore.core.pointer import Pointer, parse, pointer
from gitstore.repo.project import Project

SUFFIX = ".storage"

_Blobs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MergedSides:
    """The pointers that were merged.

    Attributes:
        base: what both sides come from, without entries if they began apart; None if nobody can
            tell, as after a criss-cross merge.
        ours: None if that side has no pointer.
        theirs: likewise.
    """

    base: Pointer | None
    ours: Pointer | None
    theirs: Pointer | None


def sides_of(project: Project, data: DataPath) -> MergedSides | None:
    """The sides of a data path's pointer, or None if git cannot tell them.

    Raises:
        FormatError: the pointer of one side is broken.
    """
    name = data.path + SUFFIX
    main, slices = stages(project.git, name), stages(project.git, name + ".d")
    index = {stage: {**of, **slices[stage]} for stage, of in main.items()}
    if {path for of in index.values() for path in of} == {name} and not index[0]:
        found = _from_index(project, name, index)
        if found is not None:
            return found
    broken: FormatError | None = None
    for each in mergings(project.git):
        if _led_to(project, each, name, index):
            try:
                return _from_commits(project, data, each)
            except FormatError as error:
                broken = broken or error
    if broken is not None:
        raise broken
    return None


def _from_index(project: Project, name: str, index: Mapping[int, _Blobs]) -> MergedSides | None:
    """The sides of a pointer that is one file on all of them, else None."""
    there = [n for n in (1, 2, 3) if name in index[n]]
    contents = project.git.blobs([index[n][name] for n in there])
    if any(text.split(b"\n")[2:3] == [b"sliced"] for text in contents):
        return None
    parsed: dict[int, Pointer] = {}
    for number, text in zip(there, contents, strict=True):
        try:
            parsed[number] = parse({"": text}, name)
        except FormatError:
            if number != 1:  # a base of several bases may be in conflict itself
                raise
    ours, theirs = parsed.get(2), parsed.get(3)
    base = parsed.get(1) if 1 in there else _nothing(ours, theirs)
    return MergedSides(base, ours, theirs)


def _from_commits(project: Project, data: DataPath, each: Merging) -> MergedSides:
    ours = project.pointer_at(data, each.ours)
    theirs = project.pointer_at(data, each.theirs)
    if len(each.bases) > 1:
        return MergedSides(None, ours, theirs)
    base = project.pointer_at(data, each.bases[0]) if each.bases else None
    return MergedSides(base or _nothing(ours, theirs), ours, theirs)


def _nothing(ours: Pointer | None, theirs: Pointer | None) -> Pointer | None:
    some = ours or theirs
    return None if some is None else pointer(some.source, {})


def _led_to(project: Project, each: Merging, name: str, index: Mapping[int, _Blobs]) -> bool:
    """Whether merging these commits gives this index, as far as the pointer goes."""
    ours, theirs = _files(project, each.ours, name), _files(project, each.theirs, name)
    base = _files(project, each.bases[0], name) if len(each.bases) == 1 else {}
    if len(each.bases) > 1:
        base = dict(index[1])  # what git has merged of them
    sides = {1: base, 2: ours, 3: theirs}
    if each.sure:
        # A slice may look like another one renamed, and then stands in the other's place.
        return all({*index[n].values()} <= {*side.values()} for n, side in sides.items())
    for path in {*base, *ours, *theirs, *(p for of in index.values() for p in of)}:
        b, o, t = base.get(path), ours.get(path), theirs.get(path)
        if any(path in index[n] for n in (1, 2, 3)):
            if any(index[n].get(path) != side.get(path) for n, side in sides.items()):
                return False
        elif (o == t or b in (o, t)) and index[0].get(path) != (t if o == b else o):
            return False
    return True


def _files(project: Project, commit: str, name: str) -> dict[str, str]:
    return project.git.files(commit, name) | project.git.files(commit, name + ".d")
