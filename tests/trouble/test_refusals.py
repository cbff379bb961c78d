"""The system refuses single calls: no room, no quota, a failing disk, no permission.

strace(1) makes a system call fail as a full disk or a used-up quota would make it, in every process
and thread of a command, git's too. Each time: a clear error or none, nothing half, old bytes where
the new ones are not, and the same command completes when the system is willing again. Here some of
them are tried; `make figures` tries all.
"""

from __future__ import annotations

import pytest

from tests.lab import Lab
from tests.rules.scenes import left_over
from tests.tally import Figure, add
from tests.trouble.refusing import CALLS, ERRORS, refusing
from tests.trouble.test_machine import NEW, OLD, behind, completes

__all__ = ["behind"]


@pytest.mark.parametrize(
    ("call", "error", "when"),
    [
        ("write", "EDQUOT", 11),
        ("flush", "EIO", 1),
        ("flush", "ENOSPC", 2),
        ("rename", "EACCES", 1),
        ("directory", "EDQUOT", 1),
        ("times", "EPERM", 1),
        ("remove", "EIO", 1),
    ],
)
def test_what_the_system_refuses_halves_nothing(
    behind: Lab, call: str, error: str, when: int
) -> None:
    survives(behind, call, error, when)


def survives(lab: Lab, call: str, error: str, when: int) -> None:
    """One refusal in a sync that brings a large object and two small ones."""
    assert call in CALLS
    assert error in ERRORS
    done, refused = refusing(lab, call, error, when, "sync")
    done.never_says("Traceback", "defect")
    assert lab.files().keys() == OLD.keys()
    assert all(data in (OLD[path], NEW[path]) for path, data in lab.files().items())
    if call != "remove":  # what cannot be removed stays until the next command
        assert left_over(lab) == []
    completes(lab)
    assert left_over(lab) == []
    add(Figure.SYSTEM, refused)
