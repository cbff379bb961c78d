"""A terminal with somebody who types answers, for commands that ask."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass

from tests.lab import Lab

_END = b"\x04"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What was said on the terminal, and the exit status."""

    code: int
    said: str


def on_a_terminal(lab: Lab, *args: str, typed: str = "") -> Dialogue:
    """Run `git storage` on a terminal.

    Args:
        typed: what somebody types, all at once: a terminal keeps it until it is read. Then they
            end the input as often as it takes (Ctrl-D), so that no question waits for ever.
    """
    environment = {**lab.environment, "TERM": "dumb"}
    environment.pop("GIT_TERMINAL_PROMPT", None)
    here, there = pty.openpty()
    os.write(here, typed.encode() + _END * 8)
    process = subprocess.Popen(
        [sys.executable, "-m", "gitstore", *args],
        cwd=lab.top,
        env=environment,
        stdin=there,
        stdout=there,
        stderr=there,
    )
    os.close(there)
    said = b""
    while True:
        try:
            part = os.read(here, 4096)
        except OSError:  # EIO: on Linux the end of a terminal that nobody has open any more
            break
        if not part:
            break
        said += part
    os.close(here)
    return Dialogue(process.wait(), said.decode(errors="replace"))
