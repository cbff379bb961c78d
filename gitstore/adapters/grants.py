"""What the user has approved: storages that may be asked, and data paths whose files may leave.

`<common git directory>/storage/grants.db`, shared by the work trees of a clone and carried by no
commit. A grant is for the origin that the clone had when it was given: the next project in the same
directory has none. Losing the file costs a question.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from gitstore.adapters.database import GRANTS, Database
from gitstore.core.trust import Right

_FORMAT_1 = """
CREATE TABLE approved (
    origin TEXT NOT NULL, place TEXT NOT NULL, might TEXT NOT NULL, PRIMARY KEY (origin, place)
);
CREATE TABLE listed (origin TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (origin, place));
CREATE TABLE seen (
    origin TEXT NOT NULL,
    work_tree TEXT NOT NULL,
    data_path TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (origin, work_tree, data_path)
)
"""
_TABLES = ("approved", "listed", "seen")


class Grants:
    """The approvals of a clone. A missing file is empty and is made by the first grant.

    All methods raise `StateError` when the file cannot be used, and the writing ones `LocalFailure`
    when the disk refuses and `Locked` when another process does not end its transaction.

    Args:
        file: where it is or will be.
        origin: where the clone came from; `''` for a project that was begun here.
    """

    def __init__(self, file: Path, origin: str) -> None:
        self._database = Database(file, [_FORMAT_1], GRANTS)
        self._origin = origin

    @classmethod
    def open(cls, common_dir: Path, origin: str) -> Grants:
        """The approvals of the clone with this common git directory."""
        return cls(common_dir / "storage" / "grants.db", origin)

    def __enter__(self) -> Grants:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def all(self) -> dict[str, Right]:
        """Every approval that holds for this origin, by name."""
        self._adopt()
        query = "SELECT place, might FROM approved WHERE origin = ? ORDER BY place"
        return {place: Right(might) for place, might in self._database.rows(query, (self._origin,))}

    def give(self, places: Iterable[str], right: Right) -> None:
        """Approve places. The right to write is not taken back by one to read."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO approved (origin, place, might) VALUES (?1, ?2, ?3) ON CONFLICT"
                " (origin, place) DO UPDATE SET might = ?3 WHERE ?3 = 'write'",
                [(self._origin, place, right.value) for place in places],
            )

    def revoke(self, place: str) -> bool:
        """Approve a place no more, for whatever it was; whether it was approved."""
        known = place in self.all()
        with self._database.writing() as connection:
            values = (self._origin, place)
            connection.execute("DELETE FROM approved WHERE origin = ? AND place = ?", values)
            connection.execute("DELETE FROM listed WHERE origin = ? AND place = ?", values)
        return known

    def listed(self, place: str) -> bool:
        """Whether somebody has seen what goes to a place first."""
        self._adopt()
        query = "SELECT 1 FROM listed WHERE origin = ? AND place = ?"
        return bool(self._database.rows(query, (self._origin, place)))

    def set_listed(self, places: Iterable[str]) -> None:
        """Remember that somebody has seen what goes to places."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO listed VALUES (?, ?)",
                [(self._origin, place) for place in places],
            )

    def seen(self, work_tree: str, data_path: str) -> str | None:
        """The description of a data path under which its files may leave, or None."""
        self._adopt()
        query = "SELECT description FROM seen WHERE origin = ? AND work_tree = ? AND data_path = ?"
        rows = self._database.rows(query, (self._origin, work_tree, data_path))
        return str(rows[0][0]) if rows else None

    def set_seen(self, work_tree: str, data_path: str, description: str) -> None:
        """Let the files of a data path leave for as long as it is described like this."""
        with self._database.writing() as connection:
            values = (self._origin, work_tree, data_path, description)
            connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", values)

    def _adopt(self) -> None:
        # What was approved before there was an origin was approved for the project that was begun
        # here, and goes with it when it gets one.
        query = (
            "SELECT 1 FROM approved WHERE origin = '' UNION SELECT 1 FROM seen WHERE origin = ''"
        )
        if not self._origin or not self._database.rows(query):
            return
        with self._database.writing() as connection:
            for table in _TABLES:
                connection.execute(
                    f"UPDATE OR REPLACE {table} SET origin = ? WHERE origin = ''",  # noqa: S608 - ours
                    (self._origin,),
                )
