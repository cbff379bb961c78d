"""What a command costs: seconds by the clock, seconds of the processor, and memory."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# A small process starts the command: the largest resident size of a new one is at first that of the
# process that has made it, and this one is larger than some of the programs that are measured.
_LAUNCHER = """
import os, sys, time
result, *argv = sys.argv[1:]
begin = time.perf_counter()
_, status, used = os.wait4(os.posix_spawnp(argv[0], argv, os.environ), 0)
wall, cpu = time.perf_counter() - begin, used.ru_utime + used.ru_stime
with open(result, "w") as file:
    file.write(f"{os.waitstatus_to_exitcode(status)} {wall} {cpu} {used.ru_maxrss * 1024}")
"""


class CommandFailed(Exception):
    """A measured command did not do its work."""


class TooSlow(Exception):
    """A measured command took longer than it was allowed to, and was ended."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took, the processes that it waited for included.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of the processor, user and system.
        memory: the largest resident size of one process, in bytes; not less than 8 MiB.
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
        typed: its standard input.
    """

    argv: Sequence[str]
    where: Path
    environment: Mapping[str, str]
    typed: str = ""


def run(command: Command, limit: float = 3600) -> Cost:
    """Run a command and say what it cost.

    Args:
        limit: seconds after which it is ended, with all that it has started.

    Raises:
        CommandFailed: it ended with another status than 0; its last words are in the message.
        TooSlow: it reached the limit.
    """
    beside = command.where.parent
    said, typed, result = beside / "said", beside / "typed", beside / "result"
    typed.write_text(command.typed)
    result.unlink(missing_ok=True)
    with said.open("wb") as out, typed.open("rb") as feed:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(result), *command.argv],
            cwd=command.where,
            env=dict(command.environment),
            stdin=feed,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that the limit ends its children, too
        )
        late = threading.Event()
        timer = threading.Timer(limit, _end, (process.pid, late))
        timer.start()
        try:
            process.wait()
        except BaseException:
            _end(process.pid, late)
            raise
        finally:
            timer.cancel()
    shown = " ".join(command.argv)[:200]
    if late.is_set():
        raise TooSlow(f"{shown} was ended after {limit:.0f} s")
    status, wall, cpu, memory = result.read_text().split()
    if int(status):
        words = said.read_text(errors="replace")[-2000:]
        raise CommandFailed(f"{shown} ended with {status}: {words}")
    return Cost(float(wall), float(cpu), int(memory))


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure on its own."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
    )


def _end(group: int, late: threading.Event) -> None:
    late.set()
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
