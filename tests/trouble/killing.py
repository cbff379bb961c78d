"""`git storage` killed in the middle of a large object, at a moment that the test can see."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.lab import Lab

_PATIENCE = 60.0  # seconds until a moment counts as one that never comes


def killed(lab: Lab, moment: Callable[[], bool], *arguments: str) -> None:
    """Run `git storage` with small objects for large ones, and SIGKILL it when the moment comes."""
    environment = {**lab.environment, "PYTHONWARNINGS": "", "PATIENCE": "60"}
    command = [sys.executable, "-m", "tests.trouble.impatient", *arguments]
    told = lab.root / "told"
    last = time.monotonic() + _PATIENCE
    with (
        told.open("wb") as stream,
        subprocess.Popen(
            command, cwd=lab.top, env=environment, stdout=stream, stderr=stream
        ) as running,
    ):
        try:
            while not moment():
                assert running.poll() is None, f"it has ended by itself: {told.read_text()}"
                assert time.monotonic() < last, "the moment never comes"
                time.sleep(0.01)
        finally:
            running.kill()
