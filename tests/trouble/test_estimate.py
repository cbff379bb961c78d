"""`--estimate`: what is said beforehand is what the server then counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gitstore.adapters.stores import s3_parts, s3_writing
from gitstore.core.estimate import Estimate
from gitstore.core.report import Report
from gitstore.repo.repo import Repo
from gitstore.shell.transfer import ranges
from tests.faults import Network
from tests.lab import Lab
from tests.servers import Bucket
from tests.trouble.impatient import IN_A_FILE, IN_MEMORY, IN_RANGES
from tests.trouble.scene import content, far

SIZES = (0, 1, IN_MEMORY, IN_A_FILE, IN_RANGES, 1_000_000)


@pytest.fixture
def repo(
    lab: Lab, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Repo, Network]]:
    """A clone in this process, with small objects for large ones."""
    monkeypatch.setattr(ranges, "SPAN", 1 << 16)
    monkeypatch.setattr(ranges, "LARGE", 4 << 16)
    monkeypatch.setattr(s3_writing, "SMALL", 200_000)
    monkeypatch.setattr(s3_parts, "PART", 1 << 16)
    monkeypatch.setattr(s3_parts, "_MEBIBYTE", 1 << 10)
    with far(lab, bucket, {f"{size}": content("old", size) for size in SIZES}) as (on, way):
        for name, value in on.environment.items():
            monkeypatch.setenv(name, value)
        yield Repo(on.top), way


def foretold(found: tuple[Estimate, ...]) -> int:
    requests = found[0].requests
    assert requests is not None
    return requests.total


def test_requests_are_those_that_the_server_counts(
    repo: tuple[Repo, Network], lab: Lab, bucket: Bucket
) -> None:
    clone, way = repo

    def counted(reports: Callable[[], tuple[Report, ...]]) -> int:
        before = len(way.requests)
        assert all(report.complete for report in reports())
        return len(way.requests) - before

    (found,) = clone.estimate_stage()
    assert (found.down, found.bytes_down) == (len(SIZES), sum(SIZES))
    assert foretold((found,)) == counted(clone.stage)

    for size in SIZES:
        lab.write(f"data/{size}", content("changed", size + 7))
        lab.write(f"data/new-{size}", content("new", size))
    bucket.put("theirs", content("theirs", IN_RANGES))
    (found,) = clone.estimate_sync()
    assert (found.down, found.bytes_down) == (1, IN_RANGES)
    assert (found.up, found.bytes_up) == (2 * len(SIZES), sum(SIZES) * 2 + 7 * len(SIZES))
    assert found.requests is not None
    assert found.requests.measuring > 0
    assert found.requests.total == counted(clone.sync)

    clone.rm("data/1", "data/theirs")
    (found,) = clone.estimate_sync()
    assert found.erased == 2
    assert foretold((found,)) == counted(clone.sync)
    assert foretold(clone.estimate_sync()) == counted(clone.sync) == 1


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
    ((document,),) = [lab.storage("stage", "--all", "--estimate", "--json").json()["data_paths"]]
    assert document["down"] == {"objects": 2, "bytes": 2000}
    assert document["requests"] is None
    assert lab.snapshot() == before
    lab.storage("stage", "--all", "--budget", "2k")
    lab.write("data/a", bytes(3000))
    lab.storage("sync", "--budget", "2k").fails(128).says("nothing was moved")
    lab.storage("sync", "--estimate").says("data: 1 object to give (2.9 KiB)")
    assert lab.bucket.get("a") == bytes(1000)
    lab.storage("sync", "--budget", "3k")
    lab.storage("sync", "--estimate").says("data: nothing to move")
