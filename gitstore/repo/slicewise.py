"""`status` of a data path whose pointer has slices: slice by slice, and only where one has changed.

Comparing two hundred thousand objects takes seconds. So it is kept of every slice that nothing was
to be done with its objects, with fingerprints of all that this follows from: the slice, the local
files of its range of paths, what the state keeps of them and, where the storage was asked, what it
lists of them. As long as these stay, the same comparison would come to the same end. What is
compared is one batch of slices at a time, so that a million objects need not fit into memory.

Whatever is not plain (links, directories that cannot be read, data that lie elsewhere, a pointer
that git has merged) is left to who looks at a data path as a whole: then there is nothing found
here.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gitstore.adapters import cache_glances, marks, tracked
from gitstore.adapters.cache_glances import Glance, Part
from gitstore.adapters.state import WorkState
from gitstore.adapters.tree_runs import Cursor, File, Odd, Run, digest, runs
from gitstore.adapters.tree_walk import Root
from gitstore.core.cases import is_untouched
from gitstore.core.errors import FormatError
from gitstore.core.model import State
from gitstore.core.names import local_problem
from gitstore.core.pointer import MAX_PLAIN, Pointer, parse_slice, sliced_source
from gitstore.core.release import __version__
from gitstore.core.scope import wanted_matcher
from gitstore.core.slices import FIRST, Span, file_of
from gitstore.core.ticks import settles
from gitstore.core.versions import Version
from gitstore.repo.deciding import with_evidence_of
from gitstore.repo.roots import tree_of
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, View, within
from gitstore.repo.slicewise_listing import Listed
from gitstore.repo.slicewise_listing import digest as digest_of_listing
from gitstore.repo.viewing import Status, is_here, status_of
from gitstore.shell.digests import Digests
from gitstore.shell.survey import Listing, Request, Survey, impossible, is_plain, survey
from gitstore.shell.survey import Part as Neighbours

_AT_ONCE = 64  # slices of some 128 objects


@dataclass(frozen=True, slots=True)
class _Piece:
    """A slice that is to be compared.

    Attributes:
        span: its paths.
        entries: what it names.
        runs: the local files of these paths.
        about: what will be kept of it.
        listed: what the storage lists of these paths; None if it was not asked.
        settled_ns: whoever looked at the files later than this notices every later write.
    """

    span: Span
    entries: dict[str, Version]
    runs: Sequence[Run]
    about: Part
    listed: Mapping[str, Version] | None
    settled_ns: int


def looked(session: Session, selection: Selection, listed: Listing | None) -> Status | None:
    """The status of a whole data path with slices, in mode copy; None: look at it as a whole.

    It names only objects with which something is to be done.

    Args:
        listed: what the storage holds; None: it was not asked.
    """
    if listed is not None and listed.unnamed:
        return None
    try:
        return _Look(session, selection, listed).status()
    except (Odd, FormatError, OSError):
        return None  # who looks at it as a whole says what it is


class _Look:
    """One look at a data path.

    Raises:
        Odd: it is not plain.
    """

    def __init__(self, session: Session, selection: Selection, listed: Listing | None) -> None:
        project, data = session.project, selection.data
        self._session, self._selection, self._git = session, selection, project.git
        self._listed = None if listed is None else Listed(listed.objects)
        self._file = cache_glances.OFFLINE if listed is None else cache_glances.ASKED
        self._name = f"{data.path}.storage"
        main = tracked.read(self._git.top, self._name)
        source = None if main is None else sliced_source(main, self._name)
        tree = tree_of(self._git, data, None)
        # Of the clocks that stamp pointer and data, whichever is behind.
        self._clock = min(tree.clock_ns(), tree.machine_clock_ns())
        self._state = _State(session, selection)
        if source is None:
            raise Odd
        self._source = source
        self._common = _digest([__version__, repr(data), project.source(data), source])
        self._slices = _files_below(Root(self._git.top / f"{self._name}.d"))
        kept = cache_glances.glance(self._git.git_dir, data.path, self._file)
        self._before = kept if kept is not None and kept.common == self._common else None
        parts = () if self._before is None else self._before.parts
        self._known = {part.file: part for part in parts}
        self._same_state = self._before is not None and self._before.mark == self._state.mark
        self._local = Cursor(tree.runs())
        self._batch: list[_Piece] = []
        self._found = _Found()

    def status(self) -> Status:
        """What there is to be said of all objects."""
        opening: str | None = None
        file: str | None = FIRST
        while file is not None:
            opening = self._slice(file, opening)
            file = None if opening is None else file_of(opening)
        self._compare()
        found = self._found
        if self._slices or found.objects <= MAX_PLAIN:
            raise Odd  # the pointer is not as it should be
        self._keep()
        states = found.states
        if any(state.local is None for state in states):
            states = self._with_impossible(states)
        status = status_of(self._view(states))
        return replace(status, staged=found.staged, objects=found.objects, size=found.size)

    def _slice(self, file: str, opening: str | None) -> str | None:
        """Look at a slice; gives the path that opens the next one."""
        stat = self._slices.pop(file, None)
        if stat is None:
            raise Odd
        known = self._known.get(file)
        if known is not None and known.stat == [*stat[1:]]:
            span = Span(opening or "", known.until)
            taken = self._local.before(known.until)
            listed = self._listed_before(known.until)
            same = digest(taken) == known.files and _said(listed) == known.listed
            if same and (self._same_state or self._state.rows(span) == known.rows):
                self._compare()  # only neighbours are compared together
                self._found.add(known)
                return known.until
            entries, until = self._read(file, opening)
            if until != known.until:
                raise Odd  # somebody is just writing it
        else:
            entries, until = self._read(file, opening)
            span = Span(opening or "", until)
            taken = self._local.before(until)
            listed = self._listed_before(until)
        about = Part(
            *(file, until, [*stat[1:]], digest(taken), self._state.rows(span)),
            *(0, 0, 0, _said(listed)),
        )
        written = [stat, *(each for run in taken for each in run.files)]
        settled = max(settles(each[2], each[3]) for each in written)
        self._batch.append(_Piece(span, entries, taken, about, listed, settled))
        if len(self._batch) == _AT_ONCE:
            self._compare()
        return until

    def _listed_before(self, until: str | None) -> dict[str, Version] | None:
        return None if self._listed is None else self._listed.before(until)

    def _read(self, file: str, opening: str | None) -> tuple[dict[str, Version], str | None]:
        content = tracked.read(self._git.top, f"{self._name}.d/{file}")
        if content is None:
            raise Odd
        return parse_slice(content, self._name, file, opening)

    def _compare(self) -> None:
        """Compare the slices that wait for it."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        states = self._surveyed(batch)
        view = self._view([state for state in states if not is_untouched(state)])
        to_do = {state.path for state in _to_do(status_of(view))}
        start = 0
        for piece in batch:
            until = piece.span.until
            end = start
            while end < len(states) and (until is None or states[end].path < until):
                end += 1
            own, start = states[start:end], end
            part = piece.about._replace(
                staged=sum(map(is_here, own)),
                objects=len(piece.entries),
                size=sum(version.size for version in piece.entries.values()),
            )
            news = [state for state in own if state.path in to_do]
            # What facts can add to does not only follow from what is kept.
            lasts = piece.settled_ns <= self._clock and all(map(is_plain, own))
            self._found.add(part, news, lasting=lasts and not news)

    def _surveyed(self, batch: Sequence[_Piece]) -> tuple[State, ...]:
        span = Span(batch[0].span.first, batch[-1].span.until)
        entries = {path: v for piece in batch for path, v in piece.entries.items()}
        files = {path: stat for each in batch for run in each.runs for path, stat in run.stats()}
        if any(local_problem(path) is not None for path in files):
            raise Odd
        session, data = self._session, self._selection.data
        binding = session.binding(self._selection)
        wanted = wanted_matcher(session.state.wanted(data.path))
        pointer = Pointer(self._source, entries)
        neighbours = Neighbours(span, files)
        remote = None
        if self._listed is not None:
            remote = {path: v for piece in batch for path, v in (piece.listed or {}).items()}
        request = Request(pointer, within(self._selection), wanted, remote, part=neighbours)
        digests = Digests(binding.tree, session.state, data.path, session.keep_digests, span)
        states = survey(binding, request, digests).states
        if remote is None or all(map(is_plain, states)):
            return states
        return with_evidence_of(session, self._view(states)).survey.states

    def _view(self, states: Sequence[State]) -> View:
        binding = self._session.binding(self._selection)
        pointer = Pointer(self._source, {})
        found = Survey(tuple(states), {})
        return View(self._selection, binding, pointer, found, offline=self._listed is None)

    def _with_impossible(self, states: Sequence[State]) -> list[State]:
        """The states, with why objects cannot be files here, which takes the names of all."""
        data_path, covers = self._selection.data.path, within(self._selection)
        listed = self._listed
        paths = {*(self._session.state.staged_paths(data_path) if not listed else listed.paths)}
        opening: str | None = None
        file: str | None = FIRST
        while file is not None:
            entries, opening = self._read(file, opening)
            paths.update(entries)
            file = None if opening is None else file_of(opening)
        binding = self._session.binding(self._selection)
        why_not = impossible(binding, {path for path in paths if covers(path)})
        return [replace(state, impossible=why_not.get(state.path)) for state in states]

    def _keep(self) -> None:
        """Keep what was found, if that is new and nobody else has written meanwhile."""
        mark = self._state.still()
        if mark is None or not self._git.may_write:
            return
        now = Glance(self._common, mark, self._found.lasting)
        if now != self._before:
            cache_glances.keep(self._git.git_dir, self._selection.data.path, self._file, now)


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    staged: int = 0
    objects: int = 0
    size: int = 0
    states: list[State] = field(default_factory=list)
    lasting: list[Part] = field(default_factory=list)

    def add(self, part: Part, news: Sequence[State] = (), lasting: bool = True) -> None:
        """Add what a slice came to."""
        self.staged += part.staged
        self.objects += part.objects
        self.size += part.size
        self.states += news
        if lasting:
            self.lasting.append(part)


class _State:
    """What the state of a work tree keeps of a data path, and whether it has stayed the same."""

    def __init__(self, session: Session, selection: Selection) -> None:
        self._session, self._selection = session, selection
        self._file = session.project.git.git_dir / "storage" / "state.db"
        self._begun = False
        self._steady = True
        self._others: int | None = None
        mark = marks.of_database(self._file)
        if mark is None:
            raise Odd  # somebody is just writing it
        self.mark = list(mark)

    def rows(self, span: Span) -> str:
        """What changes with whatever is kept of some objects, but for the stat cache."""
        state = self._opened()
        return _digest(state.rows(self._selection.data.path, span))

    def still(self) -> list[object] | None:
        """The mark as it is now, if only this process has written since it was looked at."""
        mark = marks.of_database(self._file)
        if not self._begun:
            return list(mark) if mark is not None and list(mark) == self.mark else None
        # In this order: who writes between the two changes the number.
        unwritten = self._session.state.others() == self._others
        same_file = mark is not None and mark[-1:] == tuple(self.mark[-1:])
        return list(mark) if mark and self._steady and unwritten and same_file else None

    def _opened(self) -> WorkState:
        state = self._session.state
        if not self._begun:
            self._begun = True
            self._others = state.others()
            self._steady = marks.of_database(self._file) == tuple(self.mark)
            if state.location(self._selection.data.path) is not None:
                raise Odd
        return state


def _to_do(status: Status) -> Iterator[State]:
    found = (status.changes, status.incoming, status.missing, status.stage.conflicts)
    for actions in found:
        yield from (action.seen for action in actions)


def _files_below(root: Root) -> dict[str, File]:
    return {run.prefix + file[0]: file for run in runs(root) for file in run.files}


def _said(listed: Mapping[str, Version] | None) -> str:
    return "" if listed is None else digest_of_listing(listed)


def _digest(values: list[str] | tuple[object, ...]) -> str:
    # Version 2 has no references between objects, so that equal values give equal bytes.
    return hashlib.sha256(marshal.dumps(list(values), 2)).hexdigest()[:32]
