"""Two file systems: the one in memory, and another one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - only a parent; every directory in it is new and private

_PARENTS = (MEMORY, Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - only parents, too


@contextmanager
def another_disk(than: Path) -> Iterator[Path]:
    """A new directory on another file system than `than`, gone afterwards.

    Raises:
        AssertionError: there is none on this machine.
    """
    here = than.stat().st_dev
    found = [path for path in _PARENTS if path.is_dir() and path.stat().st_dev != here]
    assert found, f"none of {_PARENTS} is on another file system than {than}"
    with tempfile.TemporaryDirectory(dir=found[0]) as directory:
        yield Path(directory)
