"""Waiting for what another thread or process will do."""

from __future__ import annotations

import time
from collections.abc import Callable

_PATIENCE = 60  # seconds, on the slowest machine


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true, which it will be."""
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.02)
