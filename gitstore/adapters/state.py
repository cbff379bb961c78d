"""The state of one work tree: what was staged, wanted, recorded and seen, and what undo needs.

`<git directory>/storage/state.db`. Losing it is harmless (rule B4): bases are found again by
comparing, and what was seen is read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from gitstore.adapters.database import Database
from gitstore.adapters.state_formats import FORMATS
from gitstore.adapters.state_seen import Seen
from gitstore.core.errors import UnknownName
from gitstore.core.location import Location, Owner
from gitstore.core.model import Base
from gitstore.core.slices import Span
from gitstore.core.versions import Version

if TYPE_CHECKING:
    # Imported where one is read: `status` reads none.
    from gitstore.adapters.state_values import Effect, Intent, Operation

_TABLES = ("base", "recorded", "seen", "intent", "verified", "accepted", "location")

_SIGNED = 1 << 63  # SQLite's integers have 64 bits and a sign


class WorkState:
    """The state of one work tree. A missing file is an empty state and is made by the first write.

    All methods raise `StateError` when the file cannot be used, `Locked` when another process does
    not end its transaction, and the writing ones `LocalFailure` when the disk refuses.
    """

    def __init__(self, file: Path) -> None:
        self._database = Database(file, FORMATS)

    @classmethod
    def open(cls, git_dir: Path) -> WorkState:
        """The state of the work tree with this git directory."""
        return cls(git_dir / "storage" / "state.db")

    def __enter__(self) -> WorkState:
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

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Everything written inside is one transaction; batches inside belong to it."""
        with self._database.writing():
            yield

    def others(self) -> int | None:
        """A number that changes when another process has written; None where there is no state."""
        return self._database.others()

    def rows(self, data_path: str, span: Span) -> tuple[object, ...]:
        """Everything here that the status of some objects follows from, as it is kept.

        But for the stat cache, which only says what reading the files would say.
        """
        query = "SELECT wanted, root FROM data_path WHERE name = ?"
        found = [self._database.rows(query, (data_path,))]
        found.append(self._database.rows("SELECT id, name FROM source ORDER BY id"))
        for columns in (("base", "path, source, size, ids, erase"), ("recorded", "path, sha256")):
            found.append(self._database.rows(*_all_of(*columns, data_path, span)))
        return tuple(found)

    def staged_paths(self, data_path: str) -> list[str]:
        """The objects that have bases, without those."""
        return [path for (path,) in self._database.rows(*_all_of("base", "path", data_path))]

    def bases(self, data_path: str, span: Span | None = None) -> dict[str, tuple[str, Base]]:
        """The bases by object path, each with the source at which its place ids were issued.

        Args:
            span: only of these paths.
        """
        columns = "path, s.name, size, ids, erase"
        rows = self._database.rows(
            *_all_of("base JOIN source s ON s.id = source", columns, data_path, span)
        )
        return {
            path: (source, Base(_version(size, ids), bool(erase)))
            for path, source, size, ids, erase in rows
        }

    def staged_data_paths(self) -> list[str]:
        """The data paths of which something was staged here, and is not unstaged."""
        query = "SELECT name FROM data_path WHERE EXISTS (SELECT 1 FROM base WHERE data_path = id)"
        return [name for (name,) in self._database.rows(query)]

    def set_bases(self, data_path: str, source: str, bases: Mapping[str, Base | None]) -> None:
        """Set bases whose place ids were issued at a source; None removes one."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (source,))
            query = "SELECT id FROM source WHERE name = ?"
            at = connection.execute(query, (source,)).fetchone()[0]
            rows = {
                path: None if b is None else (at, b.version.size, _ids(b.version), int(b.erase))
                for path, b in bases.items()
            }
            self._set("base", data_path, rows)

    def wanted(self, data_path: str) -> tuple[str, ...]:
        """The patterns that this work tree keeps locally."""
        rows = self._database.rows("SELECT wanted FROM data_path WHERE name = ?", (data_path,))
        return tuple(json.loads(rows[0][0])) if rows else ()

    def set_wanted(self, data_path: str, patterns: Sequence[str]) -> None:
        """Set the patterns that this work tree keeps locally."""
        with self._database.writing() as connection:
            values = (json.dumps(list(patterns)), self._number(data_path))
            connection.execute("UPDATE data_path SET wanted = ? WHERE id = ?", values)

    def recorded(self, data_path: str, span: Span | None = None) -> dict[str, str]:
        """The SHA-256 that `record` last wrote, by object path.

        Args:
            span: only of these paths.
        """
        return dict(self._database.rows(*_all_of("recorded", "path, sha256", data_path, span)))

    def set_recorded(self, data_path: str, recorded: Mapping[str, str | None]) -> None:
        """Set what `record` wrote; None removes it."""
        rows = {path: None if sha256 is None else (sha256,) for path, sha256 in recorded.items()}
        self._set("recorded", data_path, rows)

    def seen(self, data_path: str, span: Span | None = None) -> dict[str, Seen]:
        """The stat cache by object path.

        Args:
            span: only of these paths.
        """
        columns = "path, size, mtime_ns, ctime_ns, inode, sha256, md5, noted_ns"
        return {
            path: Seen(size, mtime, ctime, inode % (2 * _SIGNED), sha256, md5, noted)
            for path, size, mtime, ctime, inode, sha256, md5, noted in self._database.rows(
                *_all_of("seen", columns, data_path, span)
            )
        }

    def set_seen(self, data_path: str, seen: Mapping[str, Seen | None]) -> None:
        """Keep what was seen; None removes it.

        It is only a cache: it never makes the file, so that looking at a project changes nothing in
        it. A file whose times SQLite cannot hold is not kept.
        """
        if not self._database.exists:
            return
        rows = {
            path: None
            if s is None
            else (s.size, s.mtime_ns, s.ctime_ns, _signed(s.inode), s.sha256, s.md5, s.noted_ns)
            for path, s in seen.items()
            if s is None or max(abs(s.mtime_ns), abs(s.ctime_ns)) < _SIGNED
        }
        self._set("seen", data_path, rows)

    def root(self, data_path: str) -> str | None:
        """The identity of the root directory when it was last worked in, or None."""
        rows = self._database.rows("SELECT root FROM data_path WHERE name = ?", (data_path,))
        return rows[0][0] if rows else None

    def set_root(self, data_path: str, root_id: str | None) -> None:
        """Set the identity of the root directory."""
        with self._database.writing() as connection:
            values = (root_id, self._number(data_path))
            connection.execute("UPDATE data_path SET root = ? WHERE id = ?", values)

    def location(self, data_path: str) -> Location | None:
        """Where the bytes lie that the data path leads to, or None if they are at it."""
        rows = self._database.rows(*_all_of("location", "directory, owner", data_path))
        return Location(rows[0][0], Owner(rows[0][1])) if rows else None

    def set_location(self, data_path: str, location: Location | None) -> None:
        """Set where the bytes lie; None: at the data path itself."""
        with self._database.writing() as connection:
            number = self._number(data_path)
            connection.execute("DELETE FROM location WHERE data_path = ?", (number,))
            if location is not None:
                row = (number, location.directory, location.owner.value)
                connection.execute("INSERT INTO location VALUES (?, ?, ?)", row)

    def spares(self) -> tuple[str, ...]:
        """Directories for temporary files and trash that locations have had."""
        return tuple(row[0] for row in self._database.rows("SELECT directory FROM spare"))

    def add_spare(self, directory: str) -> None:
        """Remember a directory for temporary files and trash, so that its trash is found."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO spare VALUES (?)", (directory,))

    def accepted(self, data_path: str) -> dict[str, tuple[int, int]]:
        """Size and mtime, in nanoseconds, of files taken for their bases without reading all."""
        rows = self._database.rows(*_all_of("accepted", "path, size, mtime_ns", data_path))
        return {path: (size, mtime) for path, size, mtime in rows}

    def set_accepted(self, data_path: str, accepted: Mapping[str, tuple[int, int] | None]) -> None:
        """Set which files were taken for their bases; None removes one."""
        self._set("accepted", data_path, accepted)

    def intents(self, data_path: str) -> dict[str, Intent]:
        """Uploads that may have happened, by object path."""
        from gitstore.adapters.state_values import Intent

        columns = "path, key, sha256, size, expected_size, expected_ids"
        return {
            path: Intent(key, sha256, size, None if old is None else _version(old, ids))
            for path, key, sha256, size, old, ids in self._database.rows(
                *_all_of("intent", columns, data_path)
            )
        }

    def set_intents(self, data_path: str, intents: Mapping[str, Intent | None]) -> None:
        """Note uploads before they begin; None removes one that is settled."""
        rows = {path: None if i is None else _intent_row(i) for path, i in intents.items()}
        self._set("intent", data_path, rows)

    def verified(self, data_path: str, side: str) -> dict[str, tuple[str, float]]:
        """Which bytes were last found right, and when, in seconds since 1970, by object path."""
        query, values = _all_of("verified", "path, what, at", data_path)
        rows = self._database.rows(query + " AND side = ?", (*values, side))
        return {path: (what, at) for path, what, at in rows}

    def set_verified(self, data_path: str, side: str, what: Mapping[str, str], at: float) -> None:
        """Note that these bytes were found right at this moment."""
        if not what:
            return
        with self._database.writing() as connection:
            number = self._number(data_path)
            rows = [(number, path, side, one, at) for path, one in what.items()]
            connection.executemany("INSERT OR REPLACE INTO verified VALUES (?, ?, ?, ?, ?)", rows)

    def rename_data_path(self, old: str, new: str) -> None:
        """Give everything about a data path to another name; what that name had is dropped."""
        with self._database.writing() as connection:
            self.drop_data_path(new)
            connection.execute("UPDATE data_path SET name = ? WHERE name = ?", (new, old))

    def drop_data_path(self, data_path: str) -> None:
        """Forget everything about a data path, except what undo needs."""
        with self._database.writing() as connection:
            number = self._number(data_path)
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE data_path = ?", (number,))  # noqa: S608 - a constant name
            connection.execute("DELETE FROM data_path WHERE id = ?", (number,))

    def begin(self, verb: str, argv: Sequence[str], when: float) -> int:
        """Begin an operation; its number.

        Args:
            when: seconds since 1970.
        """
        with self._database.writing() as connection:
            made = connection.execute(
                "INSERT INTO operation (verb, argv, began) VALUES (?, ?, ?)",
                (verb, json.dumps(list(argv)), when),
            )
            return int(made.lastrowid or 0)

    def add_effects(self, operation: int, effects: Sequence[Effect]) -> None:
        """Note what an operation did."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO effect (operation, data_path, kind, path, detail)"
                " VALUES (?, ?, ?, ?, ?)",
                [(operation, e.data_path, e.kind, e.path, json.dumps(e.detail)) for e in effects],
            )

    def effects(self, operation: int) -> list[Effect]:
        """What an operation did, in that order."""
        from gitstore.adapters.state_values import Effect

        query = "SELECT data_path, kind, path, detail FROM effect WHERE operation = ? ORDER BY id"
        return [
            Effect(data_path, kind, path, json.loads(detail))
            for data_path, kind, path, detail in self._database.rows(query, (operation,))
        ]

    def finish(self, operation: int) -> None:
        """Note that an operation came to its end."""
        with self._database.writing() as connection:
            connection.execute("UPDATE operation SET finished = 1 WHERE id = ?", (operation,))

    def effect_counts(self, operation: int) -> dict[str, int]:
        """How many effects of each kind an operation had, without reading them."""
        query = "SELECT kind, count(*) FROM effect WHERE operation = ? GROUP BY kind"
        return dict(self._database.rows(query, (operation,)))

    def effects_of_kind(self, kind: str) -> list[tuple[int, Effect]]:
        """All effects of one kind with their operations, in that order."""
        from gitstore.adapters.state_values import Effect

        query = "SELECT operation, data_path, path, detail FROM effect WHERE kind = ? ORDER BY id"
        return [
            (operation, Effect(data_path, kind, path, json.loads(detail)))
            for operation, data_path, path, detail in self._database.rows(query, (kind,))
        ]

    def operations(self, limit: int) -> list[Operation]:
        """The latest operations, newest first."""
        return self._operations("ORDER BY id DESC LIMIT ?", limit)

    def operations_before(self, when: float) -> list[Operation]:
        """The operations that began before a moment, in seconds since 1970; the oldest first."""
        return self._operations("WHERE began < ? ORDER BY id", when)

    def drop_operation(self, operation: int) -> None:
        """Forget an operation and its effects; its number is not given again.

        Raises:
            UnknownName: there is no such operation.
        """
        with self._database.writing() as connection:
            connection.execute("DELETE FROM effect WHERE operation = ?", (operation,))
            gone = connection.execute("DELETE FROM operation WHERE id = ?", (operation,))
            if gone.rowcount == 0:
                raise UnknownName(f"there is no operation {operation}")

    def _operations(self, which: str, value: float) -> list[Operation]:
        from gitstore.adapters.state_values import Operation

        query = f"SELECT id, verb, argv, began, finished FROM operation {which}"  # noqa: S608 - constants
        return [
            Operation(number, verb, tuple(json.loads(argv)), began, bool(finished))
            for number, verb, argv, began, finished in self._database.rows(query, (value,))
        ]

    def _number(self, data_path: str) -> int:
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO data_path (name) VALUES (?)", (data_path,))
            query = "SELECT id FROM data_path WHERE name = ?"
            return int(connection.execute(query, (data_path,)).fetchone()[0])

    def _set(
        self, table: str, data_path: str, rows: Mapping[str, tuple[object, ...] | None]
    ) -> None:
        if not rows:
            return
        with self._database.writing() as connection:
            number = self._number(data_path)
            gone = [(number, path) for path, row in rows.items() if row is None]
            kept = [(number, path, *row) for path, row in rows.items() if row is not None]
            connection.executemany(f"DELETE FROM {table} WHERE data_path = ? AND path = ?", gone)  # noqa: S608 - a constant name
            if kept:
                marks = ", ".join("?" * len(kept[0]))
                connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", kept)  # noqa: S608 - a constant name


def _all_of(
    table: str, columns: str, data_path: str, span: Span | None = None
) -> tuple[str, tuple[str, ...]]:
    """A query for the rows of a data path, and its values."""
    query = (
        f"SELECT {columns} FROM {table}"  # noqa: S608 - constant names
        " WHERE data_path = (SELECT id FROM data_path WHERE name = ?)"
    )
    if span is None:
        return query, (data_path,)
    # SQLite compares the bytes of UTF-8, whose order is that of the code points.
    query += " AND path >= ?"
    if span.until is None:
        return query, (data_path, span.first)
    return f"{query} AND path < ?", (data_path, span.first, span.until)


def _intent_row(intent: Intent) -> tuple[object, ...]:
    old = intent.expected
    expected = (None, None) if old is None else (old.size, _ids(old))
    return intent.key, intent.sha256, intent.size, *expected


def _ids(version: Version) -> str:
    return "\t".join(version.ids)


def _version(size: int, ids: str) -> Version:
    return Version(size, tuple(ids.split("\t")) if ids else ())


def _signed(number: int) -> int:
    return number - 2 * _SIGNED if number >= _SIGNED else number
