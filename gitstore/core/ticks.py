"""When the times of a file tell all its writes apart.

A file system stamps files with a clock that goes in steps. A file that is written twice in one step
has the same times after both (git calls it racy, https://git-scm.com/docs/racy-git).
"""

from __future__ import annotations

STEP = 10_000_000  # nanoseconds: the coarsest tick by which current kernels stamp files
COARSE_STEP = 2_000_000_000  # for times without sub-second digits (FAT has two seconds)
_SECOND = 1_000_000_000


def settles(mtime_ns: int, ctime_ns: int) -> int:
    """When a file with these times had them for good: a later write cannot leave the same ones.

    In nanoseconds, like the times, and by the same clock.
    """
    whole_seconds = ctime_ns % _SECOND == 0 and mtime_ns % _SECOND == 0
    return max(mtime_ns, ctime_ns) + (COARSE_STEP if whole_seconds else STEP)
