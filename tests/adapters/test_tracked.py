"""The redo log of a pointer that is written as several files."""

from __future__ import annotations

from pathlib import Path

from gitstore.adapters import tracked


def test_the_rest_of_a_log_that_has_been_carried_out_goes_with_the_next_command(
    tmp_path: Path,
) -> None:
    log = tmp_path / "redo"
    log.mkdir()
    (log / "1").write_bytes(b"written already, and its process was killed while it tidied up")
    tracked.finish(tmp_path, log)
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_counts_is_carried_out_and_goes(tmp_path: Path) -> None:
    log = tmp_path / "redo"
    log.mkdir()
    (tmp_path / "gone").write_bytes(b"old")
    (log / "0").write_bytes(b"new")
    (log / "complete").write_bytes(b"0\ta.storage\n-\tgone")
    tracked.finish(tmp_path, log)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.storage": b"new"}
