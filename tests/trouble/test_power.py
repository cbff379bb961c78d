"""What survives a power failure: the order of flushes, renames and commits, seen by strace(1).

Flushed before renamed, so that no name ever leads to bytes that are not there; names flushed before
the base is committed, so that the base never leads (rules B1, B6); what goes to the trash, or
beside as a conflict copy, flushed with its name, because it may be nowhere else.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab import Lab

WATCHED = "fsync,fdatasync,syncfs,rename,renameat,renameat2,linkat,unlink"
_FLUSH = re.compile(r"(fsync|fdatasync|syncfs)\(\d+<(.*?)>\)")
_RENAME = re.compile(
    r'(?:renameat2?|linkat)\(\w+<(.*?)>, "(.*?)", \w+<(.*?)>, "(.*?)"(?:, (\w+))?\)'
)
_COMMIT = re.compile(r'unlink\(".*/state.db-journal"\)')


@dataclass(frozen=True)
class Step:
    """What a process asked the system for: `flush`, `all`, `rename`, `exchange` or `commit`."""

    verb: str
    path: Path = Path()
    to: Path = Path()


def traced(lab: Lab, *arguments: str) -> list[Step]:
    """Run `git storage` and give what it did, in its order."""
    log = lab.root / "trace"
    watch = ["strace", "-f", "-y", "-qq", "-e", f"trace={WATCHED}", "-e", "signal=none"]
    command = [sys.executable, "-m", "gitstore", *arguments]
    lab.run(*watch, "-o", str(log), *command)
    lines = log.read_text().splitlines()
    return [step for line in lines if line.endswith(" = 0") for step in read(line)]


def read(line: str) -> list[Step]:
    """The step of one line of strace's."""
    if _COMMIT.search(line):
        return [Step("commit")]
    if found := _FLUSH.search(line):
        return [Step("all" if found[1] == "syncfs" else "flush", Path(found[2]))]
    if found := _RENAME.search(line):
        verb = "exchange" if found[5] == "RENAME_EXCHANGE" else "rename"
        return [Step(verb, Path(found[1], found[2]), Path(found[3], found[4]))]
    return []


def flushed(steps: list[Step], path: Path) -> bool:
    """Whether one of the steps makes this file, or the names in this directory, durable."""
    return any(s.verb == "all" or (s.verb == "flush" and s.path == path) for s in steps)


def moves(steps: list[Step], inside: Path) -> list[tuple[int, Step]]:
    """Where something gets a name below a directory."""
    named = [(n, s) for n, s in enumerate(steps) if s.verb in ("rename", "exchange")]
    return [(n, s) for n, s in named if s.to.is_relative_to(inside)]


def until_commit(steps: list[Step], begin: int) -> list[Step]:
    """The steps from one on, up to the next commit of the state."""
    end = next(n for n in range(begin, len(steps)) if steps[n].verb == "commit")
    return steps[begin:end]


def check_placed(lab: Lab, steps: list[Step], count: int) -> None:
    """Bytes flushed, then renamed, then the directory flushed, then the base committed."""
    came = [(n, s) for n, s in moves(steps, lab.top / "data") if ".conflict-" not in s.to.name]
    assert len(came) == count
    for number, step in came:
        first = next(n for n, s in enumerate(steps) if step.path in (s.to, s.path))
        origin = steps[first].path if steps[first].to == step.path else step.path
        assert flushed(steps[:number], origin), f"{step} before its bytes are durable"
        assert flushed(until_commit(steps, number), step.to.parent), f"{step} is not durable"


def check_kept(steps: list[Step], places: list[Path]) -> None:
    """What came to these places is durable, with its name, before the state says so."""
    for place in places:
        at = max(n for n, s in enumerate(steps) if place in (s.path, s.to) and s.verb != "flush")
        after = until_commit(steps, at)
        assert flushed(after, place), f"the bytes of {place} are not durable"
        assert flushed(after, place.parent), f"the name of {place} is not durable"


def in_trash(lab: Lab) -> list[Path]:
    return [p for p in (lab.top / ".git/storage/trash").rglob("*") if p.is_file()]


@pytest.fixture
def staged(lab: Lab) -> Lab:
    lab.describe({"a": b"one", "sub/b": b"two"})
    lab.storage("stage", "--all")
    return lab


@pytest.mark.parametrize("count", [3, 40])  # one by one, and the whole file system at once
def test_what_is_staged_is_durable_before_it_is_the_base(lab: Lab, count: int) -> None:
    lab.describe({f"{n % 3}/{n}": b"x" * n for n in range(1, count + 1)})
    check_placed(lab, traced(lab, "stage", "--all"), count)


def test_what_is_replaced_is_durable_in_the_trash(staged: Lab) -> None:
    staged.bucket.put("a", b"other one")
    steps = traced(staged, "sync")
    (old,) = in_trash(staged)
    check_kept(steps, [old])
    check_placed(staged, steps, 1)


def test_what_is_dropped_is_durable_in_the_trash(staged: Lab) -> None:
    staged.bucket.delete("a")
    check_kept(traced(staged, "sync"), in_trash(staged))
    assert len(in_trash(staged)) == 1


@pytest.mark.parametrize("command", [["rm", "data/a"], ["sync", "--keep", "remote"]])
def test_an_edit_that_is_given_up_is_durable_in_the_trash(staged: Lab, command: list[str]) -> None:
    staged.write("data/a", b"an edit that nobody flushed")
    staged.bucket.put("a", b"another one")
    check_kept(traced(staged, *command), in_trash(staged))
    assert len(in_trash(staged)) == 1


def test_a_conflict_copy_is_durable(staged: Lab) -> None:
    staged.write("data/a", b"an edit that nobody flushed")
    staged.bucket.put("a", b"another one")
    steps = traced(staged, "sync", "--keep", "both")
    copies = [p for p in (staged.top / "data").iterdir() if ".conflict-" in p.name]
    assert len(copies) == 1
    check_kept(steps, copies)


def test_what_undo_brings_back_is_durable(staged: Lab) -> None:
    staged.storage("rm", "data/a")
    steps = traced(staged, "undo")
    ((number, step),) = moves(steps, staged.top / "data")
    assert step.to == staged.top / "data/a"
    assert flushed(until_commit(steps, number), step.to.parent)
