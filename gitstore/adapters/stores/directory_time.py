"""Modification times that can stand for contents.

A file system's clock moves in steps: two writes within one step leave the same time. So a time is
believed only once it is older than the step; before that the reader waits it out and looks again.
The steps are those of Linux: a scheduler tick (1 to 10 ms) where there are sub-second digits, two
seconds on FAT, whole seconds on HFS+ and old NFS servers. A file server's clock is assumed to agree
with ours to within a step; where it does not, a second write of the same size within one step of
the first can go unnoticed.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

from gitstore.core.errors import Unreachable
from gitstore.core.versions import Version, version

FINE_STEP = 20_000_000
COARSE_STEP = 2_000_000_000
"""In nanoseconds."""

_SECOND = 1_000_000_000
_LOOKS = 10


def version_of(found: os.stat_result) -> Version:
    """The version that size and time say."""
    return version(found.st_size, {"mtime": spelled(found.st_mtime_ns)})


def spelled(nanoseconds: int) -> str:
    """A time as `<seconds>.<nine digits>` since 1970."""
    seconds, rest = divmod(nanoseconds, _SECOND)
    return f"{seconds}.{rest:09d}"


def step_of(nanoseconds: int) -> int:
    """The step of the clock that gave this time, in nanoseconds, as far as the digits show it."""
    return FINE_STEP if nanoseconds % _SECOND else COARSE_STEP


def is_young(found: os.stat_result) -> bool:
    """Whether another write could still leave the same time.

    A time further in the future than a step is nobody's clock: it was set by hand, and waiting for
    it would help nobody.
    """
    step = step_of(found.st_mtime_ns)
    return -step < time.time_ns() - found.st_mtime_ns < step


def settled(
    look: Callable[[], os.stat_result | None], first: os.stat_result | None, key: str
) -> os.stat_result | None:
    """What `look` gives once its time can be trusted; None when there is no such file.

    Raises:
        Unreachable: the file is being written all the time.
    """
    found = first
    for _ in range(_LOOKS):
        if found is None or not is_young(found):
            return found
        left = found.st_mtime_ns + step_of(found.st_mtime_ns) - time.time_ns()
        time.sleep(max(0, left) / _SECOND)
        found = look()
    raise Unreachable(
        f"{key!r} is being written all the time", key=key, hint="try again when its writer is done"
    )


def distinctive() -> int:
    """A time for a new file that no other writer's clock will give, in nanoseconds.

    It lies a step in the past, so that nobody has to wait for it, and its last six digits are
    random: a file system that truncates them is found out by reading it back.
    """
    past = time.time_ns() - FINE_STEP - 2_000_000
    return past - past % 1_000_000 + 1 + secrets.randbelow(999_999)
