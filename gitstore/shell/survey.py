"""Asking git, disk and storage for the states that a plan is made of. Decides and moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitstore.adapters.tree import Problem, Stat
from gitstore.core.cases import is_untouched
from gitstore.core.model import Base, State, is_promise
from gitstore.core.names import clashes, local_problem, repositories, twins
from gitstore.core.pointer import Pointer
from gitstore.core.slices import Span
from gitstore.core.versions import Version, content_only, equal, has_place
from gitstore.shell.binding import Binding
from gitstore.shell.digests import Digests

if TYPE_CHECKING:
    from gitstore.core.store import Found

Within = Callable[[str], bool]

_ELSEWHERE = "elsewhere:1"


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring objects of a data path, looked at by themselves.

    What takes all names to tell (`impossible`) is not told of them.

    Attributes:
        span: their paths; the pointer of the request has the entries of these only.
        files: the local files of these paths.
    """

    span: Span
    files: Mapping[str, Stat]


@dataclass(frozen=True, slots=True)
class Request:
    """What a survey is asked for.

    Attributes:
        pointer: the pointer to hold against, already parsed.
        within: the scope: manifest patterns and the command's paths alike (rule Sc1).
        wanted: whether this work tree keeps an object locally.
        remote: the storage's listing by object path; None plans offline.
        unnamed: what the storage lists under a name that is no key.
        part: what is looked at; None: the whole data path.
    """

    pointer: Pointer
    within: Within
    wanted: Within
    remote: Mapping[str, Version] | None = None
    unnamed: tuple[Problem, ...] = ()
    part: Part | None = None

    @property
    def span(self) -> Span | None:
        """The paths that are looked at; None for all."""
        return None if self.part is None else self.part.span


@dataclass(frozen=True, slots=True)
class Listing:
    """What a storage lists of a data path.

    Attributes:
        objects: the objects in scope, by path.
        markers: folder markers that were passed over: keys of zero bytes that end in `/`, which
            consoles make, counted so that a command can say so.
        unnamed: what is there under a name that is no key, by its name as far as it can be shown.
    """

    objects: dict[str, Version]
    markers: tuple[str, ...] = ()
    unnamed: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """The states, and the local files as they were when looked at."""

    states: tuple[State, ...]
    stats: Mapping[str, Stat]


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sides of all objects in scope, by path."""

    pointer: Mapping[str, Version]
    bases: Mapping[str, Base]
    stats: Mapping[str, Stat]
    remote: Mapping[str, Version]


def listing(binding: Binding, within: Within) -> Listing:
    """What the storage holds for a data path.

    Raises:
        StoreError: the listing is not complete; nothing may be concluded from it (rule Sc2).
    """
    from gitstore.adapters.stores.probe import PREFIX  # late: `status` lists nothing

    if binding.data.single:
        found = binding.store().stat(binding.data.prefix)
        return Listing({} if found is None else {".": found})
    objects: dict[str, Version] = {}
    markers: list[str] = []
    unnamed: list[Problem] = []
    for one in binding.store().list(binding.data.prefix):
        path = binding.path(one.key)
        if one.key.startswith(PREFIX):
            continue  # another clone is just measuring what the storage can do
        if one.problem is not None:
            unnamed.append(Problem(path, one.problem))
        elif _is_marker(one, path):
            markers.append(one.key)
        elif within(path):
            objects[path] = one.version
    return Listing(objects, tuple(markers), tuple(unnamed))


def survey(binding: Binding, request: Request, digests: Digests) -> Survey:
    """The state of every object in scope.

    Args:
        binding: the data path and its two ends.
        request: what to look at.
        digests: identifies local files, by the stat cache or by reading them.
    """
    files, problems = _local_side(binding, request)
    stats = {p: s for p, s in files.items() if request.within(p)}
    pointer = _placed_entries(binding, request)
    bases = _placed_bases(binding, request)
    remote = request.remote
    if remote is None:
        # Bytes that were recorded or brought back here are work until a sync has given them.
        work = stats.keys() & binding.state.recorded(binding.data.path, request.span).keys()
        remote = _assumed_remote(bases, {p: v for p, v in pointer.items() if p not in work})
    sides = _Sides(pointer, bases, stats, remote)
    paths = sorted({*pointer, *bases, *stats, *remote})
    known = _facts_without_base(binding, sides)
    candidates = {p: (*_candidates(sides, p), *known.get(p, ())) for p in stats}
    taken = _accepted(binding, stats, bases)
    asked = {path: stat for path, stat in stats.items() if path not in taken}
    locals_ = digests.versions(asked, candidates) | taken
    states = _assembled(binding, request, sides, locals_, paths)
    problems = (*request.unnamed, *problems)
    return Survey(_with_problems(states, problems, request.within), stats)


def _local_side(
    binding: Binding, request: Request
) -> tuple[Mapping[str, Stat], tuple[Problem, ...]]:
    if binding.data.mode.value != "copy":  # rule Sc3
        return {}, ()
    if request.part is not None:
        return request.part.files, ()
    scan = binding.tree.scan()
    return scan.files, scan.problems


def _is_marker(one: Found, path: str) -> bool:
    return (path == "" or path.endswith("/")) and one.version.size == 0


def nowhere_else(v: Version) -> Version:
    """A version without the mark of identifiers that another storage issued (rule B5)."""
    return content_only(v) if _ELSEWHERE in v.ids else v


def _placed_entries(binding: Binding, request: Request) -> dict[str, Version]:
    here = request.pointer.source == binding.source
    entries = {p: v for p, v in request.pointer.entries.items() if request.within(p)}
    return entries if here else {p: _from_elsewhere(v) for p, v in entries.items()}


def _from_elsewhere(v: Version) -> Version:
    # Void place ids make no promise of what some other storage held: the mark is a kind that
    # nothing compares, and that no pointer is written with.
    if not has_place(v):
        return v
    return Version(v.size, (*content_only(v).ids, _ELSEWHERE))


def _placed_bases(binding: Binding, request: Request) -> dict[str, Base]:
    placed: dict[str, Base] = {}
    for path, (source, base) in binding.state.bases(binding.data.path, request.span).items():
        if not request.within(path):
            continue
        if source == binding.source:
            placed[path] = base
        else:
            placed[path] = replace(base, version=content_only(base.version))  # rule B5
    return placed


def _assumed_remote(
    bases: Mapping[str, Base], pointer: Mapping[str, Version]
) -> dict[str, Version]:
    # Offline, R is taken to be B; where nothing is staged, what the pointer saw last.
    seen = {path: v for path, v in pointer.items() if not is_promise(v)}
    return seen | {path: base.version for path, base in bases.items()}


def _facts_without_base(binding: Binding, sides: _Sides) -> dict[str, tuple[Version, ...]]:
    # A file that is one of these versions has it for its base (rule B4), so it must be looked at.
    keys = {binding.key(path): path for path in sides.stats if path not in sides.bases}
    facts = binding.facts.for_keys(binding.source, keys) if keys else {}
    return {keys[key]: versions for key, versions in facts.items()}


def _accepted(
    binding: Binding, stats: Mapping[str, Stat], bases: Mapping[str, Base]
) -> dict[str, Version]:
    """Files that others keep, and that are still what they were taken for."""
    known = binding.state.accepted(binding.data.path) if binding.lent else {}
    return {
        path: bases[path].version
        for path, was in known.items()
        if path in bases and path in stats and was == (stats[path].size, stats[path].mtime_ns)
    }


def _candidates(sides: _Sides, path: str) -> tuple[Version, ...]:
    base = sides.bases.get(path)
    found = (base.version if base else None, sides.pointer.get(path), sides.remote.get(path))
    return tuple(v for v in found if v is not None)


def _assembled(
    binding: Binding,
    request: Request,
    sides: _Sides,
    locals_: Mapping[str, Version],
    paths: Iterable[str],
) -> list[State]:
    recorded = binding.state.recorded(binding.data.path, request.span)
    whole = {*sides.pointer, *sides.remote} if request.part is None else set[str]()
    why_not = impossible(binding, whole)
    states = [
        State(
            path=path,
            pointer=sides.pointer.get(path),
            base=sides.bases.get(path),
            local=locals_.get(path),
            remote=sides.remote.get(path),
            wanted=path in sides.bases or request.wanted(path),
            void=request.pointer.source != binding.source,
            recorded=recorded.get(path),
            impossible=why_not.get(path),
        )
        for path in paths
    ]
    return _with_facts(binding, states)


def _with_facts(binding: Binding, states: list[State]) -> list[State]:
    unclear = {binding.key(s.path) for s in states if not is_plain(s)}
    if not unclear:
        return states
    facts = binding.facts.for_keys(binding.source, unclear)
    if not facts:
        return states
    return [replace(s, facts=facts.get(binding.key(s.path), ())) for s in states]


def is_plain(state: State) -> bool:
    """Whether the object is untouched on all sides, so that no fact can add anything."""
    if is_untouched(state):
        return True
    if state.base is None:
        return state.local is None and not is_promise(state.pointer)
    version = state.base.version
    others = (state.pointer, state.local, state.remote)
    return all(other is None or other == version or equal(other, version) for other in others)


def impossible(binding: Binding, paths: set[str]) -> dict[str, str]:
    """Which objects cannot be local files beside each other, and why not.

    Args:
        binding: the data path.
        paths: of all its objects.
    """
    if binding.data.single:
        return {}
    reasons = {**clashes(paths), **repositories(paths)}
    for path in paths:
        reason = local_problem(path)
        if reason is not None:
            reasons[path] = reason
    groups = twins(paths)
    if groups and binding.tree.folds_names():
        for group in groups:
            for path in group[1:]:
                reasons[path] = f"{group[0]} is the same name on this file system"
    return reasons


def _with_problems(
    states: list[State], problems: Iterable[Problem], within: Within
) -> tuple[State, ...]:
    found = list(problems)
    if not found:
        return tuple(states)
    known = {s.path for s in states}
    marked = [replace(s, problem=_problem_of(s.path, found)) for s in states]
    for problem in found:
        own = problem.path if problem.path and not problem.path.endswith("/") else None
        if own is not None and own not in known and within(own):
            marked.append(State(path=own, problem=problem.reason))
        elif own is None and not any(_covers(problem, s.path) for s in states):
            marked.append(State(path=problem.path or ".", problem=problem.reason))
    return tuple(marked)


def _problem_of(path: str, problems: Iterable[Problem]) -> str | None:
    return next((p.reason for p in problems if _covers(p, path)), None)


def _covers(problem: Problem, path: str) -> bool:
    if problem.path in ("", path):
        return True
    return problem.path.endswith("/") and path.startswith(problem.path)
