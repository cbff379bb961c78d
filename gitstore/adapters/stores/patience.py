"""How often and after which pauses a request to S3 is repeated."""

from __future__ import annotations

from random import random

ATTEMPTS = 4
PAUSE = 0.1
"""In seconds: what a pause between two attempts begins with, before it doubles."""

_LONGEST = 20
"""In seconds: however long a storage wishes to be left alone."""


def pause(attempt: int, wished: str = "") -> float:
    """Seconds until the next attempt: what the storage wishes, at least a growing random pause.

    Args:
        attempt: which one has failed, from 1.
        wished: the value of `Retry-After`; one that is no number of seconds is no wish.
    """
    least: float = PAUSE * 2**attempt * (0.5 + random())  # noqa: S311 - spreads clients, keeps no secret
    return min(max(least, float(wished) if wished.isdigit() else 0), _LONGEST)
