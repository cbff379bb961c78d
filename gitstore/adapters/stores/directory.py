"""A directory, on a local disk or a file server, as a storage.

Objects are the regular files below the root; their keys are their relative paths. What is not a
regular file is not an object: symbolic links, devices and sockets are neither listed nor read nor
replaced, and nothing outside the root is ever reached through them. Directories that become empty
stay, because people made them. The only identifier is `mtime:<seconds>.<nine digits>`; see
`directory_time` for when it is believed.

Creating is atomic. Replacing and erasing look right before they act, under a lock that keeps other
processes of ours out where the file system has locks; people who write by other means are kept out
only by the look. A process killed in the middle of creating an object leaves nothing; in the middle
of replacing one, at most a `.git-storage-tmp-*` file, which goes when the same object is written
again. File systems without nameless files (NFS) may keep such a file after a kill, and those
without hard links perhaps an empty object.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.stores import directory_time as clock
from gitstore.adapters.stores import directory_tree as tree
from gitstore.adapters.stores.file_keys import probe_directories, unnamed
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Changed, LocalFailure, Missing, Refused, Unreachable, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span
from gitstore.core.versions import Version, equal

_New = Callable[[int, str], tuple[int, str]]
"""Makes a new file of ours in an open directory, for a name in it: its descriptor and its name."""

_CHUNK = 1 << 20
_SMALL = 1 << 16
"""So few bytes are written without a question about room: on a file server it takes its time."""

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF, errno.EINVAL})


def open_store(place: StorePlace, _credentials: CredentialSource) -> DirectoryStore:
    """The directory `place.root`, below it `place.prefix`. Credentials are not used."""
    if place.root is None:
        raise Unsupported(f"no directory is named for {place.identity}")
    return DirectoryStore(place.identity, place.root / place.key_prefix)


@dataclass(frozen=True, slots=True)
class DirectoryStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    root: Path

    def abilities(self) -> Abilities:
        """Creating is enforced, the rest is checked, and nothing old is kept."""
        return Abilities(
            create=Conditional.ENFORCED,
            swap=Conditional.CHECKED,
            erase=Conditional.CHECKED,
            parallel=8,
        )

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`. A directory that cannot be read raises."""
        with tree.opened_root(self.root):
            pass
        above, _, start = prefix.rpartition("/")
        try:
            inside = tree.split_key(above) if above else ()
        except Unsupported:
            return
        if prefix.startswith("/"):
            return
        with _refusals(prefix), tree.opened_parent(self.root, (*inside, "")) as fd:
            if fd is None:
                return
        yield from _below(self.root, "/".join(inside), start)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        parts = tree.split_key(key)
        with _refusals(key), tree.opened_parent(self.root, parts) as parent:
            found = None if parent is None else _look(parent, parts[-1], key)
            return None if found is None else clock.version_of(found)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`. A file that is written in place meanwhile raises `Refused`."""
        parts = tree.split_key(key)
        with _refusals(key), tree.opened_parent(self.root, parts) as parent:
            if parent is None or tree.lstat_at(parent, parts[-1]) is None:
                raise Missing(f"no file for the key {key!r}", key=key)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            fd = os.open(parts[-1], flags, dir_fd=parent)
        try:
            found = clock.settled(lambda: os.fstat(fd), os.fstat(fd), key)
            if found is None or not stat.S_ISREG(found.st_mode):
                raise Missing(f"no file for the key {key!r}", key=key)
            current = clock.version_of(found)
            if expect is not None and not equal(current, expect):
                raise _moved(key)
        except BaseException:
            os.close(fd)
            raise
        chunks = _chunks(fd, found, span or Span(0, found.st_size), key)
        # Up to its first stop, so that dropping it unread closes the file.
        next(chunks)
        return Reading(current, chunks)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`. The replaced file's permissions are kept."""
        parts = tree.split_key(key)
        if expect is None:
            with _refusals(key), tree.made_parent(self.root, parts, key) as parent:
                return _written(_Target(parent, parts[-1], key), source, None)
        with _refusals(key), tree.opened_parent(self.root, parts) as found:
            if found is None:
                raise _moved(key)
            return _written(_Target(found, parts[-1], key), source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`."""
        parts = tree.split_key(key)
        with _refusals(key), tree.opened_parent(self.root, parts) as parent:
            if parent is None:
                raise _moved(key)
            with _locked(parent):
                _require(_Target(parent, parts[-1], key), expect)
                os.unlink(parts[-1], dir_fd=parent)
                os.fsync(parent)
        for path in probe_directories(key):
            with suppress(OSError):  # somebody else is trying the storage out as well
                (self.root / path).rmdir()

    def versions(self, key: str) -> Iterator[Version]:
        """Raises `Unsupported`: a directory keeps nothing old."""
        raise Unsupported(f"{self.identity} keeps no old versions", key=key)


def _below(root: Path, inside: str, start: str) -> Iterator[Found]:
    """The objects in the directory `inside` whose names begin with `start`, and all below them."""
    waiting = [(inside, start)]
    while waiting:
        inside, start = waiting.pop()
        base = inside + "/" if inside else ""
        try:
            # The root itself may be a link: whoever configured it meant what it points to.
            follow = os.O_NOFOLLOW if inside else 0
            fd = os.open(root / inside, os.O_RDONLY | os.O_DIRECTORY | follow)
        except OSError as error:
            if inside or error.errno not in tree.ABSENT:
                raise tree.translated(error, inside or None) from error
            raise Missing(f"no directory {root}", hint="create or mount it") from error
        try:
            with os.scandir(fd) as entries:
                for entry in entries:
                    if not entry.name.startswith(start) or entry.name.startswith(tree.TEMPORARY):
                        continue
                    if _is_text(entry.name) and entry.is_dir(follow_symlinks=False):
                        waiting.append((base + entry.name, ""))
                        continue
                    found = _listed(fd, entry, base)
                    if found is not None:
                        yield found
        except OSError as error:
            raise tree.translated(error, inside or None) from error
        finally:
            os.close(fd)


def _listed(fd: int, entry: os.DirEntry[str], base: str) -> Found | None:
    key = base + entry.name
    if not _is_text(entry.name):
        shown = key + ("/" if entry.is_dir(follow_symlinks=False) else "")
        return unnamed(os.fsencode(shown), Version(0))
    if not entry.is_file(follow_symlinks=False):
        return None
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if clock.is_young(found):
        settled = _look(fd, entry.name, key)
        if settled is None:
            return None
        found = settled
    return Found(key, clock.version_of(found))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _look(parent: int, name: str, key: str) -> os.stat_result | None:
    def look() -> os.stat_result | None:
        return tree.lstat_at(parent, name)

    return clock.settled(look, look(), key)


def _chunks(fd: int, first: os.stat_result, span: Span, key: str) -> Iterator[bytes]:
    try:
        yield b""
        at, stop = span.start, min(span.stop, first.st_size)
        while at < stop:
            with _refusals(key):
                chunk = os.pread(fd, min(_CHUNK, stop - at), at)
            if not chunk:
                raise Refused(f"{key!r} became shorter while it was read", key=key)
            at += len(chunk)
            yield chunk
        last = os.fstat(fd)
        if (last.st_mtime_ns, last.st_size) != (first.st_mtime_ns, first.st_size):
            raise Refused(f"{key!r} was changed while it was read", key=key)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a key's file is: its open directory and its name there."""

    parent: int
    name: str
    key: str


def _written(target: _Target, source: Source, expect: Version | None) -> Version:
    # A refusal that is certain already should not cost a copy first.
    if expect is not None:
        _require(target, expect)
    elif tree.lstat_at(target.parent, target.name) is not None:
        raise _exists(target.key)
    if expect is None:
        with suppress(tree.NoName):
            return _written_by(tree.nameless, target, source, None)
    return _written_by(tree.new_temporary, target, source, expect)


def _written_by(new: _New, target: _Target, source: Source, expect: Version | None) -> Version:
    with _finished_file(new, target, source) as (fd, temporary):
        if expect is None:
            _create(target, (fd, temporary))
        else:
            _replace(target, temporary, expect, fd)
        os.fsync(target.parent)
        now = os.fstat(fd)
    if clock.is_young(now):
        # The file system cut the digits off: only time can tell this write from the next.
        found = _look(target.parent, target.name, target.key)
        if found is None or found.st_ino != now.st_ino:
            raise Refused(f"{target.key!r} was replaced while it was written", key=target.key)
        now = found
    return clock.version_of(now)


@contextmanager
def _finished_file(new: _New, target: _Target, source: Source) -> Iterator[tuple[int, str]]:
    """The source's bytes, flushed, in a file of ours beside the target; gone afterwards."""
    fd, name = new(target.parent, target.name)
    try:
        _require_room(fd, source.size)
        with os.fdopen(os.dup(fd), "wb") as out:
            copied = sum(out.write(chunk) for chunk in _local_chunks(source, target.key))
        if copied != source.size:
            raise Changed(f"the local file for {target.key!r} changed while it was read")
        os.utime(fd, ns=(clock.distinctive(),) * 2)
        os.fsync(fd)
        yield fd, name
    finally:
        # In this order: closed, its lock would be gone while it still has the name.
        tree.unlink_if(target.parent, name, fd)
        os.close(fd)


def _require_room(fd: int, size: int) -> None:
    """Refuse what cannot fit before it takes the last room from everybody else's files."""
    if size <= _SMALL:
        return
    system = os.fstatvfs(fd)
    # Without any blocks, a file system does not count them (some of FUSE). Free is what root may
    # use: whether others may is for the file system to say.
    if system.f_blocks and size > system.f_bfree * system.f_frsize:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _local_chunks(source: Source, key: str) -> Iterator[bytes]:
    try:
        with source.open() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise LocalFailure(f"the local file for {key!r} cannot be read: {error}") from error


def _create(target: _Target, file: tuple[int, str]) -> None:
    parent, name = target.parent, target.name
    try:
        try:
            tree.link(parent, name, file)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # Without hard links the name is taken first and the bytes follow at once.
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, dir_fd=parent))
            os.replace(file[1], name, src_dir_fd=parent, dst_dir_fd=parent)
    except FileExistsError as error:
        if tree.lstat_at(parent, name) is None:
            raise tree.in_the_way(target.key, name) from error
        raise _exists(target.key) from error


def _replace(target: _Target, temporary: str, expect: Version, fd: int) -> None:
    with _locked(target.parent):
        replaced = _require(target, expect)
        with suppress(PermissionError):
            os.fchmod(fd, stat.S_IMODE(replaced.st_mode))
        os.replace(temporary, target.name, src_dir_fd=target.parent, dst_dir_fd=target.parent)


def _require(target: _Target, expect: Version) -> os.stat_result:
    found = _look(target.parent, target.name, target.key)
    if found is None or not equal(clock.version_of(found), expect):
        raise _moved(target.key)
    return found


@contextmanager
def _locked(parent: int) -> Iterator[None]:
    # The kernel drops the lock when this descriptor closes, even when the process is killed; a new
    # open is needed because a duplicate would share the lock with other threads.
    fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=parent)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(fd)


def _exists(key: str) -> Refused:
    return Refused(f"there is already a file for the key {key!r}", key=key)


def _moved(key: str) -> Refused:
    return Refused(f"{key!r} is not the expected version any more", key=key)


@contextmanager
def _refusals(key: str) -> Iterator[None]:
    try:
        yield
    except BlockingIOError as error:
        raise Unreachable(f"the file for {key!r} is busy", key=key) from error
    except OSError as error:
        raise tree.translated(error, key) from error
