"""`git storage status` of a large data path with which nothing was to be done the last time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from gitstore.core.slices import MAX_PLAIN
from tests.lab import Lab

OBJECTS = MAX_PLAIN + 4
CLEAN = f"{OBJECTS:,} of {OBJECTS:,} objects here"


def looked_at(lab: Lab) -> Path:
    """A large data path at which `status` has looked; gives what is kept of that."""
    source = lab.root / "source"
    for number in range(OBJECTS):
        file = source / f"d{number % 7}" / f"{number:04}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"%d" % number)
    lab.storage("add", "many", str(source), "--to", "data")
    lab.commit("describe")
    lab.storage("stage", "--all")
    lab.storage("status", "--exit-code").says(CLEAN, "nothing to do")
    return lab.top / ".git/storage/glances.json"


def falsified(kept: Path) -> None:
    """Let what is kept say something that no look could find."""
    document = json.loads(kept.read_text())
    document["data_paths"]["data"]["staged"] = 7
    kept.write_text(json.dumps(document))


def test_nothing_is_compared_again_until_something_changes(lab: Lab) -> None:
    kept = looked_at(lab)

    def tells(change: Callable[[], object], says: str) -> None:
        falsified(kept)
        lab.storage("status").says(" 7 of")
        change()
        lab.storage("status").says(says).never_says(" 7 of")

    def in_order_again(*command: str) -> None:
        lab.storage(*command)
        for _ in range(2):  # the first one may read what was brought back
            lab.storage("status").says(CLEAN, "nothing to do")

    tells(lambda: lab.write("data/d0/0000", b"x"), "edited:")
    in_order_again("restore", "data/d0/0000")
    tells(lambda: lab.remove("data/d1/0001"), "missing:")
    in_order_again("stage", "data")
    tells(lambda: _without_a_line(lab.top / "data.storage.d"), "to drop:")
    lab.git("checkout", "--quiet", "HEAD", "--", "data.storage.d")
    in_order_again("stage", "data")
    tells(lambda: lab.storage("unstage", "data/d2"), "not everything is here")
    in_order_again("stage", "data")
    # Whatever state is found again, it is not the one that was looked at.
    tells((lab.top / ".git/storage/state.db").unlink, "of")


def _without_a_line(slices: Path) -> None:
    one = next(file for file in sorted(slices.glob("*/*")) if file.read_bytes().count(b"\n") > 2)
    one.write_bytes(b"".join(one.read_bytes().splitlines(keepends=True)[:-1]))


def test_what_cannot_be_read_is_as_good_as_nothing_and_nothing_is_kept_unasked(lab: Lab) -> None:
    kept = looked_at(lab)
    for text in ("", "[]", '{"format": 1, "data_paths": {"data": {"staged": 7}}}'):
        kept.write_text(text)
        lab.storage("status").says(CLEAN)
    kept.unlink()
    lab.seeing(GIT_OPTIONAL_LOCKS="0").storage("status").says(CLEAN)
    assert not kept.exists()
