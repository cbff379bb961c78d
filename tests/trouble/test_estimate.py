"""`--estimate`: what is said beforehand is what the server then counts."""

from __future__ import annotations

from typing import Any

from tests.faults import Network
from tests.lab import Lab
from tests.servers import Bucket
from tests.trouble.impatient import IN_A_FILE, IN_MEMORY, IN_RANGES
from tests.trouble.scene import content, far, impatient

SIZES = (0, 1, IN_MEMORY, IN_A_FILE, IN_RANGES, 1_000_000)


def estimated(lab: Lab, *arguments: str) -> Any:
    ((found,),) = [impatient(lab, *arguments, "--estimate", "--json").json()["data_paths"]]
    return found


def counted(lab: Lab, way: Network, *arguments: str) -> int:
    """The requests that a command sends."""
    before = len(way.requests)
    done = impatient(lab, *arguments)
    assert done.code == 0, done
    return len(way.requests) - before


def test_requests_are_those_that_the_server_counts(lab: Lab, bucket: Bucket) -> None:
    objects = {f"{size}": content("old", size) for size in SIZES}
    with far(lab, bucket, objects) as (on, way):
        found = estimated(on, "stage", "--all")
        assert found["down"] == {"objects": len(SIZES), "bytes": sum(SIZES)}
        assert found["requests"]["total"] == counted(on, way, "stage", "--all")

        for size in SIZES:
            on.write(f"data/{size}", content("changed", size + 7))
            on.write(f"data/new-{size}", content("new", size))
        bucket.put("theirs", content("theirs", IN_RANGES))
        found = estimated(on, "sync")
        up = sum(size + 7 for size in SIZES) + sum(SIZES)
        assert found["up"] == {"objects": 2 * len(SIZES), "bytes": up}
        assert found["down"] == {"objects": 1, "bytes": IN_RANGES}
        assert found["requests"]["measuring"] > 0
        assert found["requests"]["total"] == counted(on, way, "sync")

        on.storage("rm", "data/1", "data/theirs")
        found = estimated(on, "sync")
        assert (found["erased"], found["requests"]["measuring"]) == (2, 0)
        assert found["requests"]["total"] == counted(on, way, "sync")
        assert estimated(on, "sync")["requests"]["total"] == counted(on, way, "sync") == 1


def test_nothing_is_moved_beyond_the_budget(lab: Lab) -> None:
    lab.describe({"a": bytes(1000), "b": bytes(1000)})
    before = lab.snapshot()
    lab.storage("stage", "--all", "--budget", "1999").fails(128).says(
        "2,000 bytes", "--budget 2000"
    )
    assert lab.snapshot() == before
    told = lab.storage("stage", "--all", "--estimate")
    told.says("data: 2 objects to come (2.0 KiB, ", "free)", "nothing was moved")
    told.never_says("request")  # nobody counts them in a directory
    assert lab.snapshot() == before
    lab.storage("stage", "--all", "--budget", "2k")
    lab.write("data/a", bytes(3000))
    lab.storage("sync", "--budget", "2k").fails(128).says("nothing was moved")
    lab.storage("sync", "--estimate").says("data: 1 object to give (2.9 KiB)")
    assert lab.bucket.get("a") == bytes(1000)
    lab.storage("sync", "--budget", "3k")
    lab.storage("sync", "--estimate").says("data: nothing to move")
