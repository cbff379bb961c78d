"""pre-push: no pointer is pushed that promises bytes which the storage does not hold."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.adapters import git_changes as changes
from gitstore.adapters.facts import Facts
from gitstore.adapters.git import Git
from gitstore.adapters.git_changes import Change, Push
from gitstore.core.errors import FormatError, StorageError, Untrusted
from gitstore.core.manifest import EMPTY, DataPath, Manifest, parse_manifest
from gitstore.core.model import UNDECIDED, Kind, is_promise
from gitstore.core.pointer import Pointer
from gitstore.core.report import Listener
from gitstore.core.trust import Right
from gitstore.core.versions import Version
from gitstore.repo.changing import changing
from gitstore.repo.deciding import decision, with_evidence_of
from gitstore.repo.hooking import Note, in_use
from gitstore.repo.hooking_commit import named, pointer_name
from gitstore.repo.leaving import let_go
from gitstore.repo.project import MANIFEST, Project, open_project
from gitstore.repo.selection import Selection, object_name
from gitstore.repo.session import Session, reading
from gitstore.repo.settings import PrePush, chosen_pre_push
from gitstore.shell.abilities import measured
from gitstore.shell.holding import Answers, asked_for

if TYPE_CHECKING:
    from gitstore.shell.opening import Destination

_COMMITS = 200  # of a push, so many are looked at behind its tips
_NAMED = 5
_WITHOUT = "git -c storage.prePush=off push"
_GO_ON = f"{_WITHOUT}  # goes on without asking"
Versions = Mapping[str, Version]


@dataclass(frozen=True, slots=True)
class _Brought:
    """The promises of one data path that a push brings.

    Attributes:
        project: as it is in the pushed commit.
        data: the data path, as its manifest describes it.
        tip: the commit.
        base: what the remote has, or None.
        promises: by object path.
        pointer: of the tip.
    """

    project: Project
    data: DataPath
    tip: str
    base: str | None
    pointer: Pointer
    promises: Versions = field(default_factory=dict)

    @property
    def destination(self) -> Destination:
        """The storage."""
        return self.project.destination(self.project.storage(self.data.storage))

    def named(self, path: str) -> str:
        """An object as a user would type it."""
        return object_name(self.data.path, path)


def before_push(
    start: Path, remote: str, lines: str, listener: Listener | None = None
) -> tuple[Note, ...]:
    """Look at the promises that a push brings, and at nothing else.

    Args:
        start: a directory of the work tree that pushes.
        remote: the remote's name, `''` when it has none.
        lines: what git says on the standard input of pre-push.
        listener: is told how an upload goes, if the user wants uploads (`storage.prePush`).
    """
    git = Git.find(start)
    wish = chosen_pre_push(git)
    if wish is PrePush.OFF:
        return ()
    notes: list[Note] = []
    brought: list[_Brought] = []
    for push in changes.pushes(lines):
        found, wrong = _brought(git, push, remote)
        brought += [one for one in found if one.promises]
        notes += wrong
        for one in found:
            notes += _lost_on_the_way(one)
    if wish is PrePush.UPLOAD and brought:
        notes += _uploaded(git, brought, listener)
    # Branches that are pushed together bring the same commits.
    return tuple(dict.fromkeys((*notes, *_not_held(brought))))


def _brought(git: Git, push: Push, remote: str) -> tuple[list[_Brought], list[Note]]:
    tip = changes.tip_of(git, push)
    if tip is None:
        return [], []
    base = changes.base_of(git, push, remote)
    old = base or changes.empty_tree(git)
    changed = changes.between(git, old, tip)
    names = {pointer_name(c.path) for c in changed}
    found: list[_Brought] = []
    wrong: list[Note] = []
    try:
        project = Project(git, "", _manifest(git, tip))
    except StorageError as error:
        return [], [Note(f"in {tip[:12]}: {error.message}", _GO_ON)]
    for data in project.manifest.data.values():
        wrong += _tracked(changed, data.path)
        if f"{data.path}.storage" not in names:
            continue
        try:
            one = _promised(project, data, tip, base)
        except StorageError as error:
            wrong.append(Note(f"in {tip[:12]}: {error.message}", _GO_ON))
        else:
            found += [] if one is None else [one]
    return found, wrong


def _tracked(changed: Sequence[Change], data_path: str) -> Iterator[Note]:
    """Bytes of a storage that would be in git for good; a cherry-pick asks no hook before this."""
    inside = changes.below(changed, data_path)
    if inside:
        yield Note(
            f"{named(inside)} would be pushed, but {data_path} is in a storage",
            f"git rm -r --cached -- {shlex.quote(data_path)}  # then commit; or: {_WITHOUT}",
        )


def _manifest(git: Git, commit: str) -> Manifest:
    blob = git.files(commit, MANIFEST).get(MANIFEST)
    if blob is None:
        return EMPTY
    return parse_manifest(git.blobs([blob])[0].decode(errors="surrogateescape"), MANIFEST)


def _promised(project: Project, data: DataPath, tip: str, base: str | None) -> _Brought | None:
    new = project.pointer_at(data, tip)
    if new is None:
        return None
    known = {} if base is None else _entries(project, data, base)
    promises = {p: v for p, v in new.entries.items() if is_promise(v) and known.get(p) != v}
    return _Brought(project, data, tip, base, new, promises)


def _entries(project: Project, data: DataPath, commit: str) -> Versions:
    try:
        old = project.pointer_at(data, commit)
    except FormatError:
        return {}  # what was pushed broken is judged as if it had not been pushed
    return {} if old is None else old.entries


def _not_held(brought: Iterable[_Brought]) -> Iterator[Note]:
    asked: set[tuple[str, str, Version]] = set()
    silent: dict[str, list[tuple[str, StorageError]]] = {}
    for one in brought:
        source = one.project.source(one.data)
        new = {p: v for p, v in one.promises.items() if (source, p, v) not in asked}
        asked |= {(source, path, version) for path, version in new.items()}
        try:
            _refuse_unasked(one)
            with reading(one.project) as session:
                binding = one.project.binding(one.data, session.state, session.facts)
                answers = asked_for(binding, new)
        except StorageError as error:
            answers = Answers({}, dict.fromkeys(new, error))
        broken = [f"{one.named(path)} {why}" for path, why in answers.broken.items()]
        yield from _listed(broken, one.data.path)
        unknown = silent.setdefault(one.data.storage, [])
        unknown += [(one.named(path), error) for path, error in answers.unknown.items()]
    for storage, unknown in silent.items():
        if unknown:
            yield _silent(storage, unknown)


def _refuse_unasked(one: _Brought) -> None:
    """Raise `Untrusted` in a clone that has nothing to do with a storage so far.

    Public data needs no approval, but no push makes the first request for it.
    """
    if not in_use(one.project.git) and _right(one) is None:
        from gitstore.shell.opening import untrusted

        raise untrusted(one.destination, Right.READ)


def _right(one: _Brought) -> Right | None:
    return one.project.access.right(one.destination.approved_as)


def _listed(broken: Sequence[str], data_path: str) -> Iterator[Note]:
    some = list(broken[:_NAMED])
    if len(broken) > _NAMED:
        some.append(f"and {len(broken) - _NAMED:,} more of {data_path}")
    yield from (Note(text) for text in some[:-1])
    yield from (Note(text, "git storage sync") for text in some[-1:])


def _silent(storage: str, unknown: Sequence[tuple[str, StorageError]]) -> Note:
    """One line for a storage, however many of its objects it said nothing about."""
    name, error = unknown[0]
    named = name if len(unknown) == 1 else f"{name} and {len(unknown) - 1:,} more"
    if isinstance(error, Untrusted):
        return Note(
            f"{named} is only promised, and nobody was asked for it: {error.message}",
            f"{error.hint}  # then push again; or: {_WITHOUT}",
        )
    return Note(
        f"{storage} does not say whether it holds {named}: {error.message}",
        f"git storage doctor {shlex.quote(storage)}  # says more; or: {_WITHOUT}",
    )


def _lost_on_the_way(one: _Brought) -> Iterator[Note]:
    """Promises of commits before the tip whose bytes neither the tip nor any fact knows."""
    project, data = one.project, one.data
    kept = {version.sha256 for version in one.pointer.entries.values()}
    already = set(_entries(project, data, one.base).values()) if one.base else set()
    gone: dict[tuple[str, str], str] = {}
    for commit in changes.commits(project.git, one.base, one.tip, _COMMITS):
        for path, version in _entries(project, data, commit).items():
            sha256 = version.sha256
            unknown = is_promise(version) and sha256 not in kept and version not in already
            if unknown and sha256 is not None:
                gone[path, sha256] = commit
    if not gone:
        return
    with Facts.open(project.git.common_dir) as facts:
        known = facts.for_keys(project.source(data), {_key(data, path) for path, _ in gone})
    uploaded = {version.sha256 for versions in known.values() for version in versions}
    lost = {path: commit for (path, sha256), commit in gone.items() if sha256 not in uploaded}
    if lost:
        path, commit = next(iter(lost.items()))
        yield Note(
            f"{one.named(path)} of {commit[:12]} was recorded, changed again and never uploaded"
            + (f", as were {len(lost) - 1:,} more" if len(lost) > 1 else ""),
            stops=False,
        )


def _key(data: DataPath, path: str) -> str:
    return data.prefix if data.single else data.prefix + path


def _uploaded(git: Git, brought: Iterable[_Brought], listener: Listener | None) -> list[Note]:
    """Give what is promised and still here, as `sync` would; the pointers are left alone.

    What is pushed names these bytes already; place ids come into the pointer by the next sync.
    """
    try:
        project = open_project(git.top)
        with changing(project, "push", listener) as session:
            return [note for one in brought for note in _tried(session, one)]
    except StorageError as error:
        return [Note(f"nothing was uploaded: {error.message}", error.hint)]


def _tried(session: Session, one: _Brought) -> list[Note]:
    """Give what one data path promises; whatever hinders that hinders no other one."""
    if _right(one) is None:
        return []  # nobody may ask there, which is said of the promises
    try:
        return list(_given(session, one))
    except StorageError as error:
        told = f"nothing of {one.data.path} was uploaded: {error.message}"
        return [Note(told, error.hint)]


def _given(session: Session, one: _Brought) -> Iterator[Note]:
    project = session.project
    data = project.manifest.data.get(one.data.path)
    if data is None or project.source(data) != one.project.source(one.data):
        return  # of a branch whose data is not here
    view = with_evidence_of(session, session.listed_view(Selection(data)))
    states = [
        s
        for s in view.survey.states
        if s.path in one.promises
        and s.local is not None
        and s.local.sha256 == one.promises[s.path].sha256
    ]
    view = view.with_states(states)
    plan = view.plan("sync", decision(view))
    for action in plan.of(*UNDECIDED):
        yield Note(f"{one.named(action.path)}: {action.reason}", "git storage sync")
    gifts = plan.of(Kind.GIVE)
    if gifts:
        plan = replace(plan, actions=gifts)
        ((view, plan),) = let_go(session, [(view, plan)])
        measured(view.binding.store(), session.facts)
        view = replace(view, binding=session.binding(view.selection))
        session.execute(plan, view)
