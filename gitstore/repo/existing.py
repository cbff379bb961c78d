"""`stage --existing`: data that are there already, or mounted by other means.

They are held against the pointer and then linked. From then on they are looked at and nothing else:
no command writes to them, and none removes them.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.tree import Stat
from gitstore.adapters.tree_linked import LentTree
from gitstore.core.errors import LocalFailure, PathRefused, UsageError
from gitstore.core.location import Location, Owner
from gitstore.core.model import Action, Base, Kind, Plan, State, is_promise
from gitstore.core.report import Listener, Outcome, Report
from gitstore.core.versions import Same, Version, compare, content_only, merged
from gitstore.repo.changing import changing
from gitstore.repo.locating import check_left, check_vacant, end_link, make_link, remember_link
from gitstore.repo.project import Project
from gitstore.repo.roots import spare_of
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, View, within
from gitstore.shell.digests import Digests

SAMPLE = 16
"""With `--quick`, so many objects are read whole; the others are held against the size alone."""

_AT_A_TIME = 64  # files read between two steps of the progress


@dataclass(frozen=True, slots=True)
class Existing:
    """What is there already.

    Attributes:
        directory: where, as typed; a file for a data path that is one object.
        quick: read a sample only.
    """

    directory: str
    quick: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look at the directory has found, by object path."""

    stats: Mapping[str, Stat]
    read: Mapping[str, Version]


def link_existing(
    project: Project,
    selections: Sequence[Selection],
    existing: Existing,
    listener: Listener | None = None,
) -> tuple[Report, ...]:
    """Hold a directory against the pointer; if it is what was recorded, link it.

    Where anything differs nothing is linked, and the report has every difference.

    Raises:
        UsageError: anything but one whole data path was named.
        PathRefused: there is no such directory, or it lies in the work tree.
    """
    if len(selections) != 1 or selections[0].paths:
        raise UsageError(
            "--existing is about one whole data path",
            hint=f"git storage stage --existing {shlex.quote(existing.directory)} PATH",
        )
    selection = selections[0]
    place = _place(project, selection, existing)
    with changing(project, "stage", listener) as session:
        link = project.git.top / selection.data.path
        before = session.state.location(selection.data.path)
        if before != Location(str(place), Owner.OTHERS):
            check_left(link, before)
            check_vacant(link, place)
        live = selection.data.live  # then what the storage holds now is what they have to be
        view = session.listed_view(selection) if live else session.recorded_view(selection)
        tree = _tree(project, selection, place)
        found = _looked(session, tree, view, existing)
        plan = Plan(selection.data.path, "stage", tuple(_decided(view, found)))
        if not plan.of(Kind.REFUSE):
            _linked(session, view, found, place)
        done = [] if plan.of(Kind.REFUSE) else [Outcome(action) for action in plan.actions]
        return (Report(plan, tuple(done)),)


def unlink_existing(session: Session, selection: Selection) -> Report:
    """`unstage` of what others keep: only the link and the bases go, and only all of them.

    Nothing is looked at, so that a link to what is away can be ended, too.

    Raises:
        UsageError: a part was named.
    """
    data_path = selection.data.path
    if selection.paths:
        raise UsageError(
            f"{data_path} is linked as a whole, so it is unstaged as a whole",
            hint=f"git storage unstage {shlex.quote(data_path)}",
        )
    bases = session.state.bases(data_path)
    actions = tuple(
        Action(Kind.FORGET, "stays where others keep it", "Sc6", State(path, base=base))
        for path, (_, base) in sorted(bases.items())
    )
    source = session.project.source(selection.data)
    session.state.set_bases(data_path, source, dict.fromkeys(bases))
    end_link(session, data_path)
    return Report(Plan(data_path, "unstage", actions), tuple(Outcome(a) for a in actions))


def _place(project: Project, selection: Selection, existing: Existing) -> Path:
    place, single = Path(existing.directory).resolve(), selection.data.single
    if not (place.is_file() if single else place.is_dir()):
        what = "file" if single else "directory"
        hint = f"git storage stage {shlex.quote(str(project.git.top / selection.data.path))}"
        raise PathRefused(f"{existing.directory} is no {what} here", hint=f"{hint}  # copies")
    top = project.git.top.resolve()
    if place.is_relative_to(top) or top.is_relative_to(place):
        raise PathRefused(
            f"{place} and the work tree lie in one another",
            hint="what is at the data path already, 'git storage stage' recognises",
        )
    return place


def _tree(project: Project, selection: Selection, place: Path) -> LentTree:
    data, location = selection.data, Location(str(place), Owner.OTHERS)
    # Looked at before it is linked: so the place stands for its own link.
    return LentTree(place, place, spare_of(project.git, data, location), data.single)


def _looked(session: Session, tree: LentTree, view: View, existing: Existing) -> _Found:
    inside, entries = within(view.selection), view.entries
    scan = tree.look()
    if scan.problems:
        raise LocalFailure(
            f"{existing.directory}/{scan.problems[0].path}: {scan.problems[0].reason}",
            hint=f"git storage stage {shlex.quote(view.selection.data.path)}  # copies instead",
        )
    stats = {path: stat for path, stat in scan.files.items() if inside(path)}
    alike = [p for p, v in entries.items() if p in stats and stats[p].size == v.size]
    todo = _sample(alike) if existing.quick else alike
    digests = Digests(tree, session.state, view.selection.data.path)
    plan = Plan(view.selection.data.path, "stage", ())
    session.listener.begin(plan, len(todo), sum(stats[path].size for path in todo))
    read: dict[str, Version] = {}
    try:
        for at in range(0, len(todo), _AT_A_TIME):
            now = digests.read(todo[at : at + _AT_A_TIME])
            read |= {path: version for path, (_, version) in now.items()}
            session.listener.advance(sum(version.size for _, version in now.values()))
    finally:
        session.listener.end()
    return _Found(stats, read)


def _sample(paths: Iterable[str]) -> list[str]:
    """A few paths that nobody has chosen, and always the same ones."""
    return sorted(paths, key=lambda path: hashlib.sha256(path.encode()).digest())[:SAMPLE]


def _decided(view: View, found: _Found) -> Iterable[Action]:
    for path, entry in sorted(view.entries.items()):
        stat, local = found.stats.get(path), found.read.get(path)
        size = None if stat is None else Version(stat.size)
        state = State(path, pointer=entry, local=local or size)
        wrong = _wrong(entry, stat, local)
        if wrong is not None:
            yield Action(Kind.REFUSE, wrong, "Sc6", state)
        elif local is not None and compare(local, entry) is Same.EQUAL:
            yield Action(Kind.ADOPT, "the recorded bytes", "B1", state)
        elif local is not None:
            reason = "of the recorded size; no checksum is recorded"
            yield Action(Kind.ADOPT, reason, "Sc6", state)
        else:
            yield Action(Kind.ADOPT, "of the recorded size; not in the sample", "Sc6", state)


def _wrong(entry: Version, stat: Stat | None, local: Version | None) -> str | None:
    if stat is None:
        return "is not there"
    if stat.size != entry.size:
        return f"has {stat.size:,} bytes there, and {entry.size:,} are recorded"
    if local is None or compare(local, entry) is not Same.DIFFERENT:
        return None
    return f"has other bytes there: {_spelled(local)}, and {_spelled(entry)} is recorded"


def _spelled(v: Version) -> str:
    return next((each[:23] for each in v.ids), "no checksum")


def _linked(session: Session, view: View, found: _Found, place: Path) -> None:
    """Note what was found equal, or taken for it, and make the link."""
    data_path = view.selection.data.path
    bases: dict[str, Base | None] = {}
    accepted: dict[str, tuple[int, int] | None] = {}
    for path, entry in view.entries.items():
        if is_promise(entry):
            continue  # recorded, and not known to be on the storage: no base (rule B4)
        local = found.read.get(path)
        if local is not None and compare(local, entry) is Same.EQUAL:
            bases[path] = Base(merged(entry, content_only(local)))
            continue
        bases[path] = Base(entry)
        accepted[path] = found.stats[path].size, found.stats[path].mtime_ns
    link = session.project.git.top / data_path
    make_link(link, place)
    remember_link(session, data_path, Location(str(place), Owner.OTHERS))
    session.ignore(data_path)
    session.state.set_wanted(data_path, ())
    session.state.set_bases(data_path, session.project.source(view.selection.data), bases)
    session.state.set_accepted(data_path, accepted)
