"""The trash as a whole: which operations' bags lie in it, how large they are, and their removal.

A bag is named for the moment at which its operation began, in UTC, so that its age can be told
whoever made it: `20261121T153012-sync-0b5e6f1c`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

_NAME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-.+", re.ASCII)
_LAYER = re.compile(r"\.\d+\.storage(?=/|$)")


def bags(place: Path) -> dict[str, float]:
    """The bags of a trash directory: name, and when the operation began, in seconds since 1970.

    What is not named like a bag is not ours and left out.
    """
    found: dict[str, float] = {}
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match and entry.is_dir(follow_symlinks=False):
                with suppress(ValueError):
                    # Not by strptime, which takes as long to import as all the rest here takes.
                    year, month, day, hour, minute, second = map(int, match.groups())
                    began = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
                    found[entry.name] = began.timestamp()
    return found


def contents(place: Path, bag: str) -> Iterator[tuple[str, int]]:
    """The files of a bag: the path that each had from the top level, and its size in bytes."""
    top = place / bag
    if not bag or top.is_symlink():
        return
    for folder, _, names in os.walk(top):
        for name in names:
            file = Path(folder, name)
            with suppress(OSError):
                yield _LAYER.sub("", file.relative_to(top).as_posix()), file.lstat().st_size


def remove(place: Path, bag: str) -> None:
    """Remove a bag for good, as far as the system lets us; what stays goes the next time."""
    shutil.rmtree(place / bag, ignore_errors=True)
