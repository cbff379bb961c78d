"""File systems without locks, as some network mounts are: a clear word before anything moves.

strace(1) answers flock(2) in the place of the system.
"""

from __future__ import annotations

import sys

import pytest

from tests.lab import Lab, Result


def refused(lab: Lab, error: str, *arguments: str) -> Result:
    """Run `git storage` where flock(2) gives this error."""
    inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject=flock:error={error}"]
    return lab.run(*inject, sys.executable, "-m", "gitstore", *arguments)


@pytest.mark.parametrize("error", ["ENOLCK", "EOPNOTSUPP"])
def test_a_git_directory_without_locks_is_said_before_anything_moves(lab: Lab, error: str) -> None:
    lab.describe({"m31.fits": b"one"})
    before = lab.snapshot()
    done = refused(lab, error, "stage", "--all").fails(128)
    done.says("error: the file system of", "has no locks", "hint: ").never_says("Traceback")
    assert lab.snapshot() == before
    lab.storage("stage", "--all")
    assert lab.files() == {"m31.fits": b"one"}


def test_a_lock_that_the_server_does_not_give_now_is_said(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    done = refused(lab, "EIO", "stage", "--all").fails(128)
    done.says("error: ", "cannot be locked").never_says("Traceback")
    assert lab.files() == {}
