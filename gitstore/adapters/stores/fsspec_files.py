"""Any file system of fsspec as a store: for HDFS, and for providers in packages of their own.

fsspec promises little, so that little is relied on: entries with name, type, size and a time or an
ETag, whole files written in one go, renames, and errors that are told from "not there". It has no
precondition: this looks right before it acts, and says so. What a listing cannot read is an error;
fsspec's own `find` leaves it out.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from gitstore.adapters.stores.directory_time import step_of
from gitstore.adapters.stores.file_keys import TEMPORARY, checked, parent_of, probe_directories
from gitstore.adapters.stores.fsspec_entries import Entry, entry_of, translated
from gitstore.core.errors import Missing, Refused, StoreError, Unreachable, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span
from gitstore.core.versions import Version, equal

_PIECE = 1 << 20
_LOOKS = 10


class FsspecStore:
    """The files below a directory of a file system.

    Args:
        identity: as every clone names the storage.
        connect: makes the file system when it is first needed: one that several threads can use,
            without a cache of listings.
        root: the directory, as the file system spells it, without a trailing slash.
        parallel: requests in flight that suit it.
        forbidden: characters that no name there can have.
    """

    def __init__(
        self,
        identity: str,
        connect: Callable[[], Any],
        root: str,
        parallel: int = 8,
        forbidden: str = "",
    ) -> None:
        self._identity = identity
        self._connect = connect
        self._root = root
        self._parallel = parallel
        self._forbidden = forbidden
        self._lock = Lock()
        self._made: Any = None

    @property
    def identity(self) -> str:
        """As every clone names the storage."""
        return self._identity

    def abilities(self) -> Abilities:
        """No preconditions: each act is preceded by a look."""
        look = Conditional.CHECKED
        return Abilities(look, look, look, parallel=self._parallel)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`: one directory after the other."""
        with self._asking(None):
            if not self._is_directory(self._root):
                raise Missing(f"{self._identity} is no directory")
        start = parent_of(prefix)
        if start is None:
            return
        above, beginning = start
        left = [above]
        while left:
            folder = left.pop()
            for each in self._children(folder):
                key = f"{folder}/{each.name}" if folder else each.name
                wanted = folder != above or each.name.startswith(beginning)
                if not wanted or each.name.startswith(TEMPORARY):
                    continue
                if each.kind == "directory":
                    left.append(key)
                elif each.kind == "file":
                    found = self._settled(key, each)
                    if found is not None:
                        yield Found(key, found.version)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        self._checked(key)
        found = self._settled(key, self._entry(key))
        return None if found is None or found.kind != "file" else found.version

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`. What changes while it is read is refused at the end."""
        current = self.stat(key)
        if current is None:
            raise Missing(f"no object {key!r}", key=key)
        if expect is not None and not equal(current, expect):
            raise Refused(f"{key!r} is not the expected version", key=key)
        span = span or Span(0, current.size)
        return Reading(
            current, self._pieces(key, current, span.start, min(span.stop, current.size))
        )

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`: beside it, then renamed."""
        folder = self._folder_for(key)
        beside = f"{folder}/{TEMPORARY}{secrets.token_hex(8)}"
        try:
            with self._asking(key):
                with source.open() as stream, self._files.open(beside, "wb") as out:
                    shutil.copyfileobj(stream, out, _PIECE)
                if int(self._files.info(beside)["size"]) != source.size:
                    raise Unreachable(f"{key!r} was not written whole", key=key)
            self._require(key, expect)
            self._place(key, beside, expect)
        finally:
            with suppress(StoreError), self._asking(key):
                if self._kind(beside) is not None:
                    self._files.rm_file(beside)
        written = self.stat(key)
        if written is None or written.size != source.size:
            raise Refused(f"somebody else wrote {key!r} at the same time", key=key)
        return written

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`."""
        self._require(key, expect)
        with self._asking(key):
            self._files.rm_file(self._path(key))
            for folder in probe_directories(key):
                # Some file systems remove a directory with all that is in it.
                if self._files.ls(self._path(folder), detail=True):
                    break
                self._files.rm(self._path(folder), recursive=True)

    def versions(self, key: str) -> Iterator[Version]:
        """Raises `Unsupported`."""
        raise Unsupported(f"{self._identity} keeps no old versions", key=key)

    @property
    def _files(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._connect()
            return self._made

    @contextmanager
    def _asking(self, key: str | None) -> Iterator[None]:
        """What is asked of the file system, with its errors as ours."""
        about = self._identity if key is None else f"{self._identity}: {key!r}"
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            raise translated(error, about, key) from error

    def _checked(self, key: str) -> tuple[str, ...]:
        parts = checked(key)
        odd = next((character for character in key if character in self._forbidden), None)
        if odd is not None:
            raise Unsupported(f"the storage holds no name with {odd!r}: {key!r}", key=key)
        return parts

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}" if key else self._root

    def _entry(self, key: str) -> Entry | None:
        with suppress(Missing), self._asking(key):
            return entry_of(self._files.info(self._path(key)))
        return None

    def _kind(self, path: str) -> str | None:
        try:
            return str(self._files.info(path)["type"])
        except (OSError, RuntimeError) as error:
            if isinstance(translated(error, path, None), Missing):
                return None
            raise

    def _is_directory(self, path: str) -> bool:
        return self._kind(path) == "directory"

    def _children(self, folder: str) -> tuple[Entry, ...]:
        with self._asking(folder):
            path = self._path(folder)
            # Asked for a file, some give the file itself as if it were in a directory.
            if not self._is_directory(path):
                return ()
            return tuple(entry_of(told) for told in self._files.ls(path, detail=True))

    def _settled(self, key: str, found: Entry | None) -> Entry | None:
        """The entry, once its time cannot be that of another write, too."""
        for _ in range(_LOOKS):
            if found is None or found.time is None:
                return found
            age, step = time.time_ns() - found.time, step_of(found.time)
            if not -step < age < step:
                return found
            time.sleep((step - age) / 1_000_000_000)
            found = self._entry(key)
        raise Unreachable(f"{key!r} changes all the time", key=key)

    def _pieces(self, key: str, version: Version, start: int, stop: int) -> Iterator[bytes]:
        with self._asking(key), self._files.open(self._path(key), "rb") as stream:
            stream.seek(start)
            while start < stop:
                piece = stream.read(min(_PIECE, stop - start))
                if not piece:
                    raise Unreachable(f"{key!r} ended too early", key=key)
                start += len(piece)
                yield piece
        if not equal(self.stat(key), version):
            raise Refused(f"{key!r} was changed while it was read", key=key)

    def _require(self, key: str, expect: Version | None) -> None:
        current = self._settled(key, self._entry(key))
        if current is not None and current.kind != "file":
            raise Unsupported(f"{key!r} is a {current.kind} on the storage", key=key)
        if expect is None and current is not None:
            raise Refused(f"there is already an object {key!r}", key=key)
        version = None if current is None else current.version
        if expect is not None and not equal(version, expect):
            raise Refused(f"{key!r} is not the expected version any more", key=key)

    def _folder_for(self, key: str) -> str:
        """The directory that an object goes into; made if it is missing."""
        parts = self._checked(key)[:-1]
        folder = self._path("/".join(parts))
        with self._asking(key):
            if self._is_directory(folder):
                return folder
            if not self._is_directory(self._root):
                raise Missing(f"{self._identity} is no directory", key=key)
            for depth in range(1, len(parts) + 1):
                above = "/".join(parts[:depth])
                if self._kind(self._path(above)) not in (None, "directory"):
                    raise Unsupported(f"{key!r} would lie in the object {above!r}", key=key)
            self._files.makedirs(folder, exist_ok=True)
        return folder

    def _place(self, key: str, beside: str, expect: Version | None) -> None:
        path = self._path(key)
        if self._moved(key, beside, path):
            return
        if expect is None:
            raise Refused(f"there is already an object {key!r}", key=key)
        # HDFS renames onto nothing that is there. For the moment between these two there is no
        # object; its bytes are beside, and go back if the second one fails.
        aside = f"{beside}-old"
        if not self._moved(key, path, aside):
            raise Unreachable(f"{key!r} cannot be replaced", key=key)
        if not self._moved(key, beside, path):
            self._moved(key, aside, path)
            raise Refused(f"somebody else wrote {key!r} at the same time", key=key)
        with self._asking(key):
            self._files.rm_file(aside)

    def _moved(self, key: str, old: str, new: str) -> bool:
        # Some raise, and some say nothing, where they do not rename.
        with self._asking(key):
            with suppress(OSError, RuntimeError):
                self._files.mv(old, new)
            return self._kind(old) is None
