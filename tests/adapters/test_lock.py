"""The lock of a work tree, between real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitstore.adapters.lock import WorkLock
from gitstore.core.errors import LocalFailure, Locked

_HOLDER = """
import sys, time
from pathlib import Path
from gitstore.adapters.lock import WorkLock
with WorkLock(Path(sys.argv[1]), "sync"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_one_lock_at_a_time_and_the_holder_is_named(tmp_path: Path) -> None:
    with WorkLock(tmp_path, "sync"):
        with pytest.raises(Locked, match=rf"process {os.getpid()} .*git storage sync"):
            WorkLock(tmp_path, "stage").__enter__()
    with WorkLock(tmp_path, "stage"):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            with pytest.raises(Locked, match=f"process {holder.pid} ") as caught:
                WorkLock(tmp_path, "stage").__enter__()
        finally:
            holder.send_signal(signal.SIGKILL)
            holder.wait()
    assert str(holder.pid) in (caught.value.hint or "")
    with WorkLock(tmp_path, "stage"):
        assert (tmp_path / "storage" / "lock").read_text().startswith(f"{os.getpid()} ")


def test_the_lock_is_nobody_elses_to_read(tmp_path: Path) -> None:
    with WorkLock(tmp_path, "sync"):
        assert (tmp_path / "storage").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "storage" / "lock").stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_locks_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(LocalFailure):
        WorkLock(tmp_path, "sync").__enter__()
    assert not (tmp_path / "victim").exists()
