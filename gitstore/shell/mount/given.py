"""What was written through a mount and is in no pointer yet, so that it is shown after a restart.

One JSON document per line, appended before anybody is told that a file is written. The pointer is
not changed by a mount (rule P2): `git storage sync` brings into it what is noted here.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitstore.core.versions import Version, equal
from gitstore.shell.mount.tree import Tree


@dataclass(frozen=True, slots=True)
class Given:
    """One file that the storage got.

    Attributes:
        path: the object.
        before: what was shown before; None for a new one.
        made: the version that writing it made.
    """

    path: str
    before: Version | None
    made: Version


class Journal:
    """The files that were given through a mount.

    Args:
        file: where they are noted.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = {one.path: one for one in _read(file)}
        self._writing = threading.Lock()
        self._on_their_way = 0

    def made(self, path: str) -> Version | None:
        """The version that this mount has made of an object, or None."""
        known = self._known.get(path)
        return None if known is None else known.made

    @contextmanager
    def giving(self) -> Iterator[None]:
        """While something is on its way to the storage, unmounting waits (see `MountDirectory`)."""
        mark = self._file.with_name("giving")
        with self._writing:
            self._on_their_way += 1
            with suppress(OSError):
                mark.touch()
        try:
            yield
        finally:
            with self._writing:
                self._on_their_way -= 1
                if not self._on_their_way:
                    mark.unlink(missing_ok=True)

    def add(self, given: Given) -> None:
        """Note a file; of several writes the first one says what was before."""
        with self._writing:
            first = self._known.get(given.path, given)
            self._known[given.path] = Given(given.path, first.before, given.made)
            with suppress(OSError), self._file.open("a") as stream:
                stream.write(json.dumps(_document(self._known[given.path])) + "\n")
                stream.flush()
                os.fsync(stream.fileno())

    def forget(self, path: str) -> None:
        """An object that was given is gone again."""
        with self._writing:
            if self._known.pop(path, None) is not None:
                self._keep()

    def missing_in(self, entries: Mapping[str, Version]) -> int:
        """How many of them a pointer does not name."""
        known = self._known.items()
        return sum(not equal(entries.get(path), one.made) for path, one in known)

    def lay_over(self, tree: Tree, entries: Mapping[str, Version]) -> None:
        """Show what was given over what the pointer names, where that still is as it was then."""
        with self._writing:
            for path, one in list(self._known.items()):
                if entries.get(path) == one.before:
                    tree.put(path, one.made)
                else:
                    del self._known[path]  # the pointer has moved on
            self._keep()

    def _keep(self) -> None:
        new = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            new.write_text("".join(json.dumps(_document(o)) + "\n" for o in self._known.values()))
            new.replace(self._file)


def _document(one: Given) -> dict[str, Any]:
    return {"path": one.path, "before": _spelled(one.before), "made": _spelled(one.made)}


def _spelled(version: Version | None) -> list[Any] | None:
    return None if version is None else [version.size, *version.ids]


def _read(file: Path) -> Iterator[Given]:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            found = json.loads(line)
            made = _version(found["made"])
            if made is not None:
                yield Given(str(found["path"]), _version(found["before"]), made)
        except (ValueError, KeyError, TypeError):
            continue  # cut off by a kill


def _version(spelled: Any) -> Version | None:
    return None if spelled is None else Version(int(spelled[0]), tuple(map(str, spelled[1:])))
