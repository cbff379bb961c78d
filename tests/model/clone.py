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
from gitstore.core.manifest import DataPath, Manifest, StorageSpec, Track, parse_manifest
from gitstore.core.pointer import parse
from gitstore.core.store import Store
from gitstore.core.versions import Version
from gitstore.repo.project import Project
from gitstore.repo.trusting import Trust
from tests.model.bucket import Bucket, Habit
from tests.model.history import History, Origin

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
# A workshop is removed when its process ends, and here the process goes on.
_OF_A_PROCESS = re.compile("storage/tmp/[^/]*/lock")


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
    """

    def __init__(self, top: Path, origin: Origin, bucket: Bucket, track: Track) -> None:
        self.top = top
        self.history = History(top, origin)
        self.bucket = bucket
        self.data = top / DATA
        self.exclude = ""
        self.mode = "copy"
        self.track = track
        (top / ".git").mkdir(parents=True)

    def project(self) -> Project:
        """The project, as a new process finds it."""
        text = MANIFEST.format(
            url=self.bucket.url, mode=self.mode, exclude=self.exclude, track=self.track.value
        )
        return ModelProject(cast(Git, self.history), text, _manifest(text), bucket=self.bucket)

    def files(self) -> dict[str, bytes]:
        """The local files by object path."""
        return _below(self.data)

    def trash(self) -> set[bytes]:
        """What the trash holds."""
        return set(_below(self.top / ".git" / "storage" / "trash").values())

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
        return inside | beside

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
        """A person loses the directory, or all that is in it."""
        shutil.rmtree(self.data, ignore_errors=True)
        if how == "empty":
            self.data.mkdir()

    def lose(self, what: str) -> None:
        """The state, the facts or both are gone."""
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
