"""The mounts of a work tree: a directory for each in the git directory, and who still runs.

`$GIT_DIR/storage/mounts/<id>/` holds `record` (what is mounted where), `log` (what its process had
to say), `problems` (what could not be read or written), `given` (what was written through it), and
`lock`, which its process holds for as long as it lives: a lock of the operating system, so that a
process that was killed holds nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_LOCK_TRIES = 20
_LOCK_PAUSE = 0.05  # seconds; whoever only looks holds the lock for less


@dataclass(frozen=True, slots=True)
class MountRecord:
    """One mount.

    Attributes:
        name: of its directory.
        data_path: what it shows.
        point: the directory that it is mounted on, absolute.
        shows: the folder of the mount that the data path leads to.
        live: whether it shows the storage as it is, not a pointer.
        writable: whether it takes writes.
        chosen: whether mounting has set this clone's mode, which unmounting takes back.
        host: the machine that it is on.
    """

    name: str
    data_path: str
    point: str
    shows: str
    live: bool = False
    writable: bool = False
    chosen: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a mount could not do for somebody.

    Attributes:
        path: the object.
        text: why, for people.
        when: in seconds since 1970.
        hint: what to type next, or None.
    """

    path: str
    text: str
    when: float
    hint: str | None = None


class MountDirectory:
    """What is kept of one mount.

    Args:
        git_dir: of the work tree.
        name: as `name_of` gives it.
    """

    def __init__(self, git_dir: Path, name: str) -> None:
        self.path = git_dir / "storage" / "mounts" / name

    @property
    def log(self) -> Path:
        """Where its process writes."""
        return self.path / "log"

    @property
    def given(self) -> Path:
        """Where it is noted what was written through it."""
        return self.path / "given"

    def gives(self) -> bool:
        """Whether its process is just giving something to the storage."""
        return (self.path / "giving").exists() and self.runs()

    def record(self) -> MountRecord | None:
        """What is mounted, or None where nothing is, or what is noted cannot be read."""
        try:
            return MountRecord(**json.loads((self.path / "record").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, record: MountRecord) -> None:
        """Note what is mounted."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(self.path / "record", asdict(record))

    def troubles(self) -> list[Trouble]:
        """What it could not do, the latest last."""
        try:
            return [Trouble(**one) for one in json.loads((self.path / "problems").read_text())]
        except (OSError, ValueError, TypeError):
            return []

    def set_troubles(self, troubles: list[Trouble]) -> None:
        """Note what it could not do; a disk that refuses is no reason to stop."""
        with contextlib.suppress(OSError):
            _replace(self.path / "problems", [asdict(one) for one in troubles])

    def runs(self) -> bool:
        """Whether its process lives; on this machine or, over NFS, on another one."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    @contextlib.contextmanager
    def running(self) -> Iterator[bool]:
        """Hold the lock of the mount's process; false where another one has it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield _taken(descriptor)
        finally:
            os.close(descriptor)

    def process(self) -> int | None:
        """The number of its process, as it noted it itself, or None."""
        try:
            return int((self.path / "lock").read_text())
        except (OSError, ValueError):
            return None

    def remove(self, keep_given: bool) -> None:
        """Forget the mount.

        Args:
            keep_given: but not what was written through it, for the next one.
        """
        with contextlib.suppress(OSError):
            names = {file.name for file in self.path.iterdir()} - {"record"}
            # The record goes last: until then the next command knows that there is something to do.
            for name in (*(names - {"given"} if keep_given else names), "record"):
                (self.path / name).unlink(missing_ok=True)
            self.path.rmdir()


def name_of(git_dir: Path, data_path: str) -> str:
    """The name of a mount: the same each time for one data path of one work tree of one machine."""
    told = "\0".join((os.uname().nodename, str(git_dir), data_path))
    return hashlib.sha256(os.fsencode(told)).hexdigest()[:12]


def records(git_dir: Path) -> list[MountRecord]:
    """The mounts of a work tree that were made on this machine, by data path."""
    try:
        names = [found.name for found in (git_dir / "storage" / "mounts").iterdir()]
    except OSError:
        return []
    found = (MountDirectory(git_dir, name).record() for name in names)
    here = os.uname().nodename
    return sorted((r for r in found if r is not None and r.host == here), key=lambda r: r.data_path)


def _taken(descriptor: int) -> bool:
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_LOCK_PAUSE)
            continue
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        return True
    return False


def _replace(file: Path, value: Any) -> None:
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_text(json.dumps(value))
    new.replace(file)
