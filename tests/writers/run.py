"""`make writers`: eight clones edit the same objects a thousand times, and no edit is lost.

    python -m tests.writers.run [--writers N] [--edits N] [--on STORAGE]

A writer takes the latest version, appends a line, and gives it back. Of every line that a sync
called given, the object must hold it in the end; a line of which the writer was told must be in its
work tree, in its trash, or beside the object. On a server that ignores preconditions the lost ones
are only counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import lab as laboratory
from tests.crash.world import S3Shelf, Shelf
from tests.lab import Lab
from tests.model.driver import place
from tests.rules.scenes import ROOT, over_s3, trash
from tests.servers import S3Server, ministack, rclone
from tests.writers.writer import OBJECTS

STORAGES = ("directory", "s3", "s3 without preconditions")


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the edits.

    Attributes:
        given: how many a sync called given.
        told: of how many the writer was told that they were not.
        lost: the given ones that are in no object in the end.
        nowhere: the told ones that can be found nowhere.
    """

    given: int
    told: int
    lost: tuple[str, ...]
    nowhere: tuple[str, ...]


def compete(lab: Lab, shelf: Shelf, writers: int, edits: int) -> Count:
    """Let writers edit the same objects at the same time, and count.

    Args:
        lab: the clone that has described the objects; each writer gets its own.
        edits: of all writers together.
    """
    clones = [lab.clone() for _ in range(writers)]
    for clone in clones:
        clone.storage("stage", "--all")
    share = [edits // writers + (number < edits % writers) for number in range(writers)]
    processes = [_begun(clone, f"w{n}", share[n]) for n, clone in enumerate(clones)]
    said = [process.communicate()[0].decode() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    there = shelf.objects()
    final = {path: set(there[path].decode().splitlines()) for path in OBJECTS}
    words = [line.split(" ", 2) for text in said for line in text.splitlines()]
    given = [(path, line) for verb, path, line in words if verb == "given"]
    told = [line for verb, _, line in words if verb == "told"]
    beside = _lines(there)
    here = {line for clone in clones for line in _lines_of(clone)}
    return Count(
        len(given),
        len(told),
        tuple(line for path, line in given if line not in final[path]),
        tuple(line for line in told if line not in beside | here),
    )


def _begun(clone: Lab, name: str, edits: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.writers.writer", name, str(edits)],
        cwd=clone.top,
        env={**clone.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


def _lines(objects: Mapping[str, bytes]) -> set[str]:
    return {line for data in objects.values() for line in data.decode().splitlines()}


def _lines_of(clone: Lab) -> set[str]:
    kept = {str(number): data for number, data in enumerate(trash(clone))}
    return _lines({**clone.files(), **kept})


@contextmanager
def described(server: S3Server | None, root: Path) -> Iterator[tuple[Lab, Shelf]]:
    """A described clone over a directory or, if there is a server, a bucket of it."""
    lab = laboratory.make(root)
    objects = dict.fromkeys(OBJECTS, b"the first line\n")
    if server is None:
        lab.describe(objects)
        yield lab, lab.bucket
    else:
        bucket = server.make_bucket()
        yield over_s3(lab, bucket, objects), S3Shelf(bucket)


def main() -> int:
    """Let them write on every storage; 1 if anything that had to hold did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--edits", type=int, default=1000, help="of all writers together")
    parser.add_argument("--on", choices=STORAGES, action="append")
    given = parser.parse_args()
    wrong = False
    for kind in given.on or STORAGES:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(dir=place()) as directory:
            count = _counted(kind, Path(directory), given.writers, given.edits)
        wrong |= bool(count.nowhere or (count.lost and kind != STORAGES[2]))
        took = time.monotonic() - began
        what = f"{given.writers} writers, {count.given} edits given, {count.told} told"
        lost = f"{len(count.lost)} lost, {len(count.nowhere)} nowhere"
        print(f"{kind:24} {what}, {lost}, {took:.0f} s", flush=True)  # noqa: T201 - a program
    return 1 if wrong else 0


def _counted(kind: str, root: Path, writers: int, edits: int) -> Count:
    if kind == "directory":
        with described(None, root) as (lab, shelf):
            return compete(lab, shelf, writers, edits)
    (root / "objects").mkdir()
    (root / "lab").mkdir()
    with ministack() if kind == "s3" else rclone(root / "objects") as server:
        with described(server, root / "lab") as (lab, shelf):
            return compete(lab, shelf, writers, edits)


if __name__ == "__main__":
    sys.exit(main())
