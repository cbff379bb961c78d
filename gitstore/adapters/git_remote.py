"""Another project's repository, read without a clone: one commit, its names, and single files.

Through dulwich, because the git binary has no command for it. Of a server with partial clones only
commit and directories come first, then each file when it is asked for; of another one the files of
that one commit come, too. A directory of this machine is read where it is. Nothing is kept.
"""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from gitstore.adapters.git_credential import fill
from gitstore.core.credentials import Slot
from gitstore.core.errors import (
    Denied,
    NotARepository,
    StorageError,
    UnknownName,
    Unreachable,
    UsageError,
)

MOST = 256 << 20  # bytes of a repository that are read at most; a server may send any number
_TIMEOUT = 60.0  # seconds
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REGULAR = frozenset({0o100644, 0o100755})
_DIRECTORY = 0o040000
_SCHEMES = ("https", "http", "ssh", "git", "file")
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!/?/)")


@dataclass(frozen=True, slots=True)
class RemoteCommit:
    """One commit of another repository.

    Attributes:
        url: of the repository, as it may be shown.
        commit: the full id.
    """

    url: str
    commit: str
    _objects: Any
    _bring: Callable[[Sequence[bytes]], None]

    def files(self, prefix: str) -> dict[str, str]:
        """The regular files at or below a path, with their blob ids; costs no request."""
        found = self._entry(prefix)
        if found is None:
            return {}
        mode, sha = found
        if mode in _REGULAR:
            return {prefix: sha.decode()}
        return dict(self._below(prefix, sha)) if mode == _DIRECTORY else {}

    def blobs(self, ids: Sequence[str]) -> list[bytes]:
        """The contents of blobs, in the order asked for; one request for those that are new.

        Raises:
            StorageError: they cannot be had.
        """
        wanted = [blob.encode() for blob in ids]
        missing = [blob for blob in dict.fromkeys(wanted) if blob not in self._objects]
        if missing:
            self._bring(missing)
        with _said(self.url):
            return [self._objects[blob].as_raw_string() for blob in wanted]

    def _entry(self, path: str) -> tuple[int, bytes] | None:
        with _said(self.url):
            tree: Any = self._objects[self._objects[self.commit.encode()].tree]
            try:
                mode, sha = tree.lookup_path(self._objects.__getitem__, path.encode())
            except KeyError:
                return None
            return mode, sha

    def _below(self, prefix: str, tree: bytes) -> Iterator[tuple[str, str]]:
        directory: Any = self._objects[tree]
        for name, mode, sha in directory.items():
            path = f"{prefix}/{name.decode(errors='surrogateescape')}"
            if mode == _DIRECTORY:
                yield from self._below(path, sha)
            elif mode in _REGULAR:
                yield path, sha.decode()


def is_url(repo: str) -> bool:
    """Whether this names a repository elsewhere, and no directory."""
    return "://" in repo or (_SCP.match(repo) is not None and not Path(repo).exists())


def is_bare(directory: Path) -> bool:
    """Whether a directory is a repository without a work tree."""
    return (directory / "HEAD").is_file() and (directory / "objects").is_dir()


def remote_commit(url: str, revision: str | None, where: Path) -> RemoteCommit:
    """A commit of another repository.

    Args:
        url: as `git clone` takes it; or a directory with a bare repository.
        revision: a branch, a tag or a full id; None means what a clone would check out.
        where: a directory whose git configuration says which credential helpers there are.

    Raises:
        UnknownName: there is no such commit.
        NotARepository: there is no repository.
        Denied: it wants credentials that nobody has here.
        Unreachable: it cannot be read.
    """
    named(url)
    local = url.removeprefix("file://") if url.startswith("file://") else url
    if local != url or not is_url(url):
        return _local(Path(local).resolve(), revision)
    try:
        return _remote(url, revision, {})
    except _Unauthorized as error:
        known = _credentials(url, where)
        if known is None:
            raise _denied(url) from error
        try:
            return _remote(url, revision, known)
        except _Unauthorized as again:
            raise _denied(url) from again


def named(url: str) -> str:
    """A repository as it may be shown and remembered: without the name and the secret of a user.

    Raises:
        UsageError: no repository has such a name.
    """
    if not url or not url.isprintable():
        raise UsageError("the URL of a repository holds characters that cannot be printed")
    scheme, colons, _ = url.partition("://")
    if (colons and scheme not in _SCHEMES) or "::" in url:
        told = f"repositories are read over {', '.join(_SCHEMES)}, not by {url}"
        raise UsageError(told, hint=f"git clone {shlex.quote(url)}")
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@", r"\1", url)


class _Unauthorized(Exception):
    """The server wants other credentials."""


def _local(directory: Path, revision: str | None) -> RemoteCommit:
    from dulwich.errors import NotGitRepository
    from dulwich.objectspec import parse_commit
    from dulwich.repo import Repo

    try:
        repo = Repo(str(directory))
    except (NotGitRepository, OSError) as error:
        raise NotARepository(f"{directory} is no git repository") from error

    def bring(ids: Sequence[bytes]) -> None:
        raise StorageError(f"{directory} has not got {ids[0].decode()}", hint="git fsck")

    with _said(str(directory)):
        try:
            commit = parse_commit(repo, revision or "HEAD").id.decode()
        except (KeyError, ValueError) as error:
            raise _unknown(str(directory), revision) from error
    return RemoteCommit(str(directory), commit, repo.object_store, bring)


def _remote(url: str, revision: str | None, known: dict[str, str]) -> RemoteCommit:
    from dulwich.object_store import MemoryObjectStore

    objects: Any = MemoryObjectStore()
    fetch = _Fetch(url, known, objects)
    name = named(url)
    with _said(name):
        commit = fetch.named(revision)
        if commit is None:
            raise _unknown(name, revision)
        try:
            fetch([commit], depth=1)
            found: Any = objects[commit]
        except KeyError as error:
            raise _unknown(name, revision) from error
        while found.type_name == b"tag":
            found = objects[found.object[1]]
    return RemoteCommit(name, found.id.decode(), objects, fetch.bring)


class _Fetch:
    """Brings objects of a repository into a store of objects."""

    def __init__(self, url: str, known: dict[str, str], objects: Any) -> None:
        from dulwich.client import default_urllib3_manager, get_transport_and_path
        from dulwich.config import StackedConfig

        options: dict[str, Any] = dict(known)
        config = StackedConfig.default()
        if url.startswith("http"):
            options["pool_manager"] = default_urllib3_manager(
                config, timeout=_TIMEOUT, base_url=url
            )
        self._url = named(url)
        # What it finds worth a warning is said here by an error, or is none: it is no program.
        logging.getLogger("dulwich").addHandler(logging.NullHandler())
        with _said(self._url):
            self._client, path = get_transport_and_path(url, config=config, **options)
        self._path: Any = path
        self._objects = objects
        self._size = 0
        self._lock = Lock()

    def named(self, revision: str | None) -> bytes | None:
        """The commit or the tag that a revision names, or None."""
        if revision is not None and _COMMIT.fullmatch(revision):
            return revision.encode()
        said = self._client.get_refs(
            self._path, ref_prefix=[b"HEAD", b"refs/heads/", b"refs/tags/"]
        )
        refs: Any = getattr(said, "refs", said)
        word = (revision or "HEAD").encode()
        names = (word, b"refs/tags/" + word, b"refs/heads/" + word)
        return next((refs[name] for name in names if refs.get(name)), None)

    def bring(self, ids: Sequence[bytes]) -> None:
        """Bring blobs.

        Raises:
            StorageError: they cannot be had.
        """
        with self._lock, _said(self._url):
            self(ids)

    def __call__(self, ids: Sequence[bytes], depth: int | None = None) -> None:
        """Bring these objects; with a depth, commits and their directories."""
        file, commit, abort = self._objects.add_pack()

        def kept(data: bytes) -> int:
            self._size += len(data)
            if self._size > MOST:
                told = f"{self._url} sends more than {MOST >> 20} MiB of its repository"
                raise StorageError(told, hint=f"git clone {shlex.quote(self._url)}")
            file.write(data)
            return len(data)

        def wants(refs: Any, depth: int | None = None) -> Any:  # noqa: ARG001 - dulwich's own
            return list(ids)

        try:
            self._client.fetch_pack(
                self._path,
                wants,
                _NothingHere(),
                kept,
                depth=depth,
                filter_spec=None if depth is None else b"blob:none",
                ref_prefix=[b"HEAD"],
            )
            commit()
        except BaseException:
            abort()
            raise


class _NothingHere:
    """What dulwich asks about the objects that are here already: there are none."""

    shallow: frozenset[bytes] = frozenset()
    unshallow: frozenset[bytes] = frozenset()

    def __next__(self) -> None:
        return None

    def ack(self, sha: bytes) -> None:
        """Nothing was offered."""

    def nak(self) -> None:
        """Nothing was offered."""

    def update_shallow(self, new_shallow: object, new_unshallow: object) -> None:
        """Nothing is kept."""


@contextmanager
def _said(url: str) -> Iterator[None]:
    """What goes wrong in dulwich, in our words."""
    from dulwich.client import HTTPProxyUnauthorized, HTTPUnauthorized, StrangeHostname
    from dulwich.errors import (
        ApplyDeltaError,
        ChecksumMismatch,
        FileFormatException,
        GitProtocolError,
        NotGitRepository,
        ObjectMissing,
    )
    from urllib3.exceptions import HTTPError

    try:
        yield
    except HTTPUnauthorized as error:
        raise _Unauthorized from error
    except NotGitRepository as error:
        raise NotARepository(f"there is no git repository at {url}") from error
    except (GitProtocolError, HTTPProxyUnauthorized, StrangeHostname, HTTPError, OSError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        told = f"the repository {url} cannot be read: {told}"
        raise Unreachable(told, hint=f"git ls-remote {shlex.quote(url)}") from error
    except (ApplyDeltaError, ChecksumMismatch, FileFormatException, ObjectMissing) as error:
        told = f"what the repository {url} sends cannot be understood"
        raise Unreachable(told, hint=f"git clone {shlex.quote(url)}") from error


def _credentials(url: str, where: Path) -> dict[str, str] | None:
    parts = urlsplit(url)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    kept = fill(Slot(parts.scheme, host, parts.path.lstrip("/")), where)
    return None if kept is None else {"username": kept[0], "password": kept[1]}


def _denied(url: str) -> Denied:
    return Denied(
        f"the repository {named(url)} wants credentials, and git's helpers have none that it takes",
        hint=f"git ls-remote {shlex.quote(named(url))}  # asks for them",
    )


def _unknown(url: str, revision: str | None) -> UnknownName:
    if revision is None:
        return UnknownName(f"the repository {url} has no commit yet")
    return UnknownName(
        f"the repository {url} has no branch, tag or full commit id {revision}",
        hint=f"git ls-remote {shlex.quote(url)}",
    )
