"""A run that is killed anywhere is finished by the same command."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time

import pytest

from gitstore.shell.transfer.upload import LARGE
from tests.lab import Lab
from tests.rules.driver import KILLED
from tests.rules.scenes import base, driven, entries, intents, left_over, over_s3, trash
from tests.servers import Bucket

OBJECTS = 120
KILLS = 24  # `make crash` has hundreds
DOWN = ("written", "flushed", "placed", "settled")
UP = ("intended", "given", "settled", "pointer")


def content(number: int, edition: int = 1) -> bytes:
    return random.Random(f"{number} {edition}").randbytes(1000 + number * 10)


def objects(edition: int = 1, count: int = OBJECTS) -> dict[str, bytes]:
    return {f"{n % 3}/{n:03}": content(n, edition) for n in range(count)}


def shoot(lab: Lab, seconds: float, *arguments: str) -> int:
    """Run a command and kill it after some time; its exit status."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gitstore", *arguments],
        cwd=lab.top,
        env=lab.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait()


def nothing_open(lab: Lab) -> None:
    """Both sides agree, and nothing temporary is left."""
    lab.storage("sync")
    lab.storage("sync").says("nothing to do")
    assert intents(lab) == []
    assert left_over(lab) == []


def test_staging_is_finished_after_kills_at_any_moment(lab: Lab) -> None:
    lab.describe(objects())
    began = time.monotonic()
    lab.clone().storage("stage", "--all")
    whole = time.monotonic() - began
    moments = random.Random(1)
    killed = 0
    for _ in range(KILLS // 2):
        killed += shoot(lab, moments.uniform(0.1, whole * 0.9), "stage", "--all") < 0
    lab.storage("stage", "--all")
    assert killed > 0
    assert lab.files() == objects()
    nothing_open(lab)


def test_syncing_is_finished_after_kills_at_any_moment(lab: Lab) -> None:
    lab.describe(objects())
    lab.storage("stage", "--all")
    moments = random.Random(2)
    wanted = {}
    killed = 0
    for edition in range(2, 2 + KILLS // 2):
        for path, data in objects(edition).items():
            number = int(path[-3:])
            wanted[path] = data
            if number % 2:
                lab.write(f"data/{path}", data)
            else:
                lab.bucket.put(path, data)
        killed += shoot(lab, moments.uniform(0.1, 1.0), "sync") < 0
        lab.storage("sync").never_says("conflict")
        assert lab.files() == lab.bucket.objects() == wanted
    assert killed > 0
    nothing_open(lab)


@pytest.mark.parametrize("step", DOWN)
@pytest.mark.parametrize("count", [1, 3])
def test_staging_is_finished_after_a_kill_at_this_step(lab: Lab, step: str, count: int) -> None:
    lab.describe(objects(count=20))
    driven(lab, step, count, "stage", "--all", "--jobs", "1").expected = True
    assert all(data == objects(count=20)[path] for path, data in lab.files().items())
    lab.storage("stage", "--all")
    assert lab.files() == objects(count=20)
    nothing_open(lab)


@pytest.mark.parametrize("step", UP)
@pytest.mark.parametrize("count", [1, 3])
def test_giving_is_finished_after_a_kill_at_this_step(
    lab: Lab, bucket: Bucket, step: str, count: int
) -> None:
    on = over_s3(lab, bucket, objects(count=6))
    on.storage("stage", "--all")
    new = objects(2, count=8)
    for path, data in new.items():
        on.write(f"data/{path}", data)
    driven(on, step, count, "sync", "--jobs", "1").expected = True
    on.storage("sync").never_says("conflict")
    assert on.files() == bucket.contents() == new
    assert bucket.uploads() == []
    nothing_open(on)


def test_a_large_object_that_was_given_before_a_kill_is_ours(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, {"m31.fits": b"one"})
    on.storage("stage", "--all")
    big = bytes(LARGE) + b"and a byte"
    on.write("data/big", big)
    driven(on, "given", 1, "sync").expected = True
    assert (bucket.get("big") == big, intents(on)) == (True, ["big"])
    on.storage("sync").never_says("conflict", "given")
    now = base(on, "big")
    assert now is not None
    assert now.version.sha256 == hashlib.sha256(big).hexdigest()
    assert bucket.uploads() == []
    nothing_open(on)


@pytest.mark.parametrize("step", ["written", "exchanged", "settled"])
def test_taking_is_finished_after_a_kill_at_this_step(lab: Lab, step: str) -> None:
    lab.describe(objects(count=6))
    lab.storage("stage", "--all")
    for path, data in objects(2, count=6).items():
        lab.bucket.put(path, data)
    driven(lab, step, 2, "sync", "--jobs", "1").expected = True
    lab.storage("sync").never_says("conflict", "given")
    assert lab.files() == lab.bucket.objects() == objects(2, count=6)
    nothing_open(lab)


@pytest.mark.parametrize(("step", "count"), [("log", 1), ("slice", 1), ("slice", 20)])
def test_a_sliced_pointer_is_written_whole_or_not_at_all(lab: Lab, step: str, count: int) -> None:
    before = {f"{n:05}": b"x" for n in range(4200)}
    lab.describe(before)
    for number in range(0, 4200, 40):
        lab.bucket.put(f"{number:05}", b"changed")
    driven(lab, step, count, "sync").fails(9)
    assert {v.size for v in entries(lab).values()} == {1, 7}
    lab.storage("sync")
    changed = [path for path, v in entries(lab).items() if v.size == len(b"changed")]
    assert len(changed) == 105
    assert left_over(lab) == []


def test_ctrl_c_leaves_a_pointer_that_says_what_happened_or_less(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, objects(count=6))
    on.storage("stage", "--all")
    before = dict(entries(on))
    for path, data in objects(2, count=6).items():
        on.write(f"data/{path}", data)
    driven(on, "given-interrupt", 2, "sync", "--jobs", "1").fails(130)
    now = bucket.contents()
    for path, line in entries(on).items():
        assert line == before[path] or line.size == len(now[path])
    on.storage("sync").never_says("conflict")
    assert on.files() == bucket.contents() == objects(2, count=6)
    nothing_open(on)


def test_erasing_is_finished_after_a_kill(lab: Lab) -> None:
    lab.describe(objects(count=6))
    lab.storage("stage", "--all")
    lab.storage("rm", "data/0/000", "data/1/001")
    driven(lab, "settled", 1, "sync").expected = True
    lab.storage("sync").never_says("conflict")
    assert "0/000" not in lab.bucket.objects()
    assert base(lab, "0/000") is None
    nothing_open(lab)


@pytest.mark.parametrize(("step", "count"), [("settled", 1), ("trashed", 1), ("settled", 2)])
def test_an_edit_of_an_object_that_is_gone_is_given_up_after_a_kill_too(
    lab: Lab, step: str, count: int
) -> None:
    lab.describe(objects(count=3))
    lab.storage("stage", "--all")
    lab.write("data/0/000", b"edited")
    lab.bucket.delete("0/000")
    driven(lab, step, count, "sync", "--keep", "remote").fails(KILLED)
    lab.storage("sync", "--keep", "remote").never_says("given")
    assert "0/000" not in lab.bucket.objects()
    assert lab.files() == lab.bucket.objects()
    assert b"edited" in trash(lab)
    nothing_open(lab)
