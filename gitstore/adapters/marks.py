"""What tells that files are still the ones that were read: for whoever keeps what they said."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gitstore.core.ticks import settles

_CHANGES = slice(24, 28)  # https://sqlite.org/fileformat2.html#file_change_counter


@dataclass(frozen=True, slots=True)
class Mark:
    """What some files were like when somebody looked.

    Attributes:
        what: changes when one of them comes, goes, is replaced or written to.
        settled_ns: whoever looked later than this notices every later write, see `core.ticks`.
    """

    what: tuple[object, ...]
    settled_ns: int


def of_files(files: Iterable[Path]) -> Mark:
    """The mark of files, whether they are there or not; links are followed."""
    found: list[object] = []
    settled = 0
    for file in files:
        try:
            now = os.stat(file)  # noqa: PTH116 - at each open of a file; it takes half as long
        except OSError:
            found.append(None)
            continue
        times = now.st_mtime_ns, now.st_ctime_ns
        settled = max(settled, settles(*times))
        found.append((now.st_dev, now.st_ino, now.st_mode, now.st_uid, now.st_size, *times))
    return Mark(tuple(found), settled)


def of_repositories(directories: Iterable[Path]) -> Mark:
    """The mark of the `.git` of directories: which there are, whose, and where they lead."""
    found: list[object] = []
    settled = 0
    for directory in directories:
        try:
            now = os.lstat(directory / ".git")
        except OSError:
            found.append(None)
            continue
        own: tuple[int, ...] = (now.st_dev, now.st_ino, now.st_mode, now.st_uid)
        if not stat.S_ISDIR(now.st_mode):
            # What is in a directory changes all the time, and is looked at where it counts.
            times = now.st_mtime_ns, now.st_ctime_ns
            own, settled = (*own, now.st_size, *times), max(settled, settles(*times))
        found.append(own)
    return Mark(tuple(found), settled)


def of_database(database: Path) -> tuple[object, ...] | None:
    """What changes with every transaction of a SQLite file; None while one is under way."""
    if database.with_name(database.name + "-journal").exists():
        return None
    try:
        with database.open("rb") as stream:
            found = os.fstat(stream.fileno())
            changes = stream.read(_CHANGES.stop)[_CHANGES]
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    return changes.hex(), found.st_size, found.st_mtime_ns, found.st_ino
