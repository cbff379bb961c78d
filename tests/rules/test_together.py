"""Several processes at once: conflicts (F2), and the lock of a work tree."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from tests.lab import Lab
from tests.rules.scenes import ROOT, over_s3
from tests.servers import Bucket

ROUNDS = 4


def begun(lab: Lab, *arguments: str) -> subprocess.Popen[bytes]:
    """`git storage` in the background."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=lab.top,
        env={**lab.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def meet(lab: Lab, other: Lab) -> list[tuple[int, bytes]]:
    """Both sync; each waits, when it has its listing, until the other one has its own."""
    for one in (lab, other):
        (one.root / f"{one.top.name}.here").unlink(missing_ok=True)
    both = [begun(one, "tests.rules.driver", "listed-meet", "1", "sync") for one in (lab, other)]
    return [(process.wait(), process.communicate()[0]) for process in both]


def test_of_two_edits_at_the_same_instant_one_wins_and_the_other_is_told(
    lab: Lab, bucket: Bucket
) -> None:
    on = over_s3(lab, bucket, {"m31.fits": b"one"})
    other = on.clone()
    for clone in (on, other):
        clone.storage("stage", "--all")
    on.write("data/first", b"so that both have measured what the storage can do")
    on.storage("sync")
    other.storage("sync", "--keep", "skip")
    other.write("data/second", b"the same")
    other.storage("sync")
    on.storage("sync")
    for number in range(ROUNDS):
        mine, theirs = f"mine {number}".encode(), f"theirs {number}".encode()
        on.write("data/m31.fits", mine)
        other.write("data/m31.fits", theirs)
        (code, said), (other_code, other_said) = meet(on, other)
        assert sorted((code, other_code)) == [0, 1], said + other_said
        loser, lost = (other, theirs) if code == 0 else (on, mine)
        assert bucket.get("m31.fits") == (mine if code == 0 else theirs)
        assert loser.read("data/m31.fits") == lost
        assert b"at the same moment" in (other_said if code == 0 else said)
        loser.storage("sync").fails(1).says("conflict")
        loser.storage("sync", "--keep", "remote")
        for clone in (on, other):
            clone.storage("sync")


def test_a_second_process_is_told_who_holds_the_lock(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    holder = begun(lab, "tests.rules.driver", "begun-stop", "1", "stage", "--all")
    wait_until_stopped(holder)
    try:
        lab.storage("sync").fails(128).says(f"process {holder.pid}", "git storage stage", "ps -p")
        lab.storage("status")
    finally:
        holder.send_signal(signal.SIGCONT)
    assert holder.wait() == 0
    holder.communicate()
    lab.storage("sync")


def test_the_lock_of_a_dead_process_is_free(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    holder = begun(lab, "tests.rules.driver", "begun-stop", "1", "stage", "--all")
    wait_until_stopped(holder)
    holder.kill()
    holder.communicate()
    lab.storage("stage", "--all")
    assert lab.files() == {"m31.fits": b"one"}


def wait_until_stopped(process: subprocess.Popen[bytes]) -> None:
    """Until the process has stopped itself: state T of proc(5)."""
    while process.poll() is None:
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stream:  # noqa: PTH123 - no file
            if stream.read().rpartition(")")[2].split()[0] == "T":
                return
        time.sleep(0.01)
    raise AssertionError(process.communicate()[0].decode())
