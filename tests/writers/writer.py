"""One of many writers: takes the latest, appends a line of its own, and gives it back.

    python -m tests.writers.writer NAME EDITS

Runs in a clone and prints, for each line that it wrote, `given` where a sync said that it was given
and `told` where it was said that somebody else was faster, or that something failed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from gitstore import Choice, Kind, Repo, StorageError, SyncOptions
from tests.lab import DATA

OBJECTS = ("shared", "dir/shared", "dir/log")


def write(name: str, edits: int) -> None:
    """Edit shared objects so many times, and print what was said of each edit."""
    random = Random(name)
    for number in range(edits):
        loser = random.choice((Choice.REMOTE, Choice.REMOTE, Choice.BOTH))
        while not _agrees(loser):
            pass
        path = random.choice(OBJECTS)
        line = f"{name} {number}"
        file = Path(DATA, path)
        file.write_bytes(file.read_bytes() + line.encode() + b"\n")
        print("given" if _gives(path) else "told", path, line, flush=True)  # noqa: T201 - its purpose


def _agrees(loser: Choice) -> bool:
    """Take what others have written; what conflicts goes to the trash, or beside."""
    try:
        reports = Repo().sync(options=SyncOptions(keep=loser))
    except StorageError:
        return False
    return all(report.complete for report in reports)


def _gives(path: str) -> bool:
    try:
        reports = Repo().sync()
    except StorageError:
        return False
    return any(
        outcome.failure is None and outcome.action.kind is Kind.GIVE and outcome.action.path == path
        for report in reports
        for outcome in report.outcomes
    )


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
