"""The local side of one data path: looking at its files, and changing them so that none is lost.

Every change happens at one moment, re-checks what it replaces, and never overwrites what nobody has
looked at. Objects are named by their paths relative to the data path; `.` is the object of a data
path that is one file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.adapters import tree_incoming, tree_reading, tree_rename
from gitstore.adapters.tree_incoming import Incoming, Workshop
from gitstore.adapters.tree_placing import Placing, move, move_back, now
from gitstore.adapters.tree_reader import Reader
from gitstore.adapters.tree_reading import changed
from gitstore.adapters.tree_scan import Scanner
from gitstore.adapters.tree_trash import TrashBag, spare_directory
from gitstore.adapters.tree_values import Problem, Scan, Stat, failure, same_file, stat_of, told
from gitstore.adapters.tree_walk import (
    ABSENT,
    LISTABLE,
    Entry,
    Root,
    flush_directory,
    flush_file,
    is_regular,
    look,
)
from gitstore.core.errors import Changed, PathRefused, StorageError
from gitstore.core.names import local_problem
from gitstore.core.versions import Version

if TYPE_CHECKING:
    from gitstore.adapters.tree_growing import Growing
    from gitstore.adapters.tree_runs import Run
    from gitstore.core.kept import Origin
    from gitstore.core.store import Source

__all__ = ["Incoming", "Placing", "Problem", "Scan", "Stat", "TrashBag", "Tree", "spare_directory"]
_MANY = 32  # directories; more are flushed faster with the whole file system than one by one


class Tree:
    """The files of one data path.

    Methods raise `LocalFailure` where the system refuses, `PathRefused` for names that cannot be
    files here and for links in the way, and `Changed` where a file is not what was expected.

    Args:
        root: the data path, absolute; no component may be a symbolic link.
        spare: the directory for temporary files, on the same file system; see `spare_directory`.
        single: whether the data path is one file.
    """

    def __init__(self, root: Path, spare: Path, single: bool) -> None:
        self._path = root
        self._spare = spare
        self._single = single
        self._root = Root(root.parent if single else root)
        inside = spare != root and spare.is_relative_to(root)
        self._ours = spare.relative_to(root).parts[0] if inside else None
        self._workshop: Workshop | None = None
        self._making = threading.Lock()

    # Looking.

    def root_id(self) -> str | None:
        """`device:inode` of the directory that holds the objects, or None if it is not there."""
        try:
            found = self._root.path.lstat()
        except OSError:
            return None
        return f"{found.st_dev}:{found.st_ino}"

    def scan(self) -> Scan:
        """Every file, and everything that could not be looked at or is no file."""
        clock, scanner = self.clock_ns(), Scanner(self._ours)
        if self._single:
            scanner.single(self._root, self._path.name)
        else:
            scanner.scan(self._root)
        return Scan(scanner.files, tuple(scanner.problems), clock)

    def runs(self) -> Iterator[Run]:
        """Every file, in the order of the paths, for whoever has no room for all; see `runs`."""
        from gitstore.adapters.tree_runs import runs  # late: few data paths are that large

        return runs(self._root, self._ours)

    def stat(self, path: str) -> Stat | None:
        """A regular file's stat, or None where there is none."""
        with told(path):
            try:
                with self._entry(path) as entry:
                    found = look(entry)
            except OSError as error:
                if error.errno in ABSENT:
                    return None
                raise
        return stat_of(found) if found is not None and is_regular(found) else None

    def digest(self, path: str) -> tuple[Stat, Version]:
        """A file's stat, and its version with SHA-256 and MD5, of one pass over its bytes."""
        return tree_reading.digest(self._entry, path)

    def reader(self) -> AbstractContextManager[Reader]:
        """For many files: see `Reader`."""
        return closing(Reader(self._entry, self._parts))

    def composite_md5(self, path: str, part_size: int) -> str:
        """The ETag that S3 gives to an upload of this file in parts of so many bytes."""
        return tree_reading.composite_md5(self._entry, path, part_size)

    def source(self, path: str, expect: Stat, version: Version) -> Source:
        """A file to be uploaded; its streams raise `Changed` if it is no longer `expect`."""
        from gitstore.adapters.tree_source import FileSource

        return FileSource(self._entry, path, expect, version)

    def clock_ns(self) -> int:
        """The file system's own clock, in nanoseconds since 1970.

        Without a spare directory, the coarse clock that local file systems stamp files with.
        """
        if self._spare.is_dir():
            with suppress(OSError):
                return self._shop().clock_ns()
        return self.machine_clock_ns()

    def machine_clock_ns(self) -> int:
        """This machine's clock, as coarse as local file systems use it, in nanoseconds."""
        coarse = getattr(time, "CLOCK_REALTIME_COARSE", time.CLOCK_REALTIME)
        return time.clock_gettime_ns(coarse)

    def folds_names(self) -> bool:
        """Whether the file system takes `a` and `A`, or two spellings of `é`, for one name.

        True where that cannot be found out, because then twins are not safe.
        """
        try:
            return self._shop().folds_names()
        except OSError:
            return True

    def room(self) -> tuple[int, int]:
        """The device that the data are on, and the bytes that are left there for this user."""
        near = next(each for each in (self._spare, *self._spare.parents) if each.exists())
        with told(str(near)):
            found = os.statvfs(near)
            return near.stat().st_dev, found.f_bavail * found.f_frsize

    # Bringing files in.

    def make_root(self) -> None:
        """Make the directory that holds the objects, if it is not there."""
        with told(str(self._root.path)):
            self._root.make()

    def incoming(self, size: int) -> Incoming:
        """A new temporary file for so many bytes, close to the data."""
        self._require_ours()
        try:
            return Incoming(self._shop(), size)
        except OSError as error:
            raise failure(error, str(self._spare)) from error

    def growing(self, origin: Origin) -> Growing:
        """The same for a large object, with what is kept of it since its transfer was cut off."""
        from gitstore.adapters.tree_growing import Growing  # late: it takes a large object

        self._require_ours()
        try:
            return Growing(self._shop(), origin)
        except OSError as error:
            raise failure(error, str(self._spare)) from error

    def let_go(self, unwanted: Callable[[Origin], bool]) -> None:
        """Keep no longer what nobody wants of large objects, nor what is too old."""
        from gitstore.adapters import tree_kept  # late: whoever only looks lets nothing go

        tree_kept.prune(self._spare, unwanted)

    def flush(self, many: Sequence[Incoming]) -> None:
        """Make the bytes of temporary files durable."""
        tree_incoming.flush(many)

    @contextmanager
    def placing(self) -> Iterator[Placing]:
        """For many new files: see `Placing`."""
        self._require_ours()
        placing = Placing(self._root, self._parts)
        try:
            yield placing
        finally:
            placing.close()

    def place(self, incoming: Incoming, path: str) -> Stat:
        """Give a temporary file its name, if nothing has it."""
        with self.placing() as placing:
            return placing.place(incoming, path)

    def exchange(self, incoming: Incoming, path: str, expect: Stat, trash: TrashBag) -> Stat:
        """Put a temporary file in a file's place at one moment; the old one goes to the trash."""
        with told(path), self._existing(path, expect) as entry:
            _dress(incoming, entry)
            # The new file waits in the trash for the moment of exchange: whenever we are killed,
            # the old one is at one of its two right places.
            place = trash.keep_entry(incoming.entry, path)
            with trash.slot(place) as slot:
                ours = look(slot)
                swapped = False
                try:
                    swapped = _swap(slot, entry, path, expect)
                finally:
                    # What came out at the second exchange may be a file that was written between
                    # the two: then it stays in the trash, where it can be found.
                    if not swapped and _is_the_same(look(slot), ours):
                        tree_rename.move_new(slot, incoming.entry)
            if not swapped:
                trash.keep_copy(entry, path)
                _replace(incoming.entry, entry, path, expect)
            return now(entry, path)

    # Taking files away.

    def to_trash(self, path: str, expect: Stat, trash: TrashBag) -> None:
        """Move a file to the trash, and remove the directories that this leaves empty."""
        with told(path), self._existing(path, expect) as entry:
            place = trash.keep_entry(entry, path)
            with trash.slot(place) as slot:
                _check_moved(slot, entry, path, expect)
        self._root.prune(self._parts(path))

    def remove(self, path: str, expect: Stat) -> None:
        """Remove a file, and the directories that this leaves empty."""
        with told(path), self._existing(path, expect) as entry:
            away = self._shop().entry()
            tree_rename.move_new(entry, away)
            _check_moved(away, entry, path, expect)
            os.unlink(away.name, dir_fd=away.directory)
        self._root.prune(self._parts(path))

    def from_trash(self, item: Path, path: str) -> Stat:
        """Bring a file back from the trash, if nothing has its name."""
        with told(path), Root(item.parent).entry((item.name,)) as kept:
            if not is_regular(look(kept)):
                raise Changed(f"{item} is no longer in the trash")
            with self._made_entry(path) as entry:
                move_back(kept, entry, path, lambda: self._shop().entry())
                flush_directory(entry.directory)
                return now(entry, path)

    def rename(self, path: str, new: str, expect: Stat) -> Stat:
        """Give a file another name, if nothing has it."""
        with told(path), self._existing(path, expect) as entry, self._made_entry(new) as target:
            move(entry, target, new)
            _check_moved(target, entry, path, expect)
            # A conflict copy is the only one of its bytes.
            flush_file(target)
            for directory in (target.directory, entry.directory):
                flush_directory(directory)
            found = now(target, new)
        self._root.prune(self._parts(path))
        return found

    def flush_directories(self, paths: Iterable[str]) -> None:
        """Make the names of these objects durable, as far as they are there."""
        one_of_each = {path.rpartition("/")[0]: path for path in paths}.values()
        every = map(self._parts, one_of_each)
        directories = {parts[:n] for parts in every for n in range(len(parts))}
        with told(str(self._root.path)):
            if len(directories) > _MANY and self._flushed_at_once():
                return
            for parts in sorted(directories):
                with suppress(FileNotFoundError), self._root.entry((*parts, ".")) as entry:
                    flush_directory(entry.directory)

    def sweep(self) -> None:
        """Remove temporary files of processes that are gone."""
        tree_incoming.sweep(self._spare)

    def _flushed_at_once(self) -> bool:
        with self._root.opened() as directory:
            descriptor = os.open(".", LISTABLE, dir_fd=directory)
        try:
            return tree_rename.flush_all(descriptor)
        finally:
            os.close(descriptor)

    def _shop(self) -> Workshop:
        if self._workshop is not None:
            return self._workshop
        with self._making:
            if self._workshop is None:
                self._workshop = Workshop(self._spare)
            return self._workshop

    def _parts(self, path: str) -> tuple[str, ...]:
        if self._single and path == ".":
            return (self._path.name,)
        reason = "the data path is one file" if self._single else local_problem(path)
        parts = tuple(path.split("/"))
        if reason is None and parts[0] == self._ours:
            reason = "git storage keeps temporary files under this name"
        if reason is not None:
            raise PathRefused(f"{path} cannot be a file here: {reason}")
        return parts

    def _require_ours(self) -> None:
        """Refuse to change files that others keep; asked before every change."""

    @contextmanager
    def _entry(self, path: str) -> Iterator[Entry]:
        with self._root.entry(self._parts(path)) as entry:
            yield entry

    @contextmanager
    def _made_entry(self, path: str) -> Iterator[Entry]:
        self._require_ours()
        with self._root.made_entry(self._parts(path)) as entry:
            yield entry

    @contextmanager
    def _existing(self, path: str, expect: Stat) -> Iterator[Entry]:
        """The place of a file that is still the expected one.

        Raises:
            Changed: it is not, or it vanishes while it is worked on.
        """
        self._require_ours()
        try:
            with self._entry(path) as entry:
                _check(entry, path, expect)
                yield entry
        except OSError as error:
            if error.errno in ABSENT:
                raise changed(path) from error
            raise


def _check(entry: Entry, path: str, expect: Stat) -> None:
    found = look(entry)
    if found is None or not is_regular(found) or stat_of(found) != expect:
        raise changed(path)


def _swap(one: Entry, other: Entry, path: str, expect: Stat) -> bool:
    """Exchange a new file with the expected one; false where exchanging is impossible.

    Raises:
        Changed: the other one was not the expected file; it is where it was.
    """
    if not tree_rename.exchange(one, other):
        return False
    out = look(one)
    if out is None or not same_file(stat_of(out), expect):
        tree_rename.exchange(one, other)
        raise changed(path)
    return True


def _is_the_same(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    # Not by the inode alone: its number is given anew as soon as a file is gone.
    return one is not None and other is not None and same_file(stat_of(one), stat_of(other))


def _replace(new: Entry, old: Entry, path: str, expect: Stat) -> None:
    # A second name changes the ctime, so that only the rest can be compared.
    if not same_file(now(old, path), expect):
        raise changed(path)
    os.rename(new.name, old.name, src_dir_fd=new.directory, dst_dir_fd=old.directory)


def _check_moved(moved: Entry, back: Entry, path: str, expect: Stat) -> None:
    """Put a file back that turns out not to be the expected one.

    Raises:
        Changed: so it was.
    """
    found = look(moved)
    if found is not None and same_file(stat_of(found), expect):
        return
    with suppress(FileExistsError, StorageError):
        tree_rename.move_new(moved, back)
    raise changed(path)


def _dress(incoming: Incoming, old: Entry) -> None:
    found = look(old)
    if found is not None:
        incoming.close()
        incoming.dress(found.st_mode, found.st_gid)
