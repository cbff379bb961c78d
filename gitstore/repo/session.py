"""A session: one operation on a project, with the lock, the state and the trash it needs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from gitstore.adapters.facts import Facts
from gitstore.adapters.state import WorkState
from gitstore.adapters.tree import TrashBag
from gitstore.core.blocks import ignored_paths, with_ignored
from gitstore.core.errors import Changed, Missing, PathRefused
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.model import Plan, State
from gitstore.core.plan import Decide, planned
from gitstore.core.pointer import Pointer, pointer
from gitstore.core.report import Listener, Outcome, Report, Silent
from gitstore.core.scope import Scope, matcher, wanted_matcher
from gitstore.core.versions import Version, content_only
from gitstore.repo.project import Project
from gitstore.repo.roots import spare_of
from gitstore.repo.selection import Selection
from gitstore.shell.binding import Binding
from gitstore.shell.digests import Digests
from gitstore.shell.survey import Listing, Request, Survey, listing, nowhere_else, survey


@dataclass(frozen=True, slots=True)
class View:
    """One selected data path, looked at.

    Attributes:
        selection: what the command asked for.
        binding: its two ends.
        pointer: as it was when the survey began.
        survey: the states of all objects in scope, and the files.
        markers: folder markers that the listing passed over.
        offline: whether R was taken to be B.
    """

    selection: Selection
    binding: Binding
    pointer: Pointer
    survey: Survey
    markers: tuple[str, ...] = ()
    offline: bool = True

    @property
    def entries(self) -> dict[str, Version]:
        """The pointer's entries, without what another storage issued (rule B5)."""
        if self.pointer.source == self.binding.source:
            return dict(self.pointer.entries)
        return {path: content_only(version) for path, version in self.pointer.entries.items()}

    def plan(self, verb: str, decide: Decide) -> Plan:
        """The plan that a table makes of this view."""
        states = self.survey.states
        return replace(planned(self.binding.data.path, verb, states, decide), offline=self.offline)

    def covers(self, path: str) -> bool:
        """Whether an object is in the scope that was looked at."""
        return within(self.selection)(path)

    def with_states(self, states: Sequence[State]) -> View:
        """The same view with other states, e.g. with erasures asked for."""
        return replace(self, survey=replace(self.survey, states=tuple(states)))


@dataclass(slots=True)
class Session:
    """What one operation works with. Made by `reading` and `changing`."""

    project: Project
    state: WorkState
    facts: Facts
    listener: Listener = field(default_factory=Silent)
    operation: int | None = None
    verb: str = ""
    jobs: int | None = None
    keep_digests: bool = True
    bag: str = ""

    def offline_view(self, selection: Selection, patterns: tuple[str, ...] | None = None) -> View:
        """Look at a selected data path without asking the storage.

        Args:
            patterns: the wanted patterns to assume instead of the ones of this work tree.

        Raises:
            FormatError: the pointer cannot be read.
            PathRefused: it is no copy any more, but was not unstaged (rule Sc3).
        """
        return self._view(selection, None, patterns)

    def told_view(self, selection: Selection, patterns: tuple[str, ...] | None = None) -> View:
        """Look at a selected data path as its pointer tells, or of live data the storage.

        Raises: as `offline_view` and `listed_view` do.
        """
        if selection.data.live:
            return self.listed_view(selection, patterns)
        return self.offline_view(selection, patterns)

    def listed_view(self, selection: Selection, patterns: tuple[str, ...] | None = None) -> View:
        """Look at a selected data path and list its storage.

        Args:
            patterns: the wanted patterns to assume instead of the ones of this work tree.

        Raises:
            StoreError: the listing failed; nothing may be concluded from it.
            FormatError: the pointer cannot be read.
            PathRefused: it is no copy any more, but was not unstaged (rule Sc3).
        """
        return self.view_beside(selection, self.listed(selection), patterns)

    def listed(self, selection: Selection) -> Listing:
        """What the storage holds for a selected data path.

        Raises:
            StoreError: the listing failed; nothing may be concluded from it.
        """
        return listing(self.binding(selection), within(selection))

    def view_beside(
        self, selection: Selection, listed: Listing, patterns: tuple[str, ...] | None = None
    ) -> View:
        """Look at a selected data path whose storage has been listed.

        Raises: as `listed_view` does, but for what the listing raises.
        """
        return replace(self._view(selection, listed, patterns), markers=listed.markers)

    def recorded_view(self, selection: Selection) -> View:
        """What the pointer says of a selected data path; neither disk nor storage is looked at."""
        binding = self.binding(selection)
        return View(selection, binding, self._pointer(binding, None), Survey((), {}))

    def _view(
        self,
        selection: Selection,
        listed: Listing | None,
        patterns: tuple[str, ...] | None,
    ) -> View:
        binding = self.binding(selection)
        old = self._pointer(binding, listed)
        if selection.data.mode is not Mode.COPY:
            self._refuse_copies(selection.data)
            patterns = ()
        elif patterns is None:
            patterns = self.state.wanted(selection.data.path)
        self._leave_scope(binding)
        remote, unnamed = (None, ()) if listed is None else (listed.objects, listed.unnamed)
        request = Request(old, within(selection), wanted_matcher(patterns), remote, unnamed)
        digests = Digests(binding.tree, self.state, selection.data.path, self.keep_digests)
        found = survey(binding, request, digests)
        return View(selection, binding, old, found, offline=remote is None)

    def _pointer(self, binding: Binding, listed: Listing | None) -> Pointer:
        """P; of live data, what the storage holds, or offline what is taken for it."""
        data = binding.data
        if not data.live:
            return self.project.pointer(data)
        if listed is not None:
            return pointer(binding.source, listed.objects)
        bases = self.state.bases(data.path).items()
        seen = {
            path: base.version if source == binding.source else content_only(base.version)
            for path, (source, base) in bases
        }
        return pointer(binding.source, seen)

    def _refuse_copies(self, data: DataPath) -> None:
        """Refuse a data path in another mode that has not been left cleanly (rule Sc3).

        What was staged would look as if somebody had removed it, and edits would not be seen.
        """
        if any(not base.erase for _, base in self.state.bases(data.path).values()):
            key = shlex.quote(f"storage.{data.path}.mode=copy")
            raise PathRefused(
                f"{data.path} is in mode {data.mode.value} now, but its copies are still here",
                hint=f"git -c {key} storage unstage {shlex.quote(data.path)}",
            )

    def _leave_scope(self, binding: Binding) -> None:
        """Rule B3: what the manifest no longer covers is no longer staged."""
        if self.operation is None:
            return
        covers, data_path = within(Selection(binding.data)), binding.data.path
        left = [path for path in self.state.staged_paths(data_path) if not covers(path)]
        if left:
            self.state.set_bases(data_path, binding.source, dict.fromkeys(left))

    def ignore(self, data_path: str) -> None:
        """Ignore a data path in this clone too, whatever branch is checked out."""
        exclude = self.project.git.exclude_file()
        # Byte for byte: the other lines are the user's, in whatever encoding.
        old = exclude.read_bytes() if exclude.exists() else b""
        before = old.decode(errors="surrogateescape")
        after = with_ignored(before, [*ignored_paths(before), data_path])
        if after != before:
            exclude.parent.mkdir(parents=True, exist_ok=True)
            exclude.write_bytes(after.encode(errors="surrogateescape"))

    def binding(self, selection: Selection) -> Binding:
        """The two ends of a selected data path."""
        return self.project.binding(selection.data, self.state, self.facts)

    def execute(self, plan: Plan, view: View) -> Report:
        """Carry out a plan made of a view; the pointer is written by the caller."""
        # Late: whoever only looks needs none of it.
        from gitstore.shell.transfer import Task, execute

        task = Task(
            binding=view.binding,
            stats=view.survey.stats,
            trash=self.trash(view.binding),
            operation=self.operation or 0,
            listener=self.listener,
            jobs=self.jobs or self.project.jobs(view.binding.data),
        )
        view.binding.tree.sweep()
        try:
            report = execute(plan, task)
        finally:
            self._know_root(view.binding, plan.verb)
        return replace(report, outcomes=tuple(self._traced(plan, o) for o in report.outcomes))

    def _traced(self, plan: Plan, outcome: Outcome) -> Outcome:
        """A recorded version that is nowhere, with the commit that recorded it (rule F4)."""
        failure, line = outcome.failure, outcome.action.seen.pointer
        if not isinstance(failure, Missing) or line is None or not line.ids:
            return outcome
        by = self.project.git.who_added(f"{plan.data_path}.storage", line.ids[0])
        if by is None:
            return outcome
        told = Missing(f"{failure.message}; recorded by {by}", key=failure.key, hint=failure.hint)
        return replace(outcome, failure=told)

    def _know_root(self, binding: Binding, verb: str) -> None:
        # Only staging fills a directory, so that only it makes another one the right one (Sc2).
        data_path, now = binding.data.path, binding.tree.root_id()
        if data_path not in self.state.staged_data_paths():
            self.state.set_root(data_path, None)
        elif now is not None and (verb == "stage" or self.state.root(data_path) is None):
            self.state.set_root(data_path, now)

    def trash(self, binding: Binding, bag: str | None = None) -> TrashBag:
        """Where an operation's replaced and removed files of a data path are kept.

        Args:
            bag: the operation's bag; None means this operation.
        """
        spare = spare_of(self.project.git, binding.data, binding.location)
        return TrashBag(spare / "trash" / (bag or self.bag) / binding.data.path)

    def write_entries(self, view: View, entries: Mapping[str, Version]) -> bool:
        """Write a data path's pointer with these entries, if that changes anything.

        Raises:
            Changed: it is no longer the pointer that was looked at.
        """
        if view.selection.data.live:
            return False
        if entries and view.pointer == Pointer(view.binding.source, entries):
            return False  # most often so, and to read and spell all of it takes its time
        name = f"{view.selection.data.path}.storage"
        if self.project.pointer(view.selection.data) != view.pointer:
            raise Changed(
                f"{name} changed meanwhile, so it was left alone",
                hint="git storage sync  # to write it for what is checked out now",
            )
        clean = {path: nowhere_else(version) for path, version in entries.items()}
        return self.write_pointer(view.binding, pointer(view.binding.source, clean))

    def write_pointer(self, binding: Binding, new: Pointer) -> bool:
        """Write a data path's pointer, keep the old one for undo, tell git's index."""
        before = self.project.pointer_files(binding.data)
        changed = self.project.write_pointer(binding.data, new)
        if not changed:
            return False
        after = self.project.pointer_files(binding.data)
        self.note_files(binding.data.path, {n: before.get(n) for n in changed}, after)
        self.project.git.add(changed)
        return True

    def note_files(
        self, data_path: str, before: Mapping[str, bytes | None], after: Mapping[str, bytes]
    ) -> None:
        """Keep what tracked files were before this operation, for undo."""
        if self.operation is None:
            return
        from gitstore.adapters.state_values import Effect  # late: whoever only looks has none

        details = {
            name: {"before": _text(old), "after": _text(after.get(name))}
            for name, old in before.items()
        }
        effects = [Effect(data_path, "file", name, detail) for name, detail in details.items()]
        self.state.add_effects(self.operation, effects)

    def note(self, data_path: str, kind: str, detail: Mapping[str, object]) -> None:
        """Keep one effect for undo that is not about a file."""
        if self.operation is not None:
            from gitstore.adapters.state_values import Effect

            self.state.add_effects(self.operation, [Effect(data_path, kind, "", dict(detail))])


@contextmanager
def reading(project: Project, keep_digests: bool = True) -> Iterator[Session]:
    """A session that changes nothing but, perhaps, the stat cache."""
    with ExitStack() as stack:
        state = stack.enter_context(WorkState.open(project.git.git_dir))
        facts = stack.enter_context(Facts.open(project.git.common_dir))
        keep = keep_digests and project.git.may_write
        yield Session(project, state, facts, keep_digests=keep)


def entries_after(
    view: View, report: Report, after: Callable[..., Version | None]
) -> dict[str, Version]:
    """The pointer's entries once a report's actions have succeeded or failed.

    Args:
        view: what was looked at; entries out of its scope stay as they are.
        report: what came of the plan.
        after: `core.plan.pointer_after`.
    """
    entries = view.entries
    failed = {o.action.path for o in report.failures}
    made = {o.action.path: o.made for o in report.outcomes}
    for action in report.plan.actions:
        if action.path in failed or (action.seen.problem is not None):
            continue
        entry = after(action, made.get(action.path))
        if entry is None:
            entries.pop(action.path, None)
        else:
            entries[action.path] = entry
    return entries


def within(selection: Selection) -> Callable[[str], bool]:
    """The scope of a selection: the manifest's patterns and the command's paths (rule Sc1)."""
    data = selection.data
    if data.single:
        return lambda path: path == "."
    return matcher(Scope(include=data.include, exclude=data.exclude, paths=selection.paths))


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="surrogateescape")
