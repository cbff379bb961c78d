"""What looking at data paths came to, kept for as long as nothing that was looked at has changed.

`<git directory>/storage/glances.json`. It may be lost, and is ignored when it cannot be read.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_FORMAT = 1
_CHANGES = slice(24, 28)  # https://sqlite.org/fileformat2.html#file_change_counter


@dataclass(frozen=True, slots=True)
class Glance:
    """A data path with which nothing was to be done.

    Attributes:
        inputs: a digest of everything that was looked at.
        staged: how many of the objects that the pointer names are here.
        objects: how many objects the pointer names.
        size: how many bytes they have.
    """

    inputs: str
    staged: int
    objects: int
    size: int


def glance(git_dir: Path, data_path: str) -> Glance | None:
    """What is kept of a data path."""
    found = _read(git_dir).get(data_path)
    try:
        return Glance(**found) if isinstance(found, dict) else None
    except TypeError:
        return None


def keep(git_dir: Path, data_path: str, value: Glance) -> None:
    """Keep what a look at a data path came to; whoever cannot looks again."""
    file = _file(git_dir)
    kept = {**_read(git_dir), data_path: asdict(value)}
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
