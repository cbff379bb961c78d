"""SIGKILL at a chosen system call of a process, by strace(1): nothing in the product knows of it.

A process that is killed on entering a call has done everything before it and nothing of it. So the
calls that have an effect are all the moments at which a kill can leave something different.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from dataclasses import dataclass

from tests.lab import Lab, Result

_FILES = "openat,write,pwrite64,writev,ftruncate,fallocate,fsync,fdatasync,syncfs,utimensat"
_NAMES = "mkdir,mkdirat,rename,renameat,renameat2,linkat,unlink,unlinkat,rmdir,fchmod,fchmodat"
_NETWORK = "connect,sendto,sendmsg,recvfrom,recvmsg"
WATCHED = f"{_FILES},{_NAMES},{_NETWORK}"
_CALL = re.compile(r"(\d+) +(\w+)\((.*)")
_SIGKILL = -9
_PATIENCE = 10.0  # seconds for git, which outlives us, to end


@dataclass(frozen=True, slots=True)
class Point:
    """A moment: the so-many-th call of a name in any thread, counted from 1."""

    call: str
    number: int
    is_state: bool = False

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


def points(lab: Lab, *arguments: str) -> list[Point]:
    """Run `git storage` unharmed, and give the moments at which it could have been killed."""
    log = lab.root / "trace"
    done = _traced(lab, ["-y", "-o", str(log)], arguments)
    done.expected = done.code == 1
    done.check()
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[Point, None] = {}
    for line in log.read_text(errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        counts[call[1], call[2]] += 1
        if _has_effect(call[2], call[3]):
            is_state = ".db" in call[3].partition('"')[0] or '.db-journal"' in call[3]
            found[Point(call[2], counts[call[1], call[2]], is_state)] = None
    return list(found)


def killed(lab: Lab, point: Point, *arguments: str) -> bool:
    """Run `git storage` and kill it at a moment; false if it ended before."""
    inject = f"inject={point.call}:signal=KILL:when={point.number}"
    done = _traced(lab, ["-o", "/dev/null", "-e", inject], arguments)
    done.expected = done.code in (1, _SIGKILL)
    done.check()
    _wait_for_git(lab)
    return done.code == _SIGKILL


def _traced(lab: Lab, options: list[str], arguments: tuple[str, ...]) -> Result:
    # The programs that we start are let go: it is we who are killed, not git.
    watch = ["strace", "-f", "-b", "execve", "-qq", "-e", f"trace={WATCHED}", "-e", "signal=none"]
    return lab.run(*watch, *options, sys.executable, "-m", "gitstore", *arguments)


def _has_effect(call: str, rest: str) -> bool:
    if call == "openat":
        return "O_CREAT" in rest
    if call in ("write", "writev"):
        return not rest.startswith(("1<", "2<")) and "<pipe:" not in rest and "eventfd" not in rest
    return "ENOENT" not in rest and "EEXIST" not in rest


def _wait_for_git(lab: Lab) -> None:
    """A git that we had started finishes what it does."""
    end = time.monotonic() + _PATIENCE
    while (lab.top / ".git/index.lock").exists() and time.monotonic() < end:
        time.sleep(0.01)
