"""What looking at data paths came to, kept for as long as what was looked at has not changed.

Two files in `<git directory>/storage`. They may be lost, and are ignored when they cannot be read.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gitstore.adapters import cache

_FORMAT = 3

OFFLINE = "glances.json"  # of looks at what is here
ASKED = "listings.json"  # of looks at what is here and on the storage


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
        listed: changes with what the storage lists of them; empty where it was not asked.
    """

    file: str
    until: str | None
    stat: list[int]
    files: str
    rows: str
    staged: int
    objects: int
    size: int
    listed: str


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


def glance(git_dir: Path, data_path: str, name: str) -> Glance | None:
    """What is kept of a data path.

    Args:
        name: `OFFLINE` or `ASKED`.
    """
    found = _read(git_dir / "storage" / name).get(data_path)
    if not isinstance(found, list):
        return None
    try:
        common, mark, parts = found
        return Glance(common, mark, list(map(Part._make, parts)))
    except (TypeError, ValueError):
        return None


def keep(git_dir: Path, data_path: str, name: str, value: Glance) -> None:
    """Keep what a look at a data path came to; whoever cannot looks again."""
    file = git_dir / "storage" / name
    kept = {**_read(file), data_path: [value.common, value.mark, value.parts]}
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
    cache.write(file, {"format": _FORMAT, "data_paths": kept})


def _read(file: Path) -> dict[str, object]:
    kept = cache.read(file)
    if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
        return {}
    paths = kept.get("data_paths")
    return paths if isinstance(paths, dict) else {}
