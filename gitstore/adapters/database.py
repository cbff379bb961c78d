"""One SQLite file: made on the first write, migrated, closed, and its errors in the family's words.

The journal mode is DELETE, not WAL: git directories lie on network file systems, where WAL has no
shared memory to work with (https://sqlite.org/wal.html).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gitstore.core.errors import LocalFailure, Locked, StateError

BUSY = 30  # seconds to wait for another process's transaction

STATE = 0x67737467  # "gstg"
FACTS = 0x67737466  # "gstf"
GRANTS = 0x67737461  # "gsta"
"""Application ids (https://sqlite.org/pragma.html#pragma_application_id), so that no database of
another program is taken for ours, nor one of ours for another."""


class Database:
    """A SQLite file that may be missing, in which case it is empty.

    May be used by several threads; they take turns.

    Args:
        file: where it is or will be.
        steps: SQL scripts; step n brings format n to format n + 1.
        application: what the file is marked as.
    """

    def __init__(self, file: Path, steps: Sequence[str], application: int = STATE) -> None:
        self._file = file
        self._application = application
        self._steps = steps
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._depth = 0

    @property
    def exists(self) -> bool:
        """Whether anything has ever been written."""
        return self._connection is not None or self._file.exists()

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[Any]:
        """The rows that a query gives; none when there is no file.

        Raises:
            StateError: the file cannot be used.
        """
        with self._lock, self._told():
            connection = self._opened()
            if connection is None:
                return []
            return connection.execute(query, tuple(values)).fetchall()

    def others(self) -> int | None:
        """A number that changes when somebody else writes, and not when we do; None without a file.

        It holds as long as the file is not closed (https://sqlite.org/pragma.html#pragma_data_version).
        """
        rows = self.rows("PRAGMA data_version")
        return rows[0][0] if rows else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end; inside another one, a part of it.

        Raises:
            StateError: the file cannot be used.
            LocalFailure: no space, or no permission to write.
            Locked: another process did not finish its transaction.
        """
        with self._lock, self._told():
            connection = self._opened() or self._made()
            if self._depth == 0:
                connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield connection
            except BaseException:
                if self._depth == 1 and connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> sqlite3.Connection | None:
        if self._connection is None and self._file.exists():
            self._connect()
        return self._connection

    def _made(self) -> sqlite3.Connection:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its journals the permissions of the database.
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            said = error.strerror or str(error)
            raise LocalFailure(f"{self._file} cannot be made: {said}") from error
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            self._migrate(connection)
            self._tidy(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        found = _format(connection)
        if found == len(self._steps):
            self._check_ours(connection)
            return
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN IMMEDIATE")
        try:
            found = _format(connection)  # another process may have been faster
            if found > 0 or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._check_ours(connection)
            for step in self._steps[found:]:
                for statement in step.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {self._application}")
            connection.execute(f"PRAGMA user_version = {len(self._steps)}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Let an empty journal go, that a process left which was killed before it wrote to it.

        SQLite passes it over until the next write, which may never come. It removes one that is
        not needed any more when this mode is chosen anew, unless somebody is writing
        (https://sqlite.org/pragma.html#pragma_journal_mode).
        """
        if self._file.with_name(f"{self._file.name}-journal").exists():
            with contextlib.suppress(sqlite3.OperationalError):  # it may only be read
                connection.execute("PRAGMA journal_mode = TRUNCATE")
                connection.execute("PRAGMA journal_mode = DELETE")

    def _check_ours(self, connection: sqlite3.Connection) -> None:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if application != self._application:
            raise self._unusable("is not a file of git storage")
        found = _format(connection)
        if found > len(self._steps):
            raise StateError(
                f"{self._file} was written by a newer git storage (format {found})",
                hint="upgrade git storage, or: " + self._away(),
            )

    def _unusable(self, why: str) -> StateError:
        return StateError(f"{self._file} {why}", hint=self._away())

    def _away(self) -> str:
        file = shlex.quote(str(self._file))
        aside = shlex.quote(f"{self._file}.broken")
        return f"mv {file} {aside}  # nothing is lost: it is found out again"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._refused(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise self._unusable(f"is damaged ({error})") from error

    def _refused(self, said: str) -> StateError | LocalFailure | Locked:
        # The texts of https://sqlite.org/rescode.html; Python 3.10 does not pass the codes on.
        if "locked" in said:
            return Locked(
                f"another process has been writing {self._file.name} for {BUSY} seconds",
                hint="wait until it has ended, then try again",
            )
        if "disk i/o" in said.lower():
            # A quota or a full network disk may say so only when what was written is flushed.
            return LocalFailure(
                f"{self._file} cannot be written: {said}",
                hint="df -h .  # and look at the system's log: the disk may be failing",
            )
        if "full" in said:
            return LocalFailure(f"no space left for {self._file}", hint="make room there")
        if "readonly" in said or "unable to open" in said:
            return LocalFailure(
                f"{self._file} cannot be opened for writing: {said}",
                hint="check the permissions of the git directory",
            )
        return self._unusable(f"cannot be used ({said})")


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
