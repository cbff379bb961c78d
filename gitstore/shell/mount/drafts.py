"""Writing through a mount: whole files, given when they are closed, and never over somebody's work.

What is written goes to a draft, which lies in the trash from its first byte on: however this ends,
the bytes can be found there. When the file is closed the storage gets it, under the condition that
the object still is what it was when the file was opened (rule F2). Only then the draft goes.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from errno import EACCES, EBADF, EEXIST, EIO, EISDIR, ENOENT, ENOTEMPTY, EPERM
from pathlib import Path

from gitstore.adapters.tree import Tree as LocalTree
from gitstore.core.errors import Refused, StorageError
from gitstore.core.names import local_problem
from gitstore.core.store import Source
from gitstore.core.versions import Version, merged
from gitstore.shell.mount.blocks import Piece
from gitstore.shell.mount.content import Reader
from gitstore.shell.mount.files import Attributes, Files, Place
from gitstore.shell.mount.given import Given, Journal
from gitstore.shell.mount.troubles import Troubles
from gitstore.shell.mount.views import View

_WRITES = os.O_WRONLY | os.O_RDWR
_PIECE = 1 << 20


@dataclass(slots=True)
class Draft:
    """A file that is being written.

    Attributes:
        place: where it will be.
        file: its bytes so far.
        descriptor: the same, open.
        base: the version that it replaces; None creates.
        users: how many have it open.
        dirty: whether the storage has not got it yet.
        written: whether there is more to it than that it was made.
        closed: whether it was put away.
    """

    place: Place
    file: Path
    descriptor: int
    base: Version | None
    users: int = 0
    dirty: bool = False
    written: bool = False
    closed: bool = False
    giving: threading.Lock = field(default_factory=threading.Lock)


class Drafts(Files):
    """A file system for reading and writing.

    Args:
        find: as of `Files`.
        troubles: as of `Files`.
        drawer: gives a new file in the trash for the bytes of an object.
        journal: notes what was given.
    """

    def __init__(
        self,
        find: Callable[[str], View | None],
        troubles: Troubles,
        drawer: Callable[[str], Path],
        journal: Journal,
    ) -> None:
        super().__init__(find, troubles)
        self._drawer = drawer
        self._journal = journal
        self._drafts: dict[str, Draft] = {}
        self._handles: dict[int, Draft] = {}
        self._numbers = 1 << 32
        self._changing = threading.RLock()

    # Looking.

    def attributes(self, path: str, handle: int | None = None) -> Attributes:
        """As of `Files`; a file that is being written is as long as it is by now."""
        draft = self._handles.get(handle or 0) or self._drafts.get(path)
        if draft is None:
            return super().attributes(path, handle)
        found = os.fstat(draft.descriptor)
        return self.of_file(found.st_size, found.st_mtime_ns)

    def entries(self, path: str) -> Iterator[tuple[str, Attributes]]:
        """As of `Files`, with the files that are being written."""
        with self._changing:
            new = {p for p in self._drafts if p.rpartition("/")[0] == path}
        for name, attributes in super().entries(path):
            inside = f"{path}/{name}"
            new.discard(inside)
            yield name, self.attributes(inside) if inside in self._drafts else attributes
        for inside in sorted(new):
            yield inside.rpartition("/")[2], self.attributes(inside)

    def of_file(self, size: int, changed: int) -> Attributes:
        """As of `Files`, and its owner may write."""
        return {**super().of_file(size, changed), "st_mode": stat.S_IFREG | 0o644}

    def of_folder(self, changed: int) -> Attributes:
        """As of `Files`, and its owner may write."""
        return {**super().of_folder(changed), "st_mode": stat.S_IFDIR | 0o755}

    # Files.

    def open(self, path: str, flags: int) -> int:
        """Open a file; one for writing has its bytes in a draft."""
        while True:
            with self._changing:
                draft = self._drafts.get(path)
                if draft is not None:
                    return self._used(draft, flags)
            if not flags & _WRITES:
                return super().open(path, flags)
            # Without the lock: it may take a whole object, and others shall not wait for that.
            made = self._drafted(path, flags)
            with self._changing:
                if path not in self._drafts:
                    self._drafts[path] = made
                    return self._used(made, 0)
            made.dirty = False  # somebody else was faster
            self._put_away(made)

    def read(self, handle: int, size: int, offset: int) -> Piece:
        """As of `Files`."""
        draft = self._handles.get(handle)
        if draft is None:
            return super().read(handle, size, offset)
        return os.pread(draft.descriptor, size, offset)

    def write(self, handle: int, data: bytes, offset: int) -> int:
        """Write to an open file; the number of bytes."""
        draft = self._handles.get(handle)
        if draft is None:
            raise OSError(EBADF, str(handle))
        with draft.giving:
            draft.dirty = draft.written = True
            at = 0
            while at < len(data):
                at += os.pwrite(draft.descriptor, data[at:], offset + at)
        return len(data)

    def truncate(self, path: str, length: int) -> None:
        """Give a file another length; one that nobody has open is given at once."""
        with self._changing:
            draft = self._drafts.get(path)
            if draft is not None:
                os.ftruncate(draft.descriptor, length)
                draft.dirty = draft.written = True
                return
        handle = self.open(path, os.O_WRONLY | (0 if length else os.O_TRUNC))
        try:
            self.truncate(path, length)
            self.flush(handle)
        finally:
            self.release(handle)

    def flush(self, handle: int) -> None:
        """Give what was written; called at every close, and its error is that of the close.

        Raises:
            OSError: with EIO; the bytes are in the trash.
        """
        draft = self._handles.get(handle)
        # A shell closes what it has just made before a program writes to it.
        if draft is not None and draft.written:
            self._give(draft)

    def sync(self, handle: int) -> None:
        """Make what was written so far durable here; the storage gets whole files only."""
        draft = self._handles.get(handle)
        if draft is not None:
            os.fsync(draft.descriptor)

    def release(self, handle: int) -> None:
        """The last close; a file that was only made is given now."""
        draft = self._handles.pop(handle, None)
        if draft is None:
            super().release(handle)
            return
        with self._changing:
            draft.users -= 1
            if draft.users:
                return
        try:
            if draft.dirty:
                self._give(draft)
        except OSError:
            return  # it is told among the troubles; nobody waits for an answer any more
        finally:
            self._put_away(draft)

    def finish(self) -> None:
        """As of `Files`; the kernel forgets to tell the last closes before it is unmounted."""
        for handle in list(self._handles):
            self.release(handle)

    # Names.

    def unlink(self, path: str) -> None:
        """Remove a file that was written here: a draft, or an object that this mount has given.

        Raises:
            OSError: with EPERM for any other object; `git storage rm` erases those.
        """
        with self._changing:
            draft = self._drafts.get(path)
            if draft is not None and draft.base is None:
                draft.dirty = False
                self._drafts.pop(path)
                return
        place, version = self._ours(path)
        with self.troubles.told(place.path):
            self._copied(place, version)  # what is removed goes to the trash
            place.view.store().delete(place.view.key(place.path), version)
        place.tree.drop(place.path)
        self._journal.forget(place.path)

    def rename(self, old: str, new: str) -> None:
        """Rename a file that was written here, also over another one, as programs save.

        Raises:
            OSError: with EPERM for objects that were not written here, and for folders.
        """
        to = self._new_place(new)
        with self._changing:
            draft = self._drafts.get(old)
            if draft is not None and draft.base is None:
                self._drafts[new] = self._drafts.pop(old)
                draft.place, draft.base = to, to.tree.version(to.path)
                draft.written = draft.dirty = True
                return
        place, version = self._ours(old)
        with self.troubles.told(to.path):
            file = self._copied(place, version)
            moved = Draft(to, file, os.open(file, os.O_RDWR), to.tree.version(to.path))
            moved.dirty = True
        try:
            self._give(moved)
        finally:
            self._put_away(moved)
        with self.troubles.told(place.path):
            place.view.store().delete(place.view.key(place.path), version)
        place.tree.drop(place.path)
        self._journal.forget(place.path)

    def mkdir(self, path: str) -> None:
        """Make a folder; a storage has none, so it lasts until a file is in it or we unmount."""
        place = self._new_place(path)
        if place.tree.is_folder(place.path) or place.tree.version(place.path):
            raise OSError(EEXIST, path)
        place.tree.make_folder(place.path)

    def rmdir(self, path: str) -> None:
        """Remove an empty folder."""
        place = self.place(path)
        if not place.path or not place.tree.is_folder(place.path):
            raise OSError(ENOENT if place.path else EPERM, path)
        if any(True for _ in self.entries(path)):
            raise OSError(ENOTEMPTY, path)
        place.tree.drop_folder(place.path)

    # What they share.

    def _used(self, draft: Draft, flags: int) -> int:
        if flags & os.O_TRUNC:
            os.ftruncate(draft.descriptor, 0)
            draft.dirty = draft.written = True
        draft.users += 1
        self._numbers += 1
        self._handles[self._numbers] = draft
        return self._numbers

    def _drafted(self, path: str, flags: int) -> Draft:
        place = self._new_place(path)
        with self.troubles.told(place.path):
            base = place.tree.version(place.path)
            if base is None and place.tree.is_folder(place.path):
                raise OSError(EISDIR, path)
            if base is None and not flags & os.O_CREAT:
                raise OSError(ENOENT, path)
            if base is not None and place.view.pins:
                base = place.view.store().stat(place.view.key(place.path))
            if base is None or flags & os.O_TRUNC:
                file = self._drawer(place.path)
                file.touch(mode=0o600)
            else:
                file = self._copied(place, base)
        draft = Draft(place, file, os.open(file, os.O_RDWR), base)
        draft.dirty = base is None or bool(flags & os.O_TRUNC)
        draft.written = base is not None and bool(flags & os.O_TRUNC)
        return draft

    def _new_place(self, path: str) -> Place:
        place = self.place(path)
        reason = local_problem(place.path)
        if reason is not None:
            self.troubles.note(place.path, f"it cannot be written: {reason}")
            raise OSError(EACCES, path)
        return place

    def _copied(self, place: Place, version: Version) -> Path:
        """An object's bytes in a new file of the trash."""
        file = self._drawer(place.path)
        content = place.view.content(place.path, version)
        reader = Reader(content)
        with file.open("wb") as stream:
            for start in range(0, content.size, _PIECE):
                stream.write(reader.read(_PIECE, start))
            stream.flush()
            os.fsync(stream.fileno())
        return file

    def _ours(self, path: str) -> tuple[Place, Version]:
        """A file that this mount has given, and the version that made."""
        place = self.place(path)
        version = place.tree.version(place.path)
        if version is None and not place.tree.is_folder(place.path):
            raise OSError(ENOENT, path)
        if version is None or self._journal.made(place.path) != version:
            told = "it was not written through this mount, so it is not removed or renamed by it"
            self.troubles.note(place.path, told, "git storage rm, git storage mv")
            raise OSError(EPERM, path)
        return place, version

    def _give(self, draft: Draft) -> None:
        with draft.giving:
            if not draft.dirty:
                return
            path, view = draft.place.path, draft.place.view
            try:
                with self._journal.giving():
                    source, own = _source(draft.file)
                    made = view.store().write(view.key(path), source, draft.base)
            except StorageError as error:
                self._lost(draft, error)
                raise OSError(EIO, path) from error
            version = merged(made, own)
            self._journal.add(Given(path, draft.place.tree.version(path), version))
            draft.place.tree.put(path, version)
            draft.base, draft.dirty, draft.written = version, False, False
            self.troubles.over(path)

    def _lost(self, draft: Draft, error: StorageError) -> None:
        os.fsync(draft.descriptor)
        why = "somebody else has changed it" if isinstance(error, Refused) else error.message
        told = f"it was not written: {why}; what was written is {draft.file}"
        self.troubles.note(draft.place.path, told, f"cp {draft.file} .")

    def _put_away(self, draft: Draft) -> None:
        with self._changing:
            if draft.users or draft.closed:
                return  # somebody has opened it again
            draft.closed = True
            for path in [p for p, d in self._drafts.items() if d is draft]:
                del self._drafts[path]
            os.close(draft.descriptor)
        if not draft.dirty:
            draft.file.unlink(missing_ok=True)
            _remove_empty(draft.file.parent)


def _source(file: Path) -> tuple[Source, Version]:
    local = LocalTree(file, file.parent, single=True)
    found, version = local.digest(".")
    return local.source(".", found, version), version


def _remove_empty(folder: Path) -> None:
    """Remove the directories that a draft had to itself, up to the trash."""
    while folder.name != "trash":
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
