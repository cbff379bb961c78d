"""What a command costs: seconds by the clock, seconds of the processor, and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class CommandFailed(Exception):
    """A measured command did not do its work."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took, the processes that it waited for included.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of the processor, user and system.
        memory: the largest resident size of one process, in bytes.
    """

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command to be measured.

    Attributes:
        argv: the program and its arguments.
        where: its working directory.
        environment: all of its environment.
    """

    argv: Sequence[str]
    where: Path
    environment: Mapping[str, str]


def run(command: Command) -> Cost:
    """Run a command and say what it cost.

    Raises:
        CommandFailed: it ended with another status than 0; its last words are in the message.
    """
    said = command.where.parent / "said"
    with said.open("wb") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            list(command.argv),
            cwd=command.where,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        words = said.read_text(errors="replace")[-2000:]
        raise CommandFailed(f"{' '.join(command.argv)} ended with {process.returncode}: {words}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure on its own."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
    )
