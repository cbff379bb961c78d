"""Faults of the network, each on an object of its own: right bytes, or one clear error.

An object is named by its fault and its size; the network is between the clone and the bucket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.faults import EVER, Fault, Network
from tests.lab import Lab, Result
from tests.rules.scenes import base, entries, intents, left_over
from tests.servers import Bucket
from tests.trouble.impatient import IN_A_FILE, IN_MEMORY, IN_RANGES
from tests.trouble.scene import content, far, impatient

SIZES = (IN_MEMORY, IN_A_FILE, IN_RANGES)
MOST = 60  # requests for one object, with all its ranges or parts and all their repetitions

# What is waited for, or asked for again.
PASSING = (
    *(Fault.CUT, Fault.BUSY, Fault.ERROR, Fault.SLOW, Fault.LATER, Fault.MANY),
    *(Fault.RESET, Fault.BROKEN, Fault.STALL, Fault.LOST, Fault.HIDDEN),
)
DOWN = (*PASSING, Fault.LONG, Fault.RENAMED, Fault.WRONG, Fault.EMPTY)
UP = (*PASSING, Fault.RENAMED, Fault.BENT, Fault.WRONG, Fault.EMPTY)


def objects(faults: Iterable[Fault], edition: int = 1) -> dict[str, bytes]:
    found = {f"{fault.name}-{size}": size for fault in faults for size in SIZES}
    return {name: content(name, size, edition) for name, size in found.items()}


def spoil(way: Network, methods: Iterable[str], names: Iterable[str], times: int) -> None:
    for method in methods:
        for name in names:
            way.spoil(Fault[name.split("-")[0]], method, f"/{name}", times)


def told(done: Result, found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> set[str]:
    """The objects that have not got their right bytes; each has an error of its own."""
    late = {name for name, data in wanted.items() if found.get(name) != data}
    for name in late:
        assert f"error: data/{name}: " in done.err, f"nothing is said of {name}\n{done}"
    assert done.code == (1 if "error: " in done.err else 0), done
    return late


def within_bounds(way: Network, names: Iterable[str]) -> None:
    assert {n: way.asked(f"/{n}") for n in names if way.asked(f"/{n}") > MOST} == {}


def test_what_passes_while_fetching_is_waited_for(lab: Lab, bucket: Bucket) -> None:
    wanted = objects(DOWN)
    with far(lab, bucket, wanted) as (on, way):
        spoil(way, ["GET"], wanted, 1)
        done = impatient(on, "stage", "--all")
        assert told(done, on.files(), wanted) == set()
        assert set(way.injected) == set(DOWN)
        within_bounds(way, wanted)
    assert left_over(on) == []


def test_what_never_ends_while_fetching_is_told_of_each_object(lab: Lab, bucket: Bucket) -> None:
    wanted = objects(DOWN)
    with far(lab, bucket, {**wanted, "well": b"well"}) as (on, way):
        spoil(way, ["GET"], wanted, EVER)
        done = impatient(on, "stage", "--all", patience=1)
        # A busy machine may take even what is well for silent; then it says so.
        all_of_it = {**wanted, "well": b"well"}
        assert told(done, on.files(), all_of_it) >= set(objects(PASSING))
        # Nothing half is under any name, and what is well is not stopped (rule F5).
        assert on.files().items() <= all_of_it.items()
        within_bounds(way, wanted)
        assert left_over(on) == []
        way.heal()
        assert told(impatient(on, "stage", "--all"), on.files(), all_of_it) == set()


def test_wrong_bytes_never_get_their_name(lab: Lab, bucket: Bucket) -> None:
    wanted = objects([Fault.FLIPPED])
    with far(lab, bucket, {"first": b"first"}) as (on, way):
        for name, data in wanted.items():
            on.write(f"data/{name}", data)
        impatient(on, "sync")  # so that the pointer has the SHA-256 of each
        on.commit("more")
        other = on.clone()
        spoil(way, ["GET"], wanted, EVER)
        done = impatient(other, "stage", "--all")
        assert told(done, other.files(), wanted) == set(wanted)
        assert other.files() == {"first": b"first"}
        assert left_over(other) == []
        way.heal()
        assert told(impatient(other, "stage", "--all"), other.files(), wanted) == set()


def test_wrong_bytes_of_a_version_known_by_its_etag_only_do_not_get_their_name(
    lab: Lab, bucket: Bucket
) -> None:
    # Up to MD5_LIMIT, which stands for more than IN_RANGES here: docs/reliability.md says why.
    wanted = {n: d for n, d in objects([Fault.FLIPPED]).items() if len(d) < IN_RANGES}
    with far(lab, bucket, wanted) as (on, way):
        spoil(way, ["GET"], wanted, EVER)
        done = impatient(on, "stage", "--all")
        assert told(done, on.files(), wanted) == set(wanted)
        assert on.files() == {}


def test_what_passes_while_giving_is_waited_for(lab: Lab, bucket: Bucket) -> None:
    old, wanted = objects(UP), objects(UP, 2)
    with far(lab, bucket, old) as (on, way):
        impatient(on, "stage", "--all")
        for name, data in wanted.items():
            on.write(f"data/{name}", data)
        spoil(way, ["PUT", "POST"], wanted, 1)
        done = impatient(on, "sync", patience=10).never_says("conflict", "at the same moment")
        found = bucket.contents()
        # Asking again would not help, or nobody knows what the answer meant.
        told_at_once = objects([Fault.BENT, Fault.WRONG, Fault.EMPTY, Fault.RENAMED])
        assert told(done, found, wanted) <= set(told_at_once), done
        assert set(way.injected) == set(UP)
        assert all(found[name] in (old[name], wanted[name]) for name in wanted)
        way.heal()
        impatient(on, "sync").never_says("conflict")
        assert bucket.contents() == on.files() == wanted
        impatient(on, "sync").never_says("conflict")
        impatient(on, "sync").says("nothing to do")
    assert intents(on) == []


def test_what_never_ends_while_giving_is_told_of_each_object(lab: Lab, bucket: Bucket) -> None:
    old, wanted = objects(UP), objects(UP, 2)
    with far(lab, bucket, old) as (on, way):
        impatient(on, "stage", "--all")
        for name, data in {**wanted, "well": b"well"}.items():
            on.write(f"data/{name}", data)
        spoil(way, ["PUT", "POST"], wanted, EVER)
        done = impatient(on, "sync", patience=2).never_says("conflict", "at the same moment")
        found = bucket.contents()
        # A busy machine may take even what is well for silent; then it says so.
        late = told(done, found, {**wanted, "well": b"well"})
        assert late >= set(objects([Fault.ERROR, Fault.BENT]))
        assert found.get("well", b"well") == b"well"
        assert all(found[name] in (old[name], wanted[name]) for name in wanted)
        within_bounds(way, wanted)
        way.heal()
        impatient(on, "sync").never_says("conflict")
        assert bucket.contents() == on.files() == {**wanted, "well": b"well"}
    assert intents(on) == []


def test_a_new_object_whose_answer_was_lost_is_no_conflict(lab: Lab, bucket: Bucket) -> None:
    wanted = objects([Fault.LOST, Fault.HIDDEN, Fault.RESET, Fault.CUT])
    with far(lab, bucket, {"first": b"first"}) as (on, way):
        for name, data in wanted.items():
            on.write(f"data/{name}", data)
        spoil(way, ["PUT", "POST"], wanted, 1)
        done = impatient(on, "sync").never_says("conflict", "at the same moment")
        assert told(done, bucket.contents(), wanted) == set()
        assert base(on, f"LOST-{IN_MEMORY}") is not None
        assert entries(on).keys() == {*wanted, "first"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault.EXPIRED, "the credentials have expired"), (Fault.SKEWED, "clock is wrong")],
)
def test_credentials_that_end_midway_end_nothing_else(
    lab: Lab, bucket: Bucket, fault: Fault, words: str
) -> None:
    wanted = {name: content(name, 1000) for name in ("a1", "a2", "b1", "b2")}
    with far(lab, bucket, wanted) as (on, way):
        way.spoil(fault, "GET", "/b", EVER)
        impatient(on, "stage", "--all", "--jobs", "1").says(words).says("failed")
        assert on.files().items() <= wanted.items()
        way.heal()
        on.storage("stage", "--all")
        edited = {name: content(name, 1000, 2) for name in wanted}
        for name, data in edited.items():
            on.write(f"data/{name}", data)
        way.spoil(fault, "PUT", "/b", EVER)
        impatient(on, "sync", "--jobs", "1").says(words).never_says("conflict")
        assert all(data in (wanted[n], edited[n]) for n, data in bucket.contents().items())
        way.heal()
        on.storage("sync").never_says("conflict")
        assert bucket.contents() == on.files() == edited


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_large_object_does_not_wait_for_the_small_ones(
    lab: Lab, bucket: Bucket, method: str
) -> None:
    wanted = {"small": content("small", IN_MEMORY), "zlarge": content("zlarge", IN_A_FILE)}
    with far(lab, bucket, wanted) as (on, way):
        if method == "PUT":
            on.storage("stage", "--all")
            for name, data in wanted.items():
                on.write(f"data/{name}", data[::-1])
        way.spoil(Fault.HUNG, method, "/small")
        way.requests.clear()
        done = impatient(on, *(["stage", "--all"] if method == "GET" else ["sync"]), patience=2)
        assert done.code == 0, done
        assert way.injected == {Fault.HUNG: 1}
    moved = [path.rsplit("/")[-1] for verb, path, _ in way.requests if verb == method]
    assert moved.index("zlarge") < max(n for n, path in enumerate(moved) if path == "small")
