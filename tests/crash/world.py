"""A clone, its storage and somebody else's clone, of which everything can be looked at."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from gitstore.adapters.grants import Grants
from gitstore.adapters.stores.directory_tree import TEMPORARY
from tests import lab as laboratory
from tests.lab import DATA, Lab
from tests.model.driver import place
from tests.mounts.scene import points
from tests.rules.scenes import over_s3
from tests.servers import Bucket, S3Server

NAMES = ("a", "b.tar.gz", "dir/c", "dir/d", "dir/sub/e", "f")


class Shelf(Protocol):
    """A storage as people without git use it."""

    def put(self, key: str, data: bytes, /) -> object:
        """Write an object."""

    def delete(self, key: str) -> None:
        """Delete an object."""

    def objects(self) -> dict[str, bytes]:
        """Every current object."""


@dataclass(frozen=True, slots=True)
class S3Shelf:
    """A bucket."""

    bucket: Bucket

    def put(self, key: str, data: bytes, /) -> object:
        """Write an object."""
        return self.bucket.put(key, data)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self.bucket.delete(key)

    def objects(self) -> dict[str, bytes]:
        """Every current object."""
        return self.bucket.contents()


@dataclass(frozen=True, slots=True)
class Sight:
    """All bytes that there are at one moment.

    Attributes:
        here: the local files.
        there: the storage's current objects.
        trash: what the trash holds.
        shown: the local files that a mount shows. Their bytes lie on the storage, where somebody
            may have replaced them: then they cannot be read, and are not listed as local.
    """

    here: dict[str, bytes]
    there: dict[str, bytes]
    trash: frozenset[bytes]
    shown: frozenset[str] = frozenset()

    def found(self) -> set[bytes]:
        """What can be found again."""
        return {*self.here.values(), *self.there.values(), *self.trash}

    def written(self) -> set[bytes]:
        """What was written here."""
        return {data for path, data in self.here.items() if path not in self.shown}


@dataclass(slots=True)
class World:
    """What scenarios happen in; the same one for many of them.

    Attributes:
        lab: the clone that is killed.
        other: somebody else's, which is not.
        shelf: the storage.
        random: for choices and bytes.
        second: another storage, as `add` names it on the command line.
        number: of the scenario.
        known: all bytes that anybody wrote.
        added: storages that a scenario has described.
    """

    lab: Lab
    other: Lab
    shelf: Shelf
    random: Random
    second: tuple[str, ...]
    number: int = 0
    known: set[bytes] = field(default_factory=set)
    added: list[str] = field(default_factory=list)

    def content(self) -> bytes:
        """Bytes that nobody wrote before."""
        data = self.random.randbytes(self.random.choice((9, 300, 70_000)))
        self.known.add(data)
        return data

    def edit(self, name: str) -> bytes:
        """Somebody saves a local file."""
        data = self.content()
        self.lab.write(f"{DATA}/{name}", data)
        return data

    def put(self, name: str) -> bytes:
        """Somebody without git writes an object."""
        data = self.content()
        self.shelf.put(name, data)
        return data

    def look(self) -> Sight:
        """What there is now."""
        top = self.lab.top
        folders = [one for one in sorted(top.iterdir()) if one.is_dir() and one.name != ".git"]
        files = [path for one in folders for path in sorted(one.rglob("*")) if path.is_file()]
        found = {path.relative_to(top).as_posix(): _content(path) for path in files}
        here = {path: data for path, data in found.items() if data is not None}
        mounted = tuple(f"{one.name}/" for one in folders if one.is_symlink())
        kept = (top / ".git/storage/trash").rglob("*")
        trash = frozenset(path.read_bytes() for path in kept if path.is_file())
        there = self.shelf.objects()
        ours = [key for key in there if key.rpartition("/")[2].startswith(TEMPORARY)]
        for key in ours:
            del there[key]
        return Sight(here, there, trash, frozenset(p for p in here if p.startswith(mounted)))

    def settle(self) -> None:
        """Everybody agrees, the objects are the usual ones, and all of it is committed."""
        lab = self.lab
        for name in self.added:
            lab.storage("forget", name)
        self.added.clear()
        if (lab.top / ".git/storage/mounts").exists():
            lab.storage("umount")
            (lab.top / ".git/storage/mounts").rmdir()
        lab.storage("sync", "--keep", "remote")
        there = self.shelf.objects()
        for name in set(NAMES) - there.keys():
            self.put(name)
        for name in there.keys() - set(NAMES):
            self.shelf.delete(name)
        if there.keys() != set(NAMES):
            lab.storage("sync")
        if lab.files().keys() != set(NAMES):
            lab.storage("stage", "--all")
        assert lab.files() == self.shelf.objects(), "here and there differ for good"
        if lab.git("status", "--porcelain").out:
            lab.commit("settle")
        self.number += 1
        # Nothing temporary is left for ever; a journal goes when its database is opened.
        with Grants.open(lab.top / ".git", "") as grants:
            grants.all()  # no command had to ask what is approved here
        left = [*workshops(self), *(lab.top / ".git/storage").glob("*-journal")]
        assert left == [], f"left for ever: {left}"


@contextmanager
def world(seed: int, server: S3Server | None, directory: Path | None = None) -> Iterator[World]:
    """A new world, with a directory or, if there is a server, a bucket of it for a storage."""
    root = directory or Path(tempfile.mkdtemp(prefix="git-storage-crash-", dir=place()))
    lab = laboratory.make(root)
    random = Random(seed)
    objects = {name: random.randbytes(100 + 10 * len(name)) for name in NAMES}
    try:
        if server is None:
            lab.describe(objects)
            second = laboratory.Bucket(root / "second")
            second.put("x/y", b"of the second storage")
            made = World(lab, lab.clone(), lab.bucket, random, ("../second",))
        else:
            bucket = server.make_bucket()
            lab = over_s3(lab, bucket, objects)
            more = server.make_bucket()
            more.put("x/y", b"of the second storage")
            where = (more.url, "--endpoint", server.endpoint)
            made = World(lab, lab.clone(), S3Shelf(bucket), random, where)
        made.known |= set(objects.values())
        for clone in (made.lab, made.other):
            clone.storage("stage", "--all")
        yield made
    finally:
        for point in points(lab):
            subprocess.run(["fusermount3", "-u", "-z", point], check=True)
        if directory is None:
            shutil.rmtree(root, ignore_errors=True)


def _content(path: Path) -> bytes | None:
    """What a file holds; None where a mount would have to show what its storage has no more."""
    try:
        return path.read_bytes()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return None


def leftovers(world: World) -> list[str]:
    """Files that are neither data nor one of the few that a clone keeps; on the storage too."""
    top = world.lab.top
    lasting = {"state.db", "facts.db", "grants.db", "lock", "pointers", "installed"}
    lasting |= {"manifest.json", "glances.json"}  # may be lost, and are made again
    found = [
        path
        for folder, _, names in os.walk(top / ".git/storage")
        if "/storage/trash" not in folder and "/storage/tmp" not in folder
        if "/storage/mounts" not in folder or not (top / DATA).is_symlink()
        for path in (Path(folder, name) for name in names)
        if path.name not in lasting and not path.name.endswith("-journal")
    ]
    found += top.rglob("*.git-storage-new")
    if isinstance(world.shelf, laboratory.Bucket):
        found += world.shelf.root.rglob(f"{TEMPORARY}*")
    return sorted(str(path) for path in found)


def workshops(world: World) -> list[Path]:
    """The directories for temporary files, with what is in them."""
    return sorted((world.lab.top / ".git/storage/tmp").glob("*"))


def age(world: World) -> None:
    """Two minutes pass: for some seconds a directory that is not locked yet is left alone."""
    for workshop in workshops(world):
        then = time.time() - 120
        os.utime(workshop, (then, then))
