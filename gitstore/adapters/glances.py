"""What looking at data paths came to, kept for as long as what was looked at has not changed.

`<git directory>/storage/glances.json`. It may be lost, and is ignored when it cannot be read.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_FORMAT = 2
_CHANGES = slice(24, 28)  # https://sqlite.org/fileformat2.html#file_change_counter


class Part(NamedTuple):
    """A slice of a pointer with whose objects nothing was to be done.

    Attributes:
        file: the slice, relative to the directory of the slices.
        until: the path that opens the next slice; None in the last one.
        stat: of the slice.
        files: changes with the local files.
        rows: changes with what the state keeps of the objects.
        staged: how many of the objects are here.
        objects: how many the slice names.
        size: how many bytes they have.
    """

    file: str
    until: str | None
    stat: list[int]
    files: str
    rows: str
    staged: int
    objects: int
    size: int


@dataclass(frozen=True, slots=True)
class Glance:
    """What looking at a data path came to.

    Attributes:
        common: changes with what the status of all its objects follows from.
        mark: of the state when it said what `rows` of the parts stand for.
        parts: in no order.
    """

    common: str
    mark: list[object]
    parts: list[Part]


def glance(git_dir: Path, data_path: str) -> Glance | None:
    """What is kept of a data path."""
    found = _read(git_dir).get(data_path)
    if not isinstance(found, list):
        return None
    try:
        common, mark, parts = found
        return Glance(common, mark, list(map(Part._make, parts)))
    except (TypeError, ValueError):
        return None


def keep(git_dir: Path, data_path: str, value: Glance) -> None:
    """Keep what a look at a data path came to; whoever cannot looks again."""
    file = _file(git_dir)
    kept = {**_read(git_dir), data_path: [value.common, value.mark, value.parts]}
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        beside.write_text(json.dumps({"format": _FORMAT, "data_paths": kept}))
        beside.replace(file)


def mark(database: Path) -> tuple[object, ...] | None:
    """What changes with every transaction of a SQLite file; None while one is under way."""
    if database.with_name(database.name + "-journal").exists():
        return None
    try:
        with database.open("rb") as stream:
            found = os.fstat(stream.fileno())
            changes = stream.read(_CHANGES.stop)[_CHANGES]
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    return changes.hex(), found.st_size, found.st_mtime_ns, found.st_ino


def _file(git_dir: Path) -> Path:
    return git_dir / "storage" / "glances.json"


def _read(git_dir: Path) -> dict[str, object]:
    try:
        kept = json.loads(_file(git_dir).read_bytes())
    except (OSError, ValueError):
        return {}
    known = isinstance(kept, dict) and kept.get("format") == _FORMAT
    paths = kept.get("data_paths") if known else None
    return paths if isinstance(paths, dict) else {}
