"""One clone: a work tree on disk with its history, opened as the real use cases open it."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

from gitstore.adapters.facts import Facts
from gitstore.adapters.git import Git
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.adapters.tree_linked import KEPT
from gitstore.core.manifest import DataPath, Manifest, StorageSpec, Track, parse_manifest
from gitstore.core.pointer import parse
from gitstore.core.store import Store
from gitstore.core.versions import Version
from gitstore.repo.project import Project
from gitstore.repo.trusting import Trust
from tests.model.bucket import Bucket, Habit
from tests.model.history import History, Origin
from tests.model.oracle import Violation

DATA = "data"
POINTER = DATA + ".storage"
MANIFEST = """\
version: 1
storages:
  bucket:
    url: {url}
data:
  data:
    storage: bucket
    mode: {mode}
    exclude: [{exclude}]
    track: {track}
"""
SHELVES = ("one", "two")
"""The disks beside each work tree."""
# A workshop is removed when its process ends, and here the process goes on.
_OF_A_PROCESS = re.compile("(.*/)?tmp/[^/]*/lock")


@dataclass(frozen=True, slots=True)
class ModelProject(Project):
    """A project whose storage is the bucket of this world."""

    bucket: Bucket = field(kw_only=True)

    def open_store(self, spec: StorageSpec, facts: Facts | None = None) -> Store:
        """The bucket, whatever the manifest says."""
        if self.bucket.habit is Habit.CARELESS:
            return Rechecked(self.bucket, self.bucket.abilities())
        return self.bucket

    @property
    def trust(self) -> Trust:
        """Everything is approved: these histories are about bytes."""
        return Trusting(self)


class Trusting(Trust):
    """A user who approves everything."""

    def may_write(self, data: DataPath) -> bool:
        """Yes."""
        return True

    listed = known = may_write


class Clone:
    """A work tree, its repository, and what lies in both.

    Args:
        top: where it is or will be.
        origin: what it was cloned from.
        bucket: the storage of its data path.

    Attributes:
        exclude: the pattern of objects that its manifest leaves out, or nothing.
        mode: how its manifest makes the data path available.
        track: whether there is a pointer.
        away: whether its disks are taken off.
        forgotten: whether its state may not know any more where the link leads.
    """

    def __init__(self, top: Path, origin: Origin, bucket: Bucket, track: Track) -> None:
        self.top = top
        self.history = History(top, origin)
        self.bucket = bucket
        self.link = top / DATA
        self.exclude = ""
        self.mode = "copy"
        self.track = track
        self.away = self.forgotten = False
        (top / ".git").mkdir(parents=True)

    def project(self) -> Project:
        """The project, as a new process finds it."""
        text = MANIFEST.format(
            url=self.bucket.url, mode=self.mode, exclude=self.exclude, track=self.track.value
        )
        return ModelProject(cast(Git, self.history), text, _manifest(text), bucket=self.bucket)

    @property
    def data(self) -> Path:
        """Where the files lie: where there are some, or else where the data path leads."""
        led = self.link.readlink() if self.link.is_symlink() else self.link
        return next((place for place in self._places() if _names(place)), led)

    def place(self, name: str) -> Path:
        """The directory of one of the disks, or the work tree's own for any other name."""
        return self.top.with_name(f"{self.top.name}-{name}") if name in SHELVES else self.top

    def shelf(self, name: str) -> Path:
        """Where that is now: a disk that is away has another name."""
        away = self.away and name in SHELVES
        return self.top.with_name(f"{self.top.name}-{name}-away") if away else self.place(name)

    def carry(self, name: str) -> None:
        """A person moves all files to a disk, or home; nothing is ever mixed up."""
        former, place = self.data, self.shelf(name) / DATA
        self.shelf(name).mkdir(exist_ok=True)
        if former == place or not _names(former):
            return
        if place.is_symlink():
            place.unlink()
        shutil.rmtree(place, ignore_errors=True)  # it is empty, or `former` would be this one
        former.rename(place)

    def take_off(self) -> None:
        """The disks are away."""
        self._rename_shelves(away=True)

    def put_on(self) -> None:
        """The disks are there again.

        Raises:
            Violation: meanwhile something was made where they belong.
        """
        self._rename_shelves(away=False)

    def _rename_shelves(self, *, away: bool) -> None:
        shelves = [self.shelf(name) for name in SHELVES]
        self.away = away
        for shelf, name in zip(shelves, SHELVES, strict=True):
            if shelf.exists():
                if self.shelf(name).exists():
                    raise Violation(f"{self.shelf(name)} was made while its disk was away")
                shelf.rename(self.shelf(name))

    def files(self) -> dict[str, bytes]:
        """The local files by object path.

        Raises:
            Violation: some are at the data path and some on a disk, or on two.
        """
        full = [found for found in map(_below, self._places()) if found]
        if len(full) > 1:
            raise Violation(f"files of one data path in {len(full)} places: {full}")
        return full[0] if full else {}

    def trash(self) -> set[bytes]:
        """What the trash holds."""
        return {
            data for kept in self._kept() for name, data in _below(kept).items() if "trash/" in name
        }

    def _places(self) -> list[Path]:
        own = [] if self.link.is_symlink() else [self.link]
        return [*own, *(self.shelf(name) / DATA for name in SHELVES)]

    def _kept(self) -> list[Path]:
        beside = (self.shelf(name) / KEPT for name in SHELVES)
        return [self.top / ".git" / "storage", *beside]

    def leftovers(self) -> set[str]:
        """Files that are neither data nor trash nor one of the few that belong there."""
        lasting = ("storage/state.db", "storage/facts.db", "storage/lock", "info/exclude")
        inside = {
            name
            for name in _names(self.top / ".git")
            if "/trash/" not in f"/{name}"
            and name not in lasting
            and not _OF_A_PROCESS.fullmatch(name)
        }
        beside = {one.name for one in self.top.iterdir()} - {".git", DATA, POINTER}
        away = {
            f"{kept}/{name}"
            for kept in self._kept()[1:]
            for name in _names(kept)
            if "/trash/" not in name and not name.startswith("claims/")
            if not name.endswith("/.gitignore") and not _OF_A_PROCESS.fullmatch(name)
        }
        return inside | beside | away

    def pointer_text(self) -> bytes:
        """The pointer file."""
        return (self.top / POINTER).read_bytes()

    def set_pointer_text(self, text: bytes) -> None:
        """What git does to the pointer file."""
        (self.top / POINTER).write_bytes(text)

    def pointer(self) -> dict[str, Version]:
        """The pointer's entries; live data have none."""
        if self.track is Track.LIVE:
            return {}
        return dict(parse({"": self.pointer_text()}, POINTER).entries)

    def write(self, path: str, data: bytes) -> None:
        """A person saves a file: in place or beside, by the bytes that are written."""
        target = self.data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if len(data) % 2 and target.exists():
            beside = target.with_name("~saving")
            beside.write_bytes(data)
            beside.rename(target)
        else:
            target.write_bytes(data)

    def remove(self, path: str) -> None:
        """A person removes a file."""
        (self.data / path).unlink(missing_ok=True)

    def wipe(self, how: str) -> None:
        """A person loses the directory, or all that is in it; of a link, only the link."""
        if how == "gone" and self.link.is_symlink():
            if not self.forgotten:
                self.link.unlink()
            return
        data = self.data
        shutil.rmtree(data, ignore_errors=True)
        if how == "empty":
            data.mkdir()

    def lose(self, what: str) -> None:
        """The state, the facts or both are gone; of state and link, one is left to tell the way."""
        if what != "facts" and self.data != self.link:
            if not self.link.is_symlink():
                return
            self.forgotten = True
        for name in ("state", "facts"):
            if what in (name, "both"):
                (self.top / ".git" / "storage" / f"{name}.db").unlink(missing_ok=True)


@cache
def _manifest(text: str) -> Manifest:
    return parse_manifest(text)


def _below(root: Path) -> dict[str, bytes]:
    return {name: Path(f"{root}/{name}").read_bytes() for name in _names(root)}


def _names(root: Path) -> list[str]:
    skip = len(str(root)) + 1
    return sorted(f"{folder}/{name}"[skip:] for folder, _, names in os.walk(root) for name in names)
