"""What the state of a work tree is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitstore.core.ticks import settles
from gitstore.core.versions import Version

# Data paths and sources are numbered, so that the rows of a hundred thousand objects stay short and
# renaming a data path changes one row.
_FORMAT_1 = """
CREATE TABLE data_path (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, root TEXT,
  wanted TEXT NOT NULL DEFAULT '[]');
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE base (data_path INTEGER, path TEXT, source INTEGER NOT NULL, size INTEGER NOT NULL,
  ids TEXT NOT NULL, erase INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE recorded (data_path INTEGER, path TEXT, sha256 TEXT NOT NULL,
  PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE seen (data_path INTEGER, path TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 TEXT NOT NULL, md5 TEXT,
  noted_ns INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE intent (data_path INTEGER, path TEXT, key TEXT NOT NULL, sha256 TEXT NOT NULL,
  size INTEGER NOT NULL, expected_size INTEGER, expected_ids TEXT,
  PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE operation (id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL,
  argv TEXT NOT NULL, began REAL NOT NULL, finished INTEGER NOT NULL DEFAULT 0);
CREATE TABLE effect (id INTEGER PRIMARY KEY, operation INTEGER NOT NULL, data_path TEXT NOT NULL,
  kind TEXT NOT NULL, path TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX effect_of ON effect (operation)
"""
_FORMAT_2 = """
CREATE TABLE verified (data_path INTEGER, path TEXT, side TEXT, what TEXT NOT NULL,
  at REAL NOT NULL, PRIMARY KEY (data_path, path, side)) WITHOUT ROWID
"""
# Where the bytes lie if not at the data path; and files that others keep which were taken for what
# was recorded without all of their bytes having been read.
_FORMAT_3 = """
CREATE TABLE location (data_path INTEGER PRIMARY KEY, directory TEXT NOT NULL, owner TEXT NOT NULL);
CREATE TABLE spare (directory TEXT PRIMARY KEY);
CREATE TABLE accepted (data_path INTEGER, path TEXT, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID
"""
FORMATS = (_FORMAT_1, _FORMAT_2, _FORMAT_3)
"""What makes the tables of each format from those of the one before it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the stat cache: a file as it was when its bytes were hashed.

    Attributes:
        size: in bytes.
        mtime_ns: time of the last write, in nanoseconds.
        ctime_ns: time of the last change of anything about the file, in nanoseconds.
        inode: the file's number.
        sha256: of its bytes, in lower-case hexadecimal.
        md5: of its bytes, in lower-case hexadecimal, or None.
        noted_ns: the file system's clock when hashing began, in nanoseconds.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str
    md5: str | None
    noted_ns: int


@dataclass(frozen=True, slots=True)
class Intent:
    """An upload that may have happened.

    Attributes:
        key: the storage's key.
        sha256: of the bytes.
        size: in bytes.
        expected: the version that was to be replaced; None for a new object.
    """

    key: str
    sha256: str
    size: int
    expected: Version | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that an operation did, as far as undo needs to know.

    Attributes:
        data_path: relative to the top level; `''` for the project as a whole.
        kind: what was done.
        path: the object or file.
        detail: plain values, kept as JSON.
    """

    data_path: str
    kind: str
    path: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that undo knows about.

    Attributes:
        number: later ones are larger.
        verb: the command.
        argv: its arguments.
        when: when it began, in seconds since 1970.
        finished: whether it came to its end.
    """

    number: int
    verb: str
    argv: tuple[str, ...]
    when: float
    finished: bool


def trusted(seen: Seen, size: int, mtime_ns: int, ctime_ns: int, inode: int) -> bool:
    """Whether a file with this stat surely still has the bytes that were hashed.

    A file that was touched in the clock tick in which it was hashed may have been written again
    afterwards without any trace in its times: git calls such entries racy
    (https://git-scm.com/docs/racy-git). They are not trusted.
    """
    now = (size, mtime_ns, ctime_ns, inode)
    if now != (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode):
        return False
    return settles(mtime_ns, ctime_ns) <= seen.noted_ns
