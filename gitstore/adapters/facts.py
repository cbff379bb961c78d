"""What a clone has learnt: which bytes a place id stands for, and what a storage can do.

`<common git directory>/storage/facts.db`, shared by the work trees of a clone. It is disposable:
everything in it can be measured or read again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from gitstore.core.errors import LocalFailure, Locked, StateError
from gitstore.core.versions import Version

KEPT = 8
"""Versions that are remembered of one key; of these the newest."""

BUSY = 30  # seconds to wait for another process's transaction
_AT_ONCE = 500  # values in one query; SQLite before 3.32 takes no more than 999
_FORMAT = 1
_APPLICATION = 0x67737466  # "gstf", so that no other program's database is taken for ours
_TABLES = (
    "CREATE TABLE IF NOT EXISTS source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE IF NOT EXISTS fact (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " source INTEGER NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, ids TEXT NOT NULL,"
    " UNIQUE (source, key, size, ids))",
    "CREATE TABLE IF NOT EXISTS abilities (identity TEXT PRIMARY KEY, found TEXT NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_FORMAT}",
)


class Facts:
    """What a clone has learnt. A missing file is empty and is made by the first fact.

    May be used by several threads; they take turns. All methods raise `StateError` when the file
    cannot be used, and the writing ones `LocalFailure` when the disk refuses and `Locked` when
    another process does not end its transaction.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    @classmethod
    def open(cls, common_dir: Path) -> Facts:
        """The facts of the clone with this common git directory."""
        return cls(common_dir / "storage" / "facts.db")

    def __enter__(self) -> Facts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; it opens again when it is asked again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def of(self, source: str) -> dict[str, tuple[Version, ...]]:
        """All facts of a source by key, the newest first."""
        return _by_key(self._rows(_QUERY + " ORDER BY f.id DESC", (source,)))

    def for_keys(self, source: str, keys: Iterable[str]) -> dict[str, tuple[Version, ...]]:
        """The facts of some keys, the newest first; keys without any are left out."""
        asked = list(keys)
        rows: list[Any] = []
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"{_QUERY} AND f.key IN ({marks}) ORDER BY f.id DESC"
            rows += self._rows(query, (source, *some))
        return _by_key(rows)

    def add(self, source: str, facts: Mapping[str, Version]) -> None:
        """Remember versions by key; of each key the newest few are kept."""
        if not facts:
            return
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (source,))
            query = "SELECT id FROM source WHERE name = ?"
            at = connection.execute(query, (source,)).fetchone()[0]
            connection.executemany(
                "INSERT OR REPLACE INTO fact (source, key, size, ids) VALUES (?, ?, ?, ?)",
                [(at, key, v.size, "\t".join(v.ids)) for key, v in facts.items()],
            )
            connection.executemany(
                "DELETE FROM fact WHERE source = ?1 AND key = ?2 AND id NOT IN (SELECT id FROM fact"
                " WHERE source = ?1 AND key = ?2 ORDER BY id DESC LIMIT ?3)",
                [(at, key, KEPT) for key in facts],
            )

    def abilities(self, identity: str) -> dict[str, Any] | None:
        """What was last measured of a storage, or None."""
        rows = self._rows("SELECT found FROM abilities WHERE identity = ?", (identity,))
        return dict(json.loads(rows[0][0])) if rows else None

    def set_abilities(self, identity: str, found: Mapping[str, Any]) -> None:
        """Remember what was measured of a storage, as plain values."""
        with self._writing() as connection:
            values = (identity, json.dumps(dict(found)))
            connection.execute("INSERT OR REPLACE INTO abilities VALUES (?, ?)", values)

    def _rows(self, query: str, values: Iterable[Any]) -> list[Any]:
        with self._lock, self._told():
            if self._connection is None and not self._file.exists():
                return []
            return self._opened().execute(query, tuple(values)).fetchall()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # SQLite gives its journals the permissions of the database.
                os.close(os.open(self._file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            except OSError as error:
                said = error.strerror or str(error)
                raise LocalFailure(f"{self._file} cannot be made: {said}") from error
            self._connection = self._connected()
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            ours = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _MARKS]
            if ours != [_APPLICATION, _FORMAT]:
                if ours != [0, 0] or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    raise self._unusable("is not a file of this git storage, or of a newer one")
                # DELETE, not WAL, because git directories lie on network file systems.
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("BEGIN IMMEDIATE")
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            # The texts of https://sqlite.org/rescode.html; Python 3.10 does not pass codes on.
            said = str(error)
            if "locked" in said:
                hint = "wait until it has ended, then try again"
                raise Locked(f"another process keeps {self._file} locked", hint=hint) from error
            if any(word in said for word in ("full", "readonly", "unable to open")):
                raise LocalFailure(f"{self._file} cannot be written: {said}") from error
            raise self._unusable(f"cannot be used ({said})") from error
        except sqlite3.DatabaseError as error:
            raise self._unusable(f"is damaged ({error})") from error

    def _unusable(self, why: str) -> StateError:
        file, aside = shlex.quote(str(self._file)), shlex.quote(f"{self._file}.broken")
        hint = f"mv {file} {aside}  # nothing is lost: it is found out again"
        return StateError(f"{self._file} {why}", hint=hint)


_MARKS = ("application_id", "user_version")
_QUERY = "SELECT f.key, f.size, f.ids FROM fact f JOIN source s ON s.id = f.source WHERE s.name = ?"


def _by_key(rows: Iterable[tuple[str, int, str]]) -> dict[str, tuple[Version, ...]]:
    found: dict[str, tuple[Version, ...]] = {}
    for key, size, ids in rows:
        version = Version(size, tuple(ids.split("\t")) if ids else ())
        found[key] = (*found.get(key, ()), version)
    return found
