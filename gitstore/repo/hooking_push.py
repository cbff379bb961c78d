"""pre-push: no pointer is pushed that promises bytes which the storage does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from gitstore.adapters import git_changes as changes
from gitstore.adapters.facts import Facts
from gitstore.adapters.git import Git
from gitstore.adapters.git_changes import Push
from gitstore.core.errors import FormatError, StorageError
from gitstore.core.manifest import EMPTY, DataPath, Manifest, parse_manifest
from gitstore.core.model import UNDECIDED, Kind, is_promise
from gitstore.core.pointer import Pointer
from gitstore.core.report import Listener
from gitstore.core.versions import Version
from gitstore.repo.hooking import Note
from gitstore.repo.hooking_commit import pointer_name
from gitstore.repo.project import MANIFEST, Project, open_project
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, changing, reading
from gitstore.repo.syncing import decision, with_evidence_of
from gitstore.shell.abilities import measured
from gitstore.shell.holding import not_held

_COMMITS = 200  # of a push, so many are looked at behind its tips
_NAMED = 5
_GO_ON = "or push without this check: git push --no-verify"
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

    def named(self, path: str) -> str:
        """An object as a user would type it."""
        return self.data.path if path == "." else f"{self.data.path}/{path}"


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
    wish = git.config("storage.prePush")
    if wish == "off":
        return ()
    notes: list[Note] = []
    brought: list[_Brought] = []
    for push in changes.pushes(lines):
        found, wrong = _brought(git, push, remote)
        brought += [one for one in found if one.promises]
        notes += wrong
        for one in found:
            notes += _lost_on_the_way(one)
    if wish == "upload" and brought:
        notes += _uploaded(git, brought, listener)
    return (*notes, *_not_held(brought))


def _brought(git: Git, push: Push, remote: str) -> tuple[list[_Brought], list[Note]]:
    tip = changes.tip_of(git, push)
    if tip is None:
        return [], []
    base = changes.base_of(git, push, remote)
    old = base or changes.empty_tree(git)
    names = {pointer_name(c.path) for c in changes.between(git, old, tip)} - {None}
    if not names:
        return [], []
    found: list[_Brought] = []
    wrong: list[Note] = []
    try:
        project = Project(git, "", _manifest(git, tip))
    except StorageError as error:
        return [], [Note(f"in {tip[:12]}: {error.message}", _GO_ON)]
    for data in project.manifest.data.values():
        if f"{data.path}.storage" not in names:
            continue
        try:
            one = _promised(project, data, tip, base)
        except StorageError as error:
            wrong.append(Note(f"in {tip[:12]}: {error.message}", _GO_ON))
        else:
            found += [] if one is None else [one]
    return found, wrong


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
    for one in brought:
        source = one.project.source(one.data)
        new = {p: v for p, v in one.promises.items() if (source, p, v) not in asked}
        asked |= {(source, path, version) for path, version in new.items()}
        try:
            with reading(one.project) as session:
                binding = one.project.binding(one.data, session.state, session.facts)
                reasons = not_held(binding, new)
        except StorageError as error:
            yield Note(f"{one.data.path} cannot be asked for: {error.message}", _GO_ON)
            continue
        for path, why in islice(reasons.items(), _NAMED):
            yield Note(f"{one.named(path)} {why}", "git storage sync")
        if len(reasons) > _NAMED:
            yield Note(f"and {len(reasons) - _NAMED:,} more of {one.data.path}", _GO_ON)


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
            return [note for one in brought for note in _given(session, one)]
    except StorageError as error:
        return [Note(f"nothing was uploaded: {error.message}", error.hint)]


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
        measured(view.binding.store(), session.facts)
        view = replace(view, binding=session.binding(view.selection))
        session.execute(replace(plan, actions=gifts), view)
