"""Branches that change pointers, in a clone that is configured for merging them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitstore.core.blocks import with_attributes
from gitstore.core.drivers import DRIVERS
from gitstore.core.pointer import dump, parse, pointer
from gitstore.core.slices import file_of, opens
from gitstore.core.versions import Version
from tests.lab import Lab

NAME = "data.storage"
SOURCE = "file:../bucket/"

Edit = Callable[[dict[str, Version]], object]


def etag(text: str, size: int = 1) -> Version:
    """A version whose ETag says that it is this one."""
    return Version(size, (f"etag:{text}",))


def configured(lab: Lab) -> None:
    """Do what `git storage install` and `git storage add` do for git."""
    for key, value in DRIVERS:
        lab.git("config", key, value)
    lab.write(".gitattributes", with_attributes("").encode())


def write(lab: Lab, entries: Mapping[str, Version], source: str = SOURCE) -> None:
    """Write the pointer of `data`, as its commands do."""
    wanted = {file(part): c for part, c in dump(pointer(source, entries)).items()}
    for name in set(lab.git("ls-files", NAME, NAME + ".d").out.split("\n")) - {*wanted, ""}:
        lab.git("rm", "--quiet", "-f", name)
    for name, content in wanted.items():
        lab.write(name, content)
    lab.git("add", ".gitattributes", NAME, *([NAME + ".d"] if len(wanted) > 1 else []))


def entries(lab: Lab) -> dict[str, Version]:
    """What the pointer of `data` holds; refuses anything that is none."""
    names = lab.git("ls-files", NAME, NAME + ".d").out.split()
    parts = {name.removeprefix(NAME).removeprefix(".d/"): lab.read(name) for name in names}
    return dict(parse(parts, NAME).entries)


def commit(lab: Lab, held: Mapping[str, Version], source: str = SOURCE) -> None:
    """Commit a pointer with these entries."""
    write(lab, held, source)
    lab.git("commit", "--quiet", "--allow-empty", "--message", "change")


def branches(lab: Lab, base: Mapping[str, Version], **edits: Edit) -> None:
    """Commit a pointer on `main`, and a change of it on a branch for each edit."""
    commit(lab, base)
    lab.git("branch", "base")
    for name, edit in edits.items():
        lab.git(
            "switch",
            "--quiet",
            *([] if name == "main" else ["-c", name]),
            "base" if name != "main" else name,
        )
        held = dict(base)
        edit(held)
        commit(lab, held)
    lab.git("switch", "--quiet", "main")


def put(**tags: str) -> Edit:
    """The edit that sets objects to versions with these ETags."""
    return lambda held: held.update({path: etag(tag) for path, tag in tags.items()})


def many(count: int) -> dict[str, Version]:
    """Entries enough for slices."""
    return {f"{number:05}": etag("base") for number in range(count)}


def an_opening_path(start: int) -> str:
    """The first path from a number on that opens a slice."""
    return next(path for n in range(start, start + 10_000) if opens(path := f"{n:05}"))


def close_opening_paths() -> tuple[str, str]:
    """Two paths that open slices, with few others between them and many behind."""
    found = [number for number in range(5000) if opens(f"{number:05}")]
    three = zip(found, found[1:], found[2:], strict=False)
    first, second = next((a, b) for a, b, c in three if b - a < 20 and c - b > 100)
    return f"{first:05}", f"{second:05}"


def file(part: str) -> str:
    """The name of a pointer's file."""
    return f"{NAME}.d/{part}" if part else NAME


def slice_of(opening: str) -> str:
    """The file of the slice that a path opens."""
    return file(file_of(opening))
