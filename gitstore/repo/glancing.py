"""Telling at a glance that nothing has changed since `status` last found nothing to do.

Comparing two hundred thousand objects one by one takes seconds. What they are compared with (the
pointer, the state, the manifest's entry) and the files themselves are fingerprinted in a fraction
of that; while no fingerprint has changed, the same comparison would come to the same end.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters import glances
from gitstore.adapters.glances import Glance
from gitstore.adapters.tree_print import Fingerprint, fingerprint
from gitstore.adapters.tree_walk import Root
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.ticks import settles
from gitstore.repo.project import Project
from gitstore.repo.roots import tree_of
from gitstore.repo.selection import Selection


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the status of a data path follows from.

    Attributes:
        digest: changes with any of it.
        lasting: whether every later change is sure to change it.
    """

    digest: str
    lasting: bool


def known(project: Project, data: DataPath, now: Inputs | None) -> Glance | None:
    """What a look at a data path would come to, if that is known already."""
    if now is None:
        return None
    kept = glances.glance(project.git.git_dir, data.path)
    return kept if kept is not None and kept.inputs == now.digest else None


def remember(
    project: Project, selection: Selection, before: Inputs | None, counts: tuple[int, int, int]
) -> None:
    """Keep that a look found nothing to do, if nothing changed while it was taken.

    Args:
        before: what there was to be looked at when the look began.
        counts: how many objects are staged, how many the pointer names, and their bytes.
    """
    if before is None or not before.lasting or not project.git.may_write:
        return
    if inputs(project, selection) == before:
        kept = Glance(before.digest, *counts)
        glances.keep(project.git.git_dir, selection.data.path, kept)


def inputs(project: Project, selection: Selection) -> Inputs | None:
    """What the status of a whole data path follows from now; None where a closer look is needed.

    Also of small data paths, whose pointers have no slices: they are looked at as quickly.
    """
    data, git = selection.data, project.git
    if selection.paths or data.live or data.mode is not Mode.COPY:
        return None
    directory = git.top / f"{data.path}.storage.d"
    if not directory.is_dir():
        return None
    tree = tree_of(git, data, None)
    clock = tree.clock_ns()
    databases = [git.git_dir / "storage" / "state.db", git.common_dir / "storage" / "facts.db"]
    marks = [glances.mark(file) for file in databases]
    pointer = _pointer(directory.with_suffix(""), directory)
    files = None if pointer is None else tree.fingerprint()
    if pointer is None or files is None or None in marks:
        return None
    import hashlib  # late: few commands need what it loads

    text = json.dumps([repr(data), project.source(data), marks, pointer.digest, files.digest])
    lasting = max(pointer.settled_ns, files.settled_ns) <= clock
    return Inputs(hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest(), lasting)


def _pointer(main: Path, directory: Path) -> Fingerprint | None:
    try:
        found = main.lstat()
    except OSError:
        return None
    settled = settles(found.st_mtime_ns, found.st_ctime_ns)
    own = [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
    slices = fingerprint(Root(directory))
    if slices is None:
        return None
    return Fingerprint(json.dumps([own, slices.digest]), max(settled, slices.settled_ns))
