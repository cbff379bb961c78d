"""The lock of a work tree: one operation at a time, and who holds it.

A lock of the operating system, not a file that exists: it ends with its process, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from gitstore.core.errors import LocalFailure, Locked, StateError

_UNSUPPORTED = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


class WorkLock:
    """Holds the lock of a work tree while the `with` block runs.

    Args:
        git_dir: the git directory of the work tree.
        verb: the command, for whoever waits.
    """

    def __init__(self, git_dir: Path, verb: str) -> None:
        self._file = git_dir / "storage" / "lock"
        self._verb = verb
        self._descriptor = -1

    def __enter__(self) -> WorkLock:
        """Take the lock.

        Raises:
            Locked: another process has it.
            StateError: the file system has no locks.
            LocalFailure: the lock's file cannot be made.
        """
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self._file, flags, 0o600)
        except OSError as error:
            said = error.strerror or str(error)
            raise LocalFailure(
                f"{self._file} cannot be made: {said}",
                hint="check the permissions of the git directory",
            ) from error
        try:
            self._take(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The file stays: removing it would let two processes lock two files of one name.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
                raise _held(os.pread(descriptor, 1024, 0)) from error
            if error.errno in _UNSUPPORTED:
                raise StateError(
                    f"the file system of {self._file} has no locks",
                    hint="keep the git directory on another one: git init --separate-git-dir",
                ) from error
            raise LocalFailure(f"{self._file} cannot be locked: {error.strerror}") from error
        began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        owner = f"{os.getpid()} {os.uname().nodename} {self._verb} {began}\n"
        with contextlib.suppress(OSError):  # only for whoever waits; a full disk is no reason
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, owner.encode(), 0)


def _held(content: bytes) -> Locked:
    words = content.decode(errors="replace").split()
    if len(words) < 4:
        message = "another process is changing this work tree"
        return Locked(message, hint="wait until it has ended, then try again")
    pid, host, verb, began = words[0], words[1], " ".join(words[2:-1]), words[-1]
    here = host == os.uname().nodename
    return Locked(
        f"process {pid} on {host} is changing this work tree: git storage {verb}, since {began}",
        hint=f"ps -p {pid}  # see whether it still works"
        if here
        else f"wait until it has ended on {host}",
    )
