"""The SQLite files, beside what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitstore.adapters.database import Database

_STEPS = ("CREATE TABLE words (word TEXT)",)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one word."""
    file = tmp_path / "words.db"
    _write(Database(file, _STEPS), "one")
    return file


@pytest.mark.parametrize("head", [b"", bytes(512)], ids=["empty", "zeros"])
def test_a_journal_that_nobody_wrote_to_goes_when_somebody_reads(file: Path, head: bytes) -> None:
    journal = file.with_name("words.db-journal")
    journal.write_bytes(head)

    database = Database(file, _STEPS)

    assert _words(database) == ["one"]
    assert not journal.exists()
    database.close()


def test_the_journal_of_somebody_who_is_writing_stays(file: Path) -> None:
    writer, reader = Database(file, _STEPS), Database(file, _STEPS)
    with writer.writing() as connection:
        connection.execute("INSERT INTO words VALUES ('two')")
        assert file.with_name("words.db-journal").exists()

        assert _words(reader) == ["one"]

        assert file.with_name("words.db-journal").exists()
    assert _words(reader) == ["one", "two"]
    writer.close()
    reader.close()


def _write(database: Database, word: str) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO words VALUES (?)", (word,))
    database.close()


def _words(database: Database) -> list[str]:
    return [row[0] for row in database.rows("SELECT word FROM words ORDER BY word")]
