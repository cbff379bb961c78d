"""`gitstore://`: a project's data as an fsspec file system, for whatever reads through fsspec.

It is loaded by fsspec itself, from its entry point. It shows what is *recorded*: names, sizes and
identities are the pointers', without a request, and bytes are those of the recorded versions,
whether they come from the staged file or from the storage. See docs/python.md.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fsspec.core import split_protocol
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem, make_instance

from gitstore.core.errors import NoSuchObject, StorageError, Unsupported, UsageError
from gitstore.core.store import Span
from gitstore.repo.files import Files, files
from gitstore.repo.snapshot import Recorded
from gitstore.shell.ahead import MOST, Ahead
from gitstore.shell.pinned import Pinned
from gitstore.shell.stream import Checked

_OPTIONS = re.compile(r"((?:rev|repo)=[^/]*)@(?:/|$)")
_AT_ONCE = 16  # ranges in flight, of several objects

Info = dict[str, Any]


class GitStorageFileSystem(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """The objects of a project's data paths, read-only, as one moment records them.

    An instance reads each pointer once, when it first needs it. Paths are relative to the top level
    of the project; `gitstore://rev=v1@/data/x` has options, percent-encoded, before the path.

    Args:
        rev: a commit; None means the pointers of the work tree.
        repo: a directory of a clone, or the URL of another project; None means the current one.
        options: of every fsspec file system.
    """

    protocol = "gitstore"
    cachable = False  # the next instance sees what was pulled meanwhile

    def __init__(self, rev: str | None = None, repo: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._rev = rev
        self._repo = str(Path.cwd()) if repo is None else repo

    def invalidate_cache(self, path: str | None = None) -> None:
        """Look at the project anew: at what was pulled or recorded meanwhile."""
        super().invalidate_cache(path)
        for name in ("_files", "_tree"):
            self.__dict__.pop(name, None)

    @cached_property
    def _files(self) -> Files:
        return files(self._rev, self._repo)

    @cached_property
    def _tree(self) -> dict[str, dict[str, Info]]:
        """Every directory with what is in it, by name."""
        found: dict[str, dict[str, Info]] = {"": {}}
        for data in self._files.snapshot.manifest.data.values():
            self._plant(found, data.path, directory=not data.single)
            for each in self._files.snapshot.recorded(data):
                if not each.name.endswith("/"):
                    self._plant(found, each.name, directory=False)
                    parent, _, _ = each.name.rpartition("/")
                    found[parent][each.name] = _info(each)
        return found

    def _plant(self, found: dict[str, dict[str, Info]], name: str, directory: bool) -> None:
        parts = name.split("/")
        for end in range(1, len(parts) + directory):
            path, parent = "/".join(parts[:end]), "/".join(parts[: end - 1])
            found.setdefault(path, {})
            found[parent].setdefault(path + "/", _directory(path))

    def __reduce__(self) -> Any:
        """Somebody who unpickles it may stand elsewhere."""
        return make_instance, (type(self), (), {"rev": self._rev, "repo": self._repo})

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        _, rest = _split(path)
        return rest.strip("/")

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        return _split(path)[0]

    @property
    def fsid(self) -> str:
        """What is shown: the project and the moment."""
        commit = self._files.snapshot.commit or "now"
        return f"gitstore-{sha256(f'{self._repo} {commit}'.encode()).hexdigest()[:16]}"

    def info(self, path: str, **_: Any) -> Info:
        """Name, size, type and, of an object, its identifiers as the pointer has them.

        Raises:
            FileNotFoundError: no pointer names it.
        """
        path = self._strip_protocol(path)
        try:
            return _info(self._files.snapshot.find(path))
        except NoSuchObject:
            if path in self._tree:
                return _directory(path)
            raise

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """What is in a directory, or the object itself."""
        path = self._strip_protocol(path)
        if path in self._tree:
            found = sorted(self._tree[path].values(), key=lambda each: str(each["name"]))
        else:
            found = [self.info(path)]
        return found if detail else [each["name"] for each in found]

    def ukey(self, path: str) -> str:
        """The identity of an object's bytes: other bytes have another one, in every project."""
        what = self._files.snapshot.find(self._strip_protocol(path))
        spec = self._files.snapshot.manifest.storages[what.data.storage]
        ids = " ".join(what.version.ids)
        place = f"{spec.place().identity}/{what.key}"
        return sha256(f"{place}\n{what.version.size}\n{ids}".encode()).hexdigest()

    def checksum(self, path: str) -> int:
        """The same as a number."""
        return int(self.ukey(path), 16)

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        """An object's bytes, or a part of them: one request where they are few.

        Raises:
            FileNotFoundError: no pointer names it.
            StorageError: it cannot be read.
        """
        reader = self._reader(self._strip_protocol(path))
        first, last, _step = slice(start, end).indices(reader.size)
        try:
            return reader.part(first, max(first, last))
        finally:
            reader.close()

    def cat(
        self, path: Any, recursive: bool = False, on_error: str = "raise", **_: Any
    ) -> bytes | dict[str, Any]:
        """An object's bytes; of several, or of a directory with `recursive`, those of each.

        Args:
            path: an object, a pattern, or a list of them.
            recursive: whether directories mean what is below them.
            on_error: `raise` the first one, `return` it in the place of bytes, or `omit` it.
        """
        found = self.expand_path(path, recursive=recursive)
        if found == [self._strip_protocol(path)] and on_error == "raise":
            return self.cat_file(found[0])
        names = [name for name in found if name not in self._tree]
        answers = self.cat_ranges(names, None, None, "raise" if on_error == "raise" else "return")
        kept = zip(names, answers, strict=True)
        return {n: a for n, a in kept if on_error != "omit" or not isinstance(a, Exception)}

    def cat_ranges(
        self,
        paths: Sequence[str],
        starts: Any,
        ends: Any,
        on_error: str = "return",
        **_: Any,
    ) -> list[Any]:
        """Parts of objects, several of them at a time.

        Args:
            paths: the objects.
            starts: where each part begins, or one number for all of them.
            ends: where each part ends.
            on_error: `return` puts errors in the place of bytes, anything else raises the first.
        """
        firsts = starts if isinstance(starts, list) else [starts] * len(paths)
        lasts = ends if isinstance(ends, list) else [ends] * len(paths)
        if not len(paths) == len(firsts) == len(lasts):
            raise ValueError("there are not as many paths as starts and ends")

        def one(path: str, start: int | None, end: int | None) -> bytes | Exception:
            try:
                return self.cat_file(path, start, end)
            except (StorageError, OSError) as error:
                if on_error == "return":
                    return error
                raise

        self._files  # noqa: B018 - once, and not by every thread
        with ThreadPoolExecutor(_AT_ONCE, "git-storage-ranges") as pool:
            return list(pool.map(one, paths, firsts, lasts))

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        cache_options: Any = None,
        **options: Any,
    ) -> StorageFile:
        if mode != "rb":
            raise Unsupported(
                f"mode '{mode}' writes, and a recorded version does not change",
                hint="write to the file itself, then: git storage sync",
            )
        options.pop("autocommit", None)
        options.setdefault("cache_type", "none")  # it reads ahead by itself
        return StorageFile(self, path, self._reader(path), block_size, cache_options, **options)

    def _reader(self, path: str) -> Reader:
        what = self._files.snapshot.find(path)
        look = self._files.look(path)
        work = self._files.snapshot.work
        if look is not None and work is not None:
            if look.holds:
                return StagedReader(work.git.top / path, what.version.size)
            if look.edited and self._rev is None:
                told = f"{path} was edited here; gitstore:// gives what is recorded of it"
                warnings.warn(told, stacklevel=3)
        return PinnedReader(self._files.snapshot.pinned(what))


class PinnedReader:
    """Reads a recorded version from its storage.

    Args:
        pinned: the version.
    """

    def __init__(self, pinned: Pinned) -> None:
        self.size = pinned.size
        self._pinned = pinned
        self._ahead = Ahead(pinned.read, pinned.size)
        self._checked = Checked(pinned)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, which is not included."""
        data = self._ahead.read(start, end - start)
        self._checked.passed(start, data)
        return data

    def part(self, start: int, end: int) -> bytes:
        """The same for somebody who reads nothing else: not a byte more is asked for."""
        return self._pinned.read(Span(start, end)) if end - start <= MOST else self.read(start, end)

    def close(self) -> None:
        """Let go of what is held."""
        self._ahead.close()


class StagedReader:
    """Reads a staged file that holds the recorded bytes.

    Args:
        file: where it is.
        size: in bytes.
    """

    def __init__(self, file: Path, size: int) -> None:
        self.size = size
        self._stream = file.open("rb")

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, which is not included."""
        self._stream.seek(start)
        return self._stream.read(max(0, end - start))

    part = read

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


Reader = PinnedReader | StagedReader


class StorageFile(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
    """A recorded version as fsspec's own kind of file, so that its caches can be put before it.

    Args:
        fs: where it is from.
        path: its name there.
        reader: gives its bytes; closed with it.
        block_size: of a cache of fsspec.
        cache_options: of a cache of fsspec.
        options: `cache_type`.
    """

    def __init__(
        self,
        fs: GitStorageFileSystem,
        path: str,
        reader: Reader,
        block_size: int | None,
        cache_options: Any,
        **options: Any,
    ) -> None:
        self._reader = reader
        super().__init__(
            fs,
            path,
            block_size=block_size,
            cache_options=cache_options,
            size=reader.size,
            **options,
        )

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._reader.read(start, min(end, self.size))

    def close(self) -> None:
        """Let go of what is held."""
        if not self.closed:
            self._reader.close()
        super().close()


def _split(url: Any) -> tuple[dict[str, str], str]:
    """The options of a URL, and its path."""
    _, path = split_protocol(str(url))
    found = _OPTIONS.match(path)
    if found is None:
        return {}, path
    options: dict[str, str] = {}
    for each in found[1].split("&"):
        name, equals, value = each.partition("=")
        if name not in ("rev", "repo") or not equals:
            raise UsageError(f"gitstore:// knows no option '{each}'", hint="rev=REV&repo=URL")
        options[name] = unquote(value)
    return options, path[found.end() :]


def _info(what: Recorded) -> Info:
    ids = dict(spelled.split(":", 1) for spelled in what.version.ids)
    return {"name": what.name, "size": what.version.size, "type": "file", "ids": ids}


def _directory(path: str) -> Info:
    return {"name": path, "size": 0, "type": "directory"}
