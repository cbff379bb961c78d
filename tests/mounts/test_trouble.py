"""A network that fails under a mount: errors in bounded time, and all is well when it is back."""

from __future__ import annotations

import hashlib
import os
import threading
from errno import EIO

from tests.faults import EVER, Fault
from tests.lab import DATA, Lab
from tests.mounts.scene import OBJECTS, blocks, data, fails, over_network, patiently, tidy
from tests.rules.scenes import Bucket, trash
from tests.waiting import until

BIG = "2023/raw/big.bin"


def test_a_storage_that_is_silent_is_an_error_and_then_read_again(lab: Lab, bucket: Bucket) -> None:
    with over_network(lab, bucket, "0.5") as (on, way):
        on.storage("mount", DATA)
        assert patiently(data(on, "m31.fits").read_bytes) == OBJECTS["m31.fits"]
        way.spoil(Fault.STALL, "GET", BIG, times=EVER)
        with data(on, BIG).open("rb", buffering=0) as file:
            assert fails(lambda: file.read(10)) == EIO
            on.storage("status").says("data/2023/raw/big.bin", "no answer for 0.5 seconds")
            on.run("ls", "-lR", f"{DATA}/")
            assert patiently(data(on, "2023/m13.fits").read_bytes) == OBJECTS["2023/m13.fits"]
            way.heal()
            way.over.set()
            assert patiently(lambda: os.pread(file.fileno(), 10, 0)) == OBJECTS[BIG][:10]
        on.storage("status", "--exit-code").never_says("no answer")
        on.storage("umount")


def test_what_breaks_off_is_asked_for_again_and_flipped_bytes_are_never_given(
    lab: Lab, bucket: Bucket
) -> None:
    with over_network(lab, bucket) as (on, way):
        on.storage("mount", DATA)
        way.spoil(Fault.FLIPPED, "GET", "m31.fits", times=EVER)
        assert fails(data(on, "m31.fits").read_bytes) == EIO
        assert blocks(on) == []
        way.heal()
        assert data(on, "m31.fits").read_bytes() == OBJECTS["m31.fits"]

        way.spoil(Fault.CUT, "GET", BIG, times=2)
        way.spoil(Fault.BUSY, "GET", BIG, times=2)
        assert data(on, BIG).read_bytes() == OBJECTS[BIG]


def test_a_storage_that_is_away_can_be_mounted_and_what_was_read_is_there(
    lab: Lab, bucket: Bucket
) -> None:
    with over_network(lab, bucket) as (on, way):
        on.storage("mount", DATA)
        assert data(on, "m31.fits").read_bytes() == OBJECTS["m31.fits"]
        on.storage("umount")
        way.spoil(Fault.BUSY, "GET", times=EVER)
        way.spoil(Fault.BUSY, "HEAD", times=EVER)
        on.git("config", "storage.mountTimeout", "0.5")
        on.storage("mount", DATA)
        assert patiently(data(on, "m31.fits").read_bytes) == OBJECTS["m31.fits"]
        assert fails(data(on, BIG).read_bytes) == EIO


def test_many_readers_get_what_each_asked_for(lab: Lab, bucket: Bucket) -> None:
    with over_network(lab, bucket) as (on, way):
        on.storage("mount", DATA)
        wrong: list[int] = []

        def read(seed: int) -> None:
            with data(on, BIG).open("rb", buffering=0) as file:
                for step in range(40):
                    digest = hashlib.sha256(f"{seed} {step}".encode()).digest()
                    at = int.from_bytes(digest[:4], "big") % len(OBJECTS[BIG])
                    file.seek(at)
                    if file.read(5000) != OBJECTS[BIG][at : at + 5000]:
                        wrong.append(at)

        crew = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        assert wrong == []
        sent = way.given["GET", f"/{bucket.name}/{BIG}"]
        assert sent <= len(OBJECTS[BIG]), "no block was brought twice"


def test_unmounting_waits_for_what_is_being_written(lab: Lab, bucket: Bucket) -> None:
    with over_network(lab, bucket) as (on, way):
        on.storage("mount", "--rw", DATA)
        way.spoil(Fault.LATER, "PUT", "slow")
        writer = threading.Thread(target=data(on, "slow").write_bytes, args=(b"it takes a while",))
        writer.start()
        until(lambda: way.injected.get(Fault.LATER) == 1)
        on.storage("umount")
        writer.join()
        assert bucket.get("slow") == b"it takes a while"
        assert trash(on) == []


def test_a_promise_is_an_error_that_says_whom_to_ask(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/promised", b"not uploaded")
    other.storage("record")
    other.commit("a promise")
    lab.pull()
    with tidy(lab):
        lab.storage("mount", DATA)
        assert data(lab, "promised").stat().st_size == len(b"not uploaded")
        assert fails(data(lab, "promised").read_bytes) == EIO
        lab.storage("status").says("recorded, but not uploaded yet")
        other.storage("sync")
        assert data(lab, "promised").read_bytes() == b"not uploaded"
