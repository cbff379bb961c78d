"""What a clone has learnt: which bytes a place id stands for, and what a storage can do.

`<common git directory>/storage/facts.db`, shared by the work trees of a clone. It is disposable:
everything in it can be measured or read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gitstore.adapters.database import FACTS, Database
from gitstore.core.versions import Version

if TYPE_CHECKING:
    import sqlite3

KEPT = 8
"""Versions that are remembered of one key; of these the newest."""

_AT_ONCE = 500  # values in one query; SQLite before 3.32 takes no more than 999
_FORMAT_1 = """
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE fact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL,
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    ids TEXT NOT NULL,
    UNIQUE (source, key, size, ids)
);
CREATE TABLE abilities (identity TEXT PRIMARY KEY, found TEXT NOT NULL)
"""
_FORMAT_2 = "CREATE TABLE told (identity TEXT PRIMARY KEY)"


class Facts:
    """What a clone has learnt. A missing file is empty and is made by the first fact.

    May be used by several threads; they take turns. All methods raise `StateError` when the file
    cannot be used, and the writing ones `LocalFailure` when the disk refuses and `Locked` when
    another process does not end its transaction.
    """

    def __init__(self, file: Path) -> None:
        self._database = Database(file, [_FORMAT_1, _FORMAT_2], FACTS)

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
        self._database.close()

    def of(self, source: str) -> dict[str, tuple[Version, ...]]:
        """All facts of a source by key, the newest first."""
        return _by_key(self._database.rows(_QUERY + " ORDER BY f.id DESC", (source,)))

    def for_keys(self, source: str, keys: Iterable[str]) -> dict[str, tuple[Version, ...]]:
        """The facts of some keys, the newest first; keys without any are left out."""
        asked = list(keys)
        rows: list[Any] = []
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"{_QUERY} AND f.key IN ({marks}) ORDER BY f.id DESC"
            rows += self._database.rows(query, (source, *some))
        return _by_key(rows)

    def add(self, source: str, facts: Mapping[str, Version]) -> None:
        """Remember versions by key; of each key the newest few are kept."""
        if not facts:
            return
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (source,))
            query = "SELECT id FROM source WHERE name = ?"
            at = connection.execute(query, (source,)).fetchone()[0]
            connection.executemany(
                "INSERT OR REPLACE INTO fact (source, key, size, ids) VALUES (?, ?, ?, ?)",
                [(at, key, v.size, "\t".join(v.ids)) for key, v in facts.items()],
            )
            connection.executemany(
                _FORGET, [(at, key, KEPT) for key in _crowded(connection, at, facts)]
            )

    def abilities(self, identity: str) -> dict[str, Any] | None:
        """What was last measured of a storage, or None."""
        rows = self._database.rows("SELECT found FROM abilities WHERE identity = ?", (identity,))
        return dict(json.loads(rows[0][0])) if rows else None

    def set_abilities(self, identity: str, found: Mapping[str, Any]) -> None:
        """Remember what was measured of a storage, as plain values."""
        with self._database.writing() as connection:
            values = (identity, json.dumps(dict(found)))
            connection.execute("INSERT OR REPLACE INTO abilities VALUES (?, ?)", values)

    def told(self, identity: str) -> bool:
        """Whether somebody was told here that a storage keeps no old versions."""
        return bool(self._database.rows("SELECT 1 FROM told WHERE identity = ?", (identity,)))

    def set_told(self, identity: str) -> None:
        """Remember that it was told, so that it is told once."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO told VALUES (?)", (identity,))


_FORGET = (
    "DELETE FROM fact WHERE source = ?1 AND key = ?2 AND id NOT IN"
    " (SELECT id FROM fact WHERE source = ?1 AND key = ?2 ORDER BY id DESC LIMIT ?3)"
)
_QUERY = "SELECT f.key, f.size, f.ids FROM fact f JOIN source s ON s.id = f.source WHERE s.name = ?"


def _crowded(connection: sqlite3.Connection, source: int, keys: Iterable[str]) -> Iterator[str]:
    """The keys of which more is remembered than is kept."""
    asked = list(keys)
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        query = (
            f"SELECT key FROM fact WHERE source = ? AND key IN ({marks})"  # noqa: S608 - marks
            " GROUP BY key HAVING count(*) > ?"
        )
        found = connection.execute(query, (source, *some, KEPT)).fetchall()
        yield from (key for (key,) in found)


def _by_key(rows: Iterable[tuple[str, int, str]]) -> dict[str, tuple[Version, ...]]:
    found: dict[str, tuple[Version, ...]] = {}
    for key, size, ids in rows:
        version = Version(size, tuple(ids.split("\t")) if ids else ())
        found[key] = (*found.get(key, ()), version)
    return found
