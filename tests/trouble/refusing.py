"""Commands to which the system refuses calls."""

from __future__ import annotations

import sys

from tests.lab import Lab, Result

CALLS = {
    "write": "pwrite64,pwritev,pwritev2",
    "flush": "fsync,fdatasync,syncfs",
    "rename": "rename,renameat,renameat2,linkat",
    "directory": "mkdir,mkdirat",
    "times": "utimensat,fchmod",
    "remove": "unlink,unlinkat",
}
"""What is asked of the system, and the calls that ask it; see syscalls(2)."""

ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EACCES", "EPERM", "EROFS")
MOMENTS = (1, 2, 3, 4, 5, 7, 10, 15, 30, 60)
"""Which of its calls a thread is refused; the first ones are of different kinds."""


def refusing(lab: Lab, call: str, error: str, when: int, *arguments: str) -> tuple[Result, int]:
    """Run `git storage`; what came of it, and how many calls were refused.

    Args:
        call: one of `CALLS`.
        error: what the system says, one of `ERRORS`.
        when: which of these calls of each thread, from 1.
    """
    log = lab.root / "refused"
    watch = ["strace", "-f", "-qq", "-e", f"trace={CALLS[call]}", "-e", "signal=none"]
    inject = ["-e", f"inject={CALLS[call]}:error={error}:when={when}", "-o", str(log)]
    done = lab.run(*watch, *inject, sys.executable, "-m", "gitstore", *arguments)
    done.expected = True
    return done, log.read_text().count("(INJECTED)")
