"""`git storage status` of a large data path: only what has changed since is compared again."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gitstore.adapters.state import WorkState
from gitstore.core.slices import MAX_PLAIN
from tests.lab import Lab

OBJECTS = MAX_PLAIN + 4
CLEAN = f"{OBJECTS:,} of {OBJECTS:,} objects here"


def name(number: int) -> str:
    return f"d{number % 7}/{number:04}"


def looked_at(lab: Lab) -> Path:
    """A large data path at which `status` has looked; gives what is kept of that."""
    source = lab.root / "source"
    for number in range(OBJECTS):
        file = source / name(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"%04d" % number)
    lab.storage("add", "many", str(source), "--to", "data")
    lab.commit("describe")
    lab.storage("stage", "--all")
    lab.storage("status", "--exit-code").says(CLEAN, "nothing to do")
    return lab.top / ".git/storage/glances.json"


def parts(kept: Path) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(kept.read_text())["data_paths"]["data"][2]
    return found


def falsified(kept: Path) -> None:
    """Let what is kept say something that no look could find: that nothing is here."""
    document = json.loads(kept.read_text())
    for part in document["data_paths"]["data"][2]:
        part[5] = 0
    kept.write_text(json.dumps(document))


def told(lab: Lab, *targets: str) -> dict[str, Any]:
    found: dict[str, Any] = lab.storage("status", "--json", *targets).json()["data_paths"][0]
    return found


def test_only_what_has_changed_is_compared_again(lab: Lab) -> None:
    kept = looked_at(lab)
    sizes = {part[0]: part[6] for part in parts(kept)}
    assert sum(sizes.values()) == OBJECTS
    falsified(kept)
    assert told(lab)["staged"] == 0  # nothing was compared
    lab.write("data/d3/0003", b"xxxx")
    found = told(lab)
    assert [each["path"] for each in found["groups"]["edited"]] == ["d3/0003"]
    assert found["staged"] in sizes.values()
    gone = {*sizes} - {part[0] for part in parts(kept)}
    assert [sizes[each] for each in gone] == [found["staged"]]

    falsified(kept)
    lab.git("config", "storage.jobs", "3")
    assert told(lab)["staged"] == found["staged"]  # that has no part in it
    manifest = lab.top / ".storage.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("storage: many", "storage: many\n    access: read"))
    assert told(lab)["staged"] == OBJECTS
    falsified(kept)
    (lab.top / ".git/storage/state.db").unlink()
    assert told(lab) == told(lab, "data/d*")


def test_the_storage_is_held_against_only_where_it_lists_something_else(lab: Lab) -> None:
    looked_at(lab)
    lab.storage("status", "--remote", "--exit-code").says(CLEAN, "nothing to do")
    kept = lab.top / ".git/storage/listings.json"
    sizes = {part[0]: part[6] for part in parts(kept)}
    assert sum(sizes.values()) == OBJECTS
    falsified(kept)
    assert told(lab, "--remote")["staged"] == 0  # nothing was compared
    (lab.root / "source" / name(3)).write_bytes(b"changed there")
    (lab.root / "source" / name(11)).unlink()
    found = told(lab, "--remote")
    groups = {title: [each["path"] for each in group] for title, group in found["groups"].items()}
    assert groups == {"changed there": [name(3)], "gone there": [name(11)]}
    gone = {*sizes} - {part[0] for part in parts(kept)}
    assert sum(sizes[each] for each in gone) == found["staged"]
    assert told(lab)["staged"] == OBJECTS  # what is kept of offline looks is something else


def test_a_look_at_what_has_changed_finds_what_a_look_at_all_does(lab: Lab) -> None:
    kept = looked_at(lab)
    chance = random.Random(6)

    changes = changes_of(lab, chance)
    chance.shuffle(changes)
    compared = 0
    for number, change in enumerate(changes):
        try:
            change()
        except FileNotFoundError:
            continue
        lab.results[-1].expected = True  # some of it is refused, for what was changed before
        compared += 1
        # A pattern that covers everything takes the way on which nothing is kept.
        asked = ("--remote",) if number % 2 else ()
        assert told(lab, *asked) == told(lab, *asked, "data/d*"), (number, lab.results[-3])
    assert compared > len(changes) // 2
    assert len(parts(kept)) > 0


def changes_of(lab: Lab, chance: random.Random) -> list[Callable[[], object]]:
    """What may happen to a data path, and to its storage."""

    def one() -> str:
        return f"data/{name(chance.randrange(OBJECTS))}"

    def there() -> Path:
        return lab.root / "source" / name(chance.randrange(OBJECTS))

    return [
        lambda: lab.write(one(), b"xxxx"),
        lambda: _written_with_the_same_times(lab.top / one()),
        lambda: os.utime(lab.top / one(), ns=(0, 0)),
        lambda: (lab.top / one()).unlink(missing_ok=True),
        lambda: (lab.top / one()).replace(lab.top / one()),
        lambda: lab.write(f"data/d{chance.randrange(7)}/new{chance.random()}", b"new"),
        lambda: lab.write(f"data/d{chance.randrange(7)}/0000.d/deep", b"new"),
        lambda: _without_a_line(lab.top / "data.storage.d", chance),
        lambda: lab.git("checkout", "--quiet", "HEAD", "--", "data.storage.d"),
        lambda: lab.storage("unstage", "data/d2/00*"),
        lambda: _forgotten(lab.top / ".git", name(5)),
        lambda: lab.storage("record", "data/d3"),
        lambda: lab.storage("rm", "data/d4/0004"),
        lambda: lab.storage("stage", "data/d5"),
        lambda: there().write_bytes(b"changed there"),
        lambda: there().unlink(),
        lambda: there().replace(lab.root / "source" / f"d3/new{chance.random()}"),
        lambda: lab.storage("sync", "data/d1"),
    ]


def _written_with_the_same_times(file: Path) -> None:
    found = file.stat()
    file.write_bytes(b"yyyy")
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))


def _forgotten(git_dir: Path, path: str) -> None:
    """Something that shows neither in the pointer nor in the files."""
    with WorkState.open(git_dir) as state:
        source = next(source for source, _ in state.bases("data").values())
        state.set_bases("data", source, {path: None})


def _without_a_line(slices: Path, chance: random.Random) -> None:
    files = [file for file in sorted(slices.glob("*/*")) if file.read_bytes().count(b"\n") > 2]
    one = chance.choice(files)
    one.write_bytes(b"".join(one.read_bytes().splitlines(keepends=True)[:-1]))


def test_what_is_not_plain_is_told_as_ever_and_nothing_is_kept_unasked(lab: Lab) -> None:
    kept = looked_at(lab)
    for text in ("", "[]", '{"format": 3, "data_paths": {"data": [1]}}'):
        kept.write_text(text)
        lab.storage("status").says(CLEAN)
    kept.unlink()
    lab.seeing(GIT_OPTIONAL_LOCKS="0").storage("status").says(CLEAN)
    assert not kept.exists()
    (lab.top / "data/d1/link").symlink_to("0001")
    lab.storage("status").says("refused:", "it is a symbolic link")
    (lab.top / "data/d1/link").unlink()
    (lab.top / "data/d1/.git").mkdir()
    lab.storage("status").says("refused:", "it is a git repository of its own")
    (lab.top / "data/d1/.git").rmdir()
    (lab.top / "data.storage.d/00/more").write_text("until\n")
    lab.storage("status").fails(128).says("the file is no part of the pointer")
