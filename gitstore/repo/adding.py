"""`add` and `forget`: describe a storage and the data path that it feeds, or no longer."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gitstore.adapters import tracked
from gitstore.adapters.stores.registry import providers
from gitstore.core.blocks import ignored_paths, with_attributes, with_ignored
from gitstore.core.data_path import problem
from gitstore.core.errors import (
    BadUrl,
    Denied,
    FormatError,
    Missing,
    NoCredentials,
    PathRefused,
    StoreError,
    UnknownName,
    Unreachable,
    UsageError,
)
from gitstore.core.manifest import Access, DataPath, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    add_data_path,
    add_storage,
    remove_data_path,
    remove_storage,
)
from gitstore.core.place import Place
from gitstore.core.pointer import Pointer, pointer
from gitstore.core.s3_services import perhaps_a_host, with_endpoint
from gitstore.core.trust import Right
from gitstore.core.urls import SCHEMES
from gitstore.repo.changing import changing, require_free_index
from gitstore.repo.keeping import tell_of_losses
from gitstore.repo.locating import end_links
from gitstore.repo.project import MANIFEST, Project
from gitstore.repo.selection import Selection, below_top
from gitstore.repo.session import Session, within
from gitstore.repo.trusting import trust_typed
from gitstore.repo.unmounting import end_mounts
from gitstore.shell.survey import Listing, listing

IGNORE = ".gitignore"
ATTRIBUTES = ".gitattributes"
_RIGHTS = {Access.READ: Right.READ, Access.WRITE: Right.WRITE}
_ELSEWHERE = "choose another path: --to PATH"


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` has described.

    Attributes:
        storage: the manifest's storage.
        place: what its URL was understood to be.
        data: the data path, or None when there is none yet.
        objects: how many objects the pointer names.
        size: how many bytes they have.
        markers: folder markers that were passed over.
        unnamed: what is there under a name that is no key, with the reason.
    """

    storage: StorageSpec
    place: Place
    data: DataPath | None = None
    objects: int = 0
    size: int = 0
    markers: tuple[str, ...] = ()
    unnamed: tuple[tuple[str, str], ...] = ()


def add(project: Project, spec: StorageSpec, data: DataPath | None) -> Added:
    """Describe a storage and, with a data path, take one listing of what is there.

    Nothing is downloaded. Manifest, pointer and ignore rules are written and told to git's index,
    so that a plain `git commit` takes them.

    Args:
        project: where.
        spec: the storage; a name that is described already must mean the same place.
        data: the data path to feed, or None to describe the storage only.

    Raises:
        PathRefused: the data path cannot be one.
        BadUrl: the URL cannot be understood.
        StoreError: the storage does not answer, or there is no such place.
    """
    spec = with_endpoint(_provided(spec), project.manifest.storages.values())
    place = spec.place()
    _check_storage(project, spec)
    if spec.name not in project.manifest.storages:
        # Who types a URL approves it; a name alone may stand for what somebody else has written.
        project = replace(project, typed=(spec,))
    require_free_index(project)
    with changing(project, "add") as session, _telling_what_was_read(spec):
        if data is None:
            _answers(session, spec)
            _write_manifest(session, {**_texts(project), MANIFEST: _described(project, spec, None)})
            trust_typed(project, spec, Right.WRITE)
            return Added(spec, place)
        check_data_path(project, data)
        _check_not_itself(project, place, data)
        spec, data, listed = _looked_up(session, spec, data)
        text = _described(project, spec, data)
        after = {**_texts(project), MANIFEST: text}
        manifest = parse_manifest(text, MANIFEST)
        after[IGNORE] = with_ignored(after[IGNORE], list(manifest.data))
        after[ATTRIBUTES] = with_attributes(after[ATTRIBUTES])
        session.project = replace(session.project, text=text, manifest=manifest)
        new = pointer(session.project.source(data), listed.objects)
        _forget_other_source(session, data)
        _write_described(session, data, new, after)
        trust_typed(session.project, spec, _RIGHTS[data.access])
        session.project.trust.know(data)
        binding = session.binding(Selection(data))
        tell_of_losses(session, binding, next(map(binding.key, listed.objects), None))
        size = sum(v.size for v in listed.objects.values())
        unnamed = tuple((each.path, each.reason) for each in listed.unnamed)
        number = len(listed.objects)
        return Added(spec, spec.place(), data, number, size, listed.markers, unnamed)


def forget(project: Project, name: str) -> tuple[str, ...]:
    """Describe a storage or data path no more. Neither the storage nor a local file is touched.

    The files stay ignored by git in this clone (`info/exclude`). Those that lie elsewhere stay
    there; only the link to them goes.

    Returns:
        The data paths that are no longer described.

    Raises:
        UnknownName: it is neither a storage nor a data path.
    """
    path = below_top(name, project.where)
    with changing(project, "forget") as session:
        if path in project.manifest.data:
            gone: Sequence[str] = (path,)
            text = remove_data_path(project.text, path)
        elif name in project.manifest.storages:
            gone = tuple(d.path for d in project.manifest.data.values() if d.storage == name)
            text = project.text
            for data_path in gone:
                text = remove_data_path(text, data_path)
            text = remove_storage(text, name)
        else:
            raise UnknownName(
                f"{name} is neither a storage nor a data path",
                hint="git storage ls  # lists both",
            )
        end_mounts(project, gone)
        end_links(session, gone)
        _forget_files(session, gone, text)
        return tuple(gone)


def check_data_path(project: Project, data: DataPath) -> None:
    """Whether a path can be, and hold, a data path.

    Raises:
        PathRefused: it is in `.git`, in or around another, through a link, in a submodule, holds
            tracked files, or its pointer or the manifest is ignored by git.
    """
    git, path = project.git, data.path
    wrong = problem(path)
    if wrong is not None:
        wrong = "it is the top level of the work tree" if path == "." else f"it {wrong}"
        raise PathRefused(f"{path} cannot be a data path: {wrong}", hint=_ELSEWHERE)
    for other in project.manifest.data:
        if path == other:
            hint = f"git storage ls {shlex.quote(path)}"
            raise PathRefused(f"{path} is a data path already", hint=hint)
        if path.startswith(other + "/") or other.startswith(path + "/"):
            inner, outer = sorted((path, other), key=len, reverse=True)
            raise PathRefused(
                f"{inner} lies in {outer}: data paths share no files", hint=_ELSEWHERE
            )
    _check_no_link(git.top, path)
    if git.is_submodule_path(path):
        raise PathRefused(f"{path} is in a submodule", hint="run the command in the submodule")
    held = git.tracked(path)
    if held:
        raise PathRefused(
            f"{path} holds files that git tracks, e.g. {held[0]}",
            hint=f"git rm -r --cached -- {shlex.quote(path)}",
        )
    for name in (MANIFEST, path + ".storage"):
        rule = git.ignored_by(name)
        if rule is not None:
            raise PathRefused(
                f"git would ignore {name} because of {rule}",
                hint="remove that rule, or choose another path",
            )


def _check_not_itself(project: Project, place: Place, data: DataPath) -> None:
    """Whether a directory storage and a data path are apart: neither may hold the other."""
    if place.root is None:
        return
    top = project.git.top.resolve()
    storage, here = (top / place.root).resolve(), (top / data.path).resolve()
    if here.is_relative_to(storage) or storage.is_relative_to(here):
        raise PathRefused(
            f"the data path {data.path} and the storage {place.identity} lie in one another",
            hint="choose a directory outside of this work tree",
        )


def _provided(spec: StorageSpec) -> StorageSpec:
    """The storage with its provider named, if its scheme is that of an installed package."""
    scheme, mark, _ = spec.url.partition("://")
    if not mark or scheme.lower() in SCHEMES or scheme.lower() not in providers():
        return spec
    return replace(spec, provider=scheme.lower())


def _check_storage(project: Project, spec: StorageSpec) -> None:
    known = project.manifest.storages.get(spec.name)
    if known is not None and known.place().identity != spec.place().identity:
        raise UsageError(
            f"storage {spec.name} is {known.url} already",
            hint=f"choose another name, or: git storage forget {spec.name}",
        )


def _check_no_link(top: Path, path: str) -> None:
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        step = top.joinpath(*parts[:depth])
        if step.is_symlink():
            raise PathRefused(
                f"{path} cannot be a data path: {'/'.join(parts[:depth])} is a symbolic link",
                hint=_ELSEWHERE,
            )
        if depth < len(parts) and step.exists() and not step.is_dir():
            raise PathRefused(
                f"{path} cannot be a data path: {'/'.join(parts[:depth])} is a file",
                hint=_ELSEWHERE,
            )


@contextmanager
def _telling_what_was_read(spec: StorageSpec) -> Iterator[None]:
    """A bucket that does not answer may be a server that somebody meant."""
    try:
        yield
    except (Missing, Denied, NoCredentials, Unreachable) as error:
        instead = perhaps_a_host(spec)
        if instead is not None:
            hints = [error.hint, instead] if error.hint else [instead]
            raise type(error)(error.message, key=error.key, hint="; ".join(hints)) from error
        raise


def _answers(session: Session, spec: StorageSpec) -> None:
    store = session.project.open_store(spec, session.facts)
    for _ in islice(store.list(""), 1):
        return


def _looked_up(
    session: Session, spec: StorageSpec, data: DataPath
) -> tuple[StorageSpec, DataPath, Listing]:
    """The listing; a URL that names one object becomes its directory and a prefix."""
    try:
        listed = _listed(session, spec, data)
    except Missing:
        if _one_object(session, spec, data) is None:
            raise
        listed = Listing({})
    if listed == Listing({}):
        single = _one_object(session, spec, data)
        if single is not None:
            listed = _listed(session, *single)
            spec, data = single
    return spec, data, listed


def _listed(session: Session, spec: StorageSpec, data: DataPath) -> Listing:
    text = _described(session.project, spec, data)
    project = replace(session.project, text=text, manifest=parse_manifest(text, MANIFEST))
    binding = project.binding(data, session.state, session.facts)
    return listing(binding, within(Selection(data)))


def _one_object(
    session: Session, spec: StorageSpec, data: DataPath
) -> tuple[StorageSpec, DataPath] | None:
    """The storage and data path that a URL of one object means, if there is such an object."""
    known = spec.name in session.project.manifest.storages
    url, _, name = spec.url.rstrip("/").rpartition("/")
    if data.prefix or known or not name or not spec.place().prefix:
        return None
    above = replace(spec, url=url)
    session.project = replace(session.project, typed=(*session.project.typed, above))
    try:
        found = session.project.open_store(above, session.facts).stat(name)
    except (StoreError, BadUrl):
        return None
    return None if found is None else (above, replace(data, prefix=name))


def _described(project: Project, spec: StorageSpec, data: DataPath | None) -> str:
    """The manifest's text with the description in it.

    Raises:
        UsageError: the storage cannot be described like that.
        PathRefused: the data path cannot.
    """
    text = project.text
    try:
        if spec.name not in project.manifest.storages:
            text = add_storage(text, spec)
    except FormatError as error:
        raise UsageError(_without_line(error), hint=error.hint) from error
    try:
        return text if data is None else add_data_path(text, data)
    except FormatError as error:
        raise PathRefused(_without_line(error), hint=error.hint) from error


def _without_line(error: FormatError) -> str:
    """What is wrong, without the line: the text that it is a line of is never written."""
    return error.message.removeprefix(f"{error.source}:{error.line}: ")


def _texts(project: Project) -> dict[str, str]:
    return {name: _text(project.git.top, name) for name in (IGNORE, ATTRIBUTES)}


def _text(top: Path, name: str) -> str:
    content = tracked.read(top, name)
    return "" if content is None else content.decode(errors="surrogateescape")


def _write_manifest(session: Session, after: Mapping[str, str]) -> None:
    project = session.project
    top = project.git.top
    changed: dict[str, bytes | None] = {}
    before: dict[str, bytes | None] = {}
    for name, text in after.items():
        content = text.encode(errors="surrogateescape")
        old = tracked.read(top, name)
        if content != (old or b""):
            before[name] = old
            changed[name] = content or None
    if not changed:
        return
    tracked.write_all(top, project.redo_log, changed)
    session.note_files("", before, {n: c for n, c in changed.items() if c is not None})
    project.git.add(tuple(changed))


def _forget_other_source(session: Session, data: DataPath) -> None:
    # What is known of the path from a former description holds for its storage only; described as
    # before, it holds again.
    source = session.project.source(data)
    known = session.state.bases(data.path).values()
    if any(before != source for before, _ in known):
        session.state.drop_data_path(data.path)


def _write_described(
    session: Session, data: DataPath, new: Pointer, after: Mapping[str, str]
) -> None:
    # The pointer first: a manifest without its pointer would be a project that cannot be read.
    binding = session.binding(Selection(data))
    session.ignore(data.path)
    if not data.live:
        session.write_pointer(binding, new)
    _write_manifest(session, after)


def _forget_files(session: Session, gone: Sequence[str], text: str) -> None:
    project = session.project
    pointers: dict[str, bytes | None] = {}
    for data_path in gone:
        pointers |= project.pointer_files(project.manifest.data[data_path])
    after = _texts(project)
    left = [p for p in ignored_paths(after[IGNORE]) if p not in gone]
    after[IGNORE] = with_ignored(after[IGNORE], left)
    session.note_files("", pointers, {})
    _write_manifest(session, {**after, MANIFEST: text})
    if pointers:
        tracked.write_all(project.git.top, project.redo_log, dict.fromkeys(pointers))
        project.git.add(tuple(pointers))
