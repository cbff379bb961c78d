"""pre-commit: what must not enter git, as it is staged in the index."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitstore.adapters import git_changes as changing_git
from gitstore.adapters.git import Git
from gitstore.adapters.git_changes import Change
from gitstore.core.errors import FormatError, StorageError
from gitstore.core.manifest import EMPTY, Manifest, parse_manifest
from gitstore.core.model import Kind
from gitstore.core.pointer import parse
from gitstore.core.report import Report
from gitstore.core.secrets import secret_in_manifest, secret_in_pointer
from gitstore.core.versions import Version, equal
from gitstore.repo.hooking import Note, in_use
from gitstore.repo.project import MANIFEST, open_project
from gitstore.repo.selection import object_name
from gitstore.repo.session import reading
from gitstore.repo.settings import chosen_guard, chosen_wish
from gitstore.repo.syncing import record
from gitstore.shell.digests import Digests

_SUFFIX = ".storage"
_SLICES = ".storage.d/"
_FIRST_LINE = b"git-storage pointer "
_MANAGED = {".gitignore", ".gitattributes"}  # git reads no links of these names
_KINDS = {"120000": "a symbolic link", "160000": "a submodule"}
_AGAIN = "type the same once more if git says that there is nothing to commit"
_NAMED = 3  # of many paths, so many are named


def before_commit(start: Path) -> tuple[Note, ...]:
    """Look at what the next commit would hold; record first where the user wants that.

    The index is read through git, so that `commit -a` and `commit -- PATH` are seen as they are.
    """
    git = Git.find(start)
    alone = not changing_git.staged(git)
    notes = tuple(_unrecorded(git, alone))
    changes = changing_git.staged(git)
    return (*notes, *_refused(git, changes), *_large(git, changes))


def before_merge(start: Path) -> tuple[Note, ...]:
    """Look at what a merge is about to commit, as others have committed it already.

    Work that is not recorded, and large files, are no matter of a merge.
    """
    git = Git.find(start)
    return tuple(_refused(git, changing_git.staged(git)))


def _refused(git: Git, changes: Sequence[Change]) -> Iterator[Note]:
    manifest, wrong = _staged_manifest(git)
    yield from wrong
    yield from _links(changes, manifest)
    yield from _pointers(git, changes, manifest)
    yield from _forced(changes, manifest)


def _staged_manifest(git: Git) -> tuple[Manifest, list[Note]]:
    blob = git.index_files(MANIFEST).get(MANIFEST)
    if blob is None:
        return EMPTY, []
    text = git.blobs([blob])[0].decode(errors="surrogateescape")
    line = secret_in_manifest(text)
    if line is not None:
        return EMPTY, [_secret(MANIFEST, line)]
    try:
        return parse_manifest(text, MANIFEST), []
    except FormatError as error:
        return EMPTY, [Note(error.message, error.hint or f"edit {MANIFEST}, then git add it")]


def _links(changes: Sequence[Change], manifest: Manifest) -> Iterator[Note]:
    """What is read as a file, and would come from wherever a link leads."""
    ours = {MANIFEST}
    if manifest.data:
        ours |= _MANAGED
    for data_path in manifest.data:
        ours |= {data_path + _SUFFIX, data_path + _SLICES.removesuffix("/")}
    for change in changes:
        name = pointer_name(change.path)
        if change.gone or change.regular or not {change.path, name} & ours:
            continue
        yield Note(
            f"{change.path} is not a file but {_KINDS.get(change.mode, 'something else')}",
            f"git restore --staged -- {shlex.quote(change.path)}",
        )


def _pointers(git: Git, changes: Sequence[Change], manifest: Manifest) -> Iterator[Note]:
    names = dict.fromkeys(n for n in (pointer_name(c.path) for c in changes) if n is not None)
    for name in names:
        blobs = git.index_files(name) | git.index_files(f"{name}.d")
        if name not in blobs:
            continue  # removed with its data path, or the manifest's reader will say so
        contents = dict(zip(blobs, git.blobs(list(blobs.values())), strict=True))
        known = name.removesuffix(_SUFFIX) in manifest.data
        if not known and not contents[name].startswith(_FIRST_LINE):
            continue  # somebody else's file of that name
        yield from _pointer(name, contents)


def _pointer(name: str, contents: dict[str, bytes]) -> Iterator[Note]:
    for file, content in contents.items():
        line = secret_in_pointer(content.decode(errors="surrogateescape"))
        if line is not None:
            yield _secret(file, line)
    parts = {"" if f == name else f[len(name) + 3 :]: c for f, c in contents.items()}
    try:
        parse(parts, name)
    except FormatError as error:
        yield Note(error.message, error.hint or f"git restore --staged {shlex.quote(name)}")


def pointer_name(path: str) -> str | None:
    """The pointer that a file of a tree belongs to, itself or one of its slices, or None."""
    if _SLICES in path:
        return path.partition(_SLICES)[0] + _SUFFIX
    return path if path.endswith(_SUFFIX) else None


def _secret(name: str, line: int) -> Note:
    return Note(
        f"{name}:{line}: the line holds what looks like a secret",
        f"take it out, then: git add {shlex.quote(name)}",
    )


def _forced(changes: Sequence[Change], manifest: Manifest) -> Iterator[Note]:
    for data_path in manifest.data:
        inside = changing_git.below(changes, data_path)
        if inside:
            yield Note(
                f"{named(inside)} would enter git, but {data_path} is in a storage",
                f"git rm -r --cached -- {shlex.quote(data_path)}",
            )


def _large(git: Git, changes: Sequence[Change]) -> Iterator[Note]:
    done = chosen_guard(git)
    if not done:
        return
    files = [c for c in changes if c.regular]
    sizes = changing_git.sizes(git, [c.blob for c in files])
    for change in files:
        size = sizes.get(change.blob, 0)
        if size > done:
            yield Note(
                f"{change.path} has {size:,} bytes, and storage.largeFileGuard is {done:,}",
                "git storage add URL --to PATH  # keeps it in a storage;"
                " git commit --no-verify takes it as it is",
            )


def _unrecorded(git: Git, alone: bool) -> Iterator[Note]:
    records = chosen_wish(git, "storage.autoRecord")
    warns = chosen_wish(git, "storage.warnUnrecorded")
    if not (records or warns) or not in_use(git):
        return
    if records and not _partial():
        yield from _recorded(git, _AGAIN if alone else None)
        return
    try:
        found = changed_and_not_recorded(git.top)
    except StorageError as error:
        yield Note(error.message, error.hint, stops=False)
        return
    if found:
        yield Note(f"{named(found)} changed and is not recorded", "git storage record", False)


def _partial() -> bool:
    # `git commit -- PATH` takes the paths alone: what is added to its index is in the commit, but
    # is not in the index that the user goes on with.
    return Path(os.environ.get("GIT_INDEX_FILE", "")).name.startswith("next-index-")


def _recorded(git: Git, again: str | None) -> Iterator[Note]:
    try:
        reports = record(open_project(git.top), ())
    except StorageError as error:
        # Not recorded is not lost: the files stay what they are.
        yield Note(f"nothing was recorded: {error.message}", error.hint, stops=False)
        return
    for report in reports:
        yield from _told(report, again)


def _told(report: Report, again: str | None) -> Iterator[Note]:
    done = [object_name(report.plan.data_path, a.path) for a in report.plan.of(Kind.RECORD)]
    if done:
        yield Note(f"recorded {named(done)}", again, stops=False, warns=False)
    refused = [object_name(report.plan.data_path, a.path) for a in report.plan.of(Kind.REFUSE)]
    if refused:
        yield Note(f"{named(refused)} is not recorded", "git storage status", stops=False)


def changed_and_not_recorded(top: Path) -> list[str]:
    """Staged files whose bytes no pointer names, as far as a look at their times and sizes tells.

    No file is read: a commit must not wait for terabytes.
    """
    project = open_project(top)
    found: list[str] = []
    with reading(project, keep_digests=False) as session:
        for data in project.manifest.data.values():
            bases = session.state.bases(data.path)
            if not bases or data.live:
                continue  # nothing staged, or no pointer that could name it
            binding = project.binding(data, session.state, session.facts)
            if binding.lent:
                continue  # what others change there is not recorded here
            tree = binding.tree
            # Without candidates nothing is read: a file is what the stat cache says, or unknown.
            local = Digests(tree, session.state, data.path, keep=False).versions(
                tree.scan().files, {}
            )
            edited = {
                path: version
                for path, version in local.items()
                if path not in bases or not _plainly(version, bases[path][1].version)
            }
            if not edited:
                continue  # most commits: then the pointer is not read
            entries = project.pointer(data).entries
            for path, version in sorted(edited.items()):
                base = bases[path][1].version if path in bases else None
                if not equal(version, entries.get(path)) and not equal(version, base):
                    found.append(object_name(data.path, path))
    return found


def _plainly(version: Version, base: Version) -> bool:
    """Whether a file is what it was staged as, by the one identifier that the stat cache has."""
    return version.sha256 is not None and version.sha256 == base.sha256


def named(paths: Sequence[str]) -> str:
    """The first few of many paths, as one phrase."""
    some = ", ".join(paths[:_NAMED])
    return some if len(paths) <= _NAMED else f"{some} and {len(paths) - _NAMED:,} more"
