"""A listing that is not whole is never read as deletions (rule Sc2)."""

from __future__ import annotations

from tests.faults import EVER, Fault
from tests.lab import Lab
from tests.servers import Bucket
from tests.trouble.scene import far, impatient, powerless

OBJECTS = {"a": b"one", "b": b"two", "sub/c": b"three"}
PAGE = "list-type=2"

ENDLESS = (
    *(Fault.ERROR, Fault.SLOW, Fault.MANY, Fault.RESET, Fault.BROKEN, Fault.CUT, Fault.STALL),
    *(Fault.EMPTY, Fault.WRONG, Fault.LOST, Fault.LONG, Fault.EXPIRED, Fault.SKEWED),
)
PASSING = tuple(fault for fault in ENDLESS if fault not in (Fault.EXPIRED, Fault.SKEWED))


def test_a_listing_that_fails_for_good_changes_nothing(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, OBJECTS) as (on, way):
        impatient(on, "stage", "--all")
        on.remove("data/b")
        on.write("data/a", b"edited")
        pointer = on.read("data.storage")
        for fault in ENDLESS:
            way.spoil(fault, "GET", PAGE, EVER)
            done = impatient(on, "sync", "--delete", patience=1)
            way.heal()
            assert done.code == 128, done
            assert done.err.count("error: ") == 1, done
            assert way.injected[fault] <= 4
            assert bucket.contents() == OBJECTS
            assert on.files() == {"a": b"edited", "sub/c": b"three"}
            assert on.read("data.storage") == pointer


def test_a_listing_that_fails_once_is_asked_for_again(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, OBJECTS) as (on, way):
        impatient(on, "stage", "--all")
        for fault in PASSING:
            way.spoil(fault, "GET", PAGE)
            done = impatient(on, "sync", "--dry-run").says("nothing to do")
            assert done.code == 0, done
        assert way.injected == dict.fromkeys(PASSING, 1)
        assert on.files() == OBJECTS


def test_a_bucket_that_seems_to_be_empty_takes_nothing_away(lab: Lab, bucket: Bucket) -> None:
    many = {f"{number:02}": b"x" for number in range(12)}
    with far(lab, bucket, many) as (on, _):
        impatient(on, "stage", "--all")
        for key in many:
            bucket.delete(key)
        assert impatient(on, "sync").says("looks like an accident").code == 128
        assert on.files() == many


def test_a_few_objects_that_are_gone_are_still_in_the_trash(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, OBJECTS) as (on, _):
        impatient(on, "stage", "--all")
        for key in OBJECTS:
            bucket.delete(key)
        impatient(on, "sync")
        assert on.files() == {}
        impatient(on, "undo")
        assert on.files() == OBJECTS


def test_a_local_directory_that_may_not_be_read_is_no_deletion(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    (lab.top / "data/sub").chmod(0)
    done = powerless(lab, "sync", "--delete")
    (lab.top / "data/sub").chmod(0o700)
    assert "data/sub" in done.err + done.out, done
    assert done.code != 0, done
    assert lab.bucket.objects() == lab.files() == OBJECTS


def test_a_directory_of_the_storage_that_may_not_be_read_is_no_deletion(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    (lab.bucket.root / "sub").chmod(0)
    done = powerless(lab, "sync")
    (lab.bucket.root / "sub").chmod(0o700)
    assert done.code == 128, done
    assert lab.bucket.objects() == lab.files() == OBJECTS
