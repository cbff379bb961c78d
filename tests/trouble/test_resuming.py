"""A large object whose transfer was killed goes on: counted at the server, byte by byte.

What else can happen to what is kept is in tests/shell/test_ranges.py, without a kill for each.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gitstore.adapters.state import WorkState
from gitstore.adapters.uploads import Upload, Uploads
from gitstore.core.kept import Origin, Part, line, parsed
from gitstore.core.versions import Version
from tests.faults import EVER, Fault, Network
from tests.lab import DATA, Lab
from tests.rules.scenes import entries, intents
from tests.servers import Bucket
from tests.trouble.killing import killed
from tests.trouble.scene import content, described, far, impatient

SPAN = 1 << 16
IN_FLIGHT = 4
WENT_WELL = 12  # ranges that arrive before the network stands still
BIG = content("big", 24 * SPAN - 5)


def kill_in_the_middle(lab: Lab, way: Network) -> None:
    """Kill `stage`; what the network gives is counted from then on."""
    way.spoil(Fault.STALL, "GET", f"/big bytes={WENT_WELL * SPAN}-", EVER)

    def middle() -> bool:
        return way.asked("/big") == WENT_WELL + IN_FLIGHT and bool(kept(lab))

    killed(lab, middle, "stage", "--all")
    way.heal()
    way.given.clear()


def kept(lab: Lab) -> list[Part]:
    """How much counts of what is kept."""
    journals = (lab.top / ".git" / "storage").rglob("*.journal")
    found = [parsed(journal.read_bytes()) for journal in journals]
    return [said[1] for said in found if said is not None and said[1] is not None]


def fetched(way: Network) -> int:
    """In bytes."""
    return sum(size for (_, path), size in way.given.items() if "/big" in path)


def left(lab: Lab) -> list[Path]:
    """The temporary files, and what is kept."""
    folders = [lab.top / ".git" / "storage" / name for name in ("tmp", "kept")]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_only_the_rest_is_fetched_however_often_it_breaks_off(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, {"big": BIG}) as (on, way):
        kill_in_the_middle(on, way)
        (killed_at,) = kept(on)
        way.spoil(Fault.ERROR, "GET", f"/big bytes={20 * SPAN}-", EVER)
        impatient(on, "stage", "--all").fails(1)
        way.heal()
        (failed_at,) = kept(on)
        assert 0 < killed_at.size < failed_at.size == 20 * SPAN
        way.given.clear()
        impatient(on, "stage", "--all").says("1 object fetched")
        assert on.files() == {"big": BIG}
        assert fetched(way) == len(BIG) - failed_at.size
        assert left(on) == []


def test_an_object_that_changes_meanwhile_is_never_mixed(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, {"big": BIG}) as (on, way):
        kill_in_the_middle(on, way)
        bucket.put("big", content("big", len(BIG), 2))
        impatient(on, "stage", "--all").fails(1).says("the recorded version is gone")
        assert not on.exists("data/big")
        assert fetched(way) < SPAN
        assert left(on) == []


def test_what_is_kept_of_an_object_that_does_not_come_any_more_goes(described: Lab) -> None:
    source = described.read("data.storage").decode().split("\n")[1].removeprefix("from ")
    origin = Origin(source, "a.txt", Version(10 * SPAN, ("etag:of-before",)))
    folder = described.top / ".git/storage/kept"
    folder.mkdir()
    (folder / origin.name).write_bytes(bytes(SPAN))
    journal = origin.head() + line(Part(SPAN, "0" * 64))
    (folder / f"{origin.name}.journal").write_bytes(journal)
    described.storage("stage", "--all")
    assert left(described) == []


def sent(way: Network) -> int:
    """The bytes of parts that came to the server."""
    return sum(size for (method, path), size in way.taken.items() if "partNumber=" in path)


def begin_to_give(lab: Lab, way: Network, data: bytes) -> int:
    """Kill `sync` in the middle of an upload; the parts that the server has by then."""
    lab.write("data/new", data)
    before = way.asked("partNumber=")
    for number in range(WENT_WELL + 1, 25):
        way.spoil(Fault.HUNG, "PUT", f"partNumber={number}", EVER)
    killed(
        lab, lambda: way.asked("partNumber=") - before == WENT_WELL + IN_FLIGHT, "sync", "-j", "1"
    )
    way.heal()
    way.taken.clear()
    return WENT_WELL


def known_here(lab: Lab) -> set[str]:
    """The files whose bytes nobody has to read again."""
    with WorkState.open(lab.top / ".git") as state:
        return set(state.seen(DATA))


def noted(lab: Lab) -> list[Path]:
    """The uploads that are to go on."""
    return list((lab.top / ".git" / "storage").glob("uploads/*"))


def test_only_the_parts_that_are_not_there_are_sent(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, {"small": b"s"}) as (on, way):
        begin_to_give(on, way, content("other", len(BIG)))
        parts = begin_to_give(on, way, BIG)  # another content: what was begun is abandoned
        assert (bucket.uploads(), len(noted(on))) == (["new"], 1)
        assert (intents(on), known_here(on)) == ([], set())  # nothing has read all of it
        impatient(on, "sync").says("1 object given")
        assert sent(way) == len(BIG) - parts * SPAN
        assert bucket.get("new") == BIG
        assert (bucket.uploads(), noted(on), intents(on)) == ([], [], [])
        assert entries(on)["new"].sha256 == hashlib.sha256(BIG).hexdigest()
        assert "new" in known_here(on)


def test_a_file_that_only_looks_the_same_is_not_mixed_with_what_is_there(
    lab: Lab, bucket: Bucket
) -> None:
    with far(lab, bucket, {"small": b"s"}) as (on, way):
        begin_to_give(on, way, BIG)
        file = on.top / "data/new"
        before = file.stat()
        other = BIG[: 3 * SPAN] + content("other", len(BIG) - 3 * SPAN)
        file.write_bytes(other)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        impatient(on, "sync").says("1 object given")
        assert sent(way) == len(BIG) - 3 * SPAN
        assert bucket.get("new") == other
        assert entries(on)["new"].sha256 == hashlib.sha256(other).hexdigest()
        assert (bucket.uploads(), noted(on)) == ([], [])


def test_nothing_waits_behind_a_part_that_takes_long(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, {"small": b"s"}) as (on, way):
        on.write("data/new", BIG)
        way.spoil(Fault.HUNG, "PUT", "partNumber=3 ", EVER)
        killed(on, lambda: way.asked("partNumber=") == 24, "sync")
        way.heal()
        way.taken.clear()
        impatient(on, "sync").says("1 object given")
        assert sent(way) <= IN_FLIGHT * SPAN  # that one, and what was on its way
        assert bucket.get("new") == BIG


def test_a_kill_before_the_completion_costs_no_byte(lab: Lab, bucket: Bucket) -> None:
    with far(lab, bucket, {"small": b"s"}) as (on, way):
        on.write("data/new", BIG)
        way.spoil(Fault.HUNG, "POST", "uploadId=", EVER)
        killed(on, lambda: way.injected.get(Fault.HUNG, 0) > 0, "sync")
        way.heal()
        way.taken.clear()
        assert (intents(on), "new" in known_here(on)) == (["new"], True)
        impatient(on, "sync").says("1 object given")
        assert (sent(way), bucket.get("new") == BIG) == (0, True)
        assert (bucket.uploads(), noted(on), intents(on)) == ([], [], [])


def test_an_upload_without_a_file_is_abandoned_if_it_is_ours(lab: Lab, bucket: Bucket) -> None:
    target = {"Bucket": bucket.name, "Key": "new"}
    ours, theirs = (bucket.client.create_multipart_upload(**target)["UploadId"] for _ in range(2))
    bucket.put("small", b"s")
    on = described(lab, bucket, bucket.server.endpoint)
    source = on.read("data.storage").decode().split("\n")[1].removeprefix("from ")
    Uploads(on.top / ".git/storage/uploads").put(Upload(source, "new", "1 2"), ours)
    on.storage("sync")
    left_there = bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]
    assert [each["UploadId"] for each in left_there] == [theirs]
    assert noted(on) == []
