"""Many objects in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gitstore.core.errors import Missing, StorageError
from gitstore.shell.transfer.pool import Lane, Line, at_work, each, lanes, stopping


def results(batches: Iterator[list[tuple[int, int | StorageError]]]) -> dict[int, object]:
    return {item: result for batch in batches for item, result in batch}


def test_every_item_has_one_result() -> None:
    found = results(each(lambda n: n * n, Lane(range(5000), 8)))

    assert found == {n: n * n for n in range(5000)}


def test_nothing_to_do_is_no_batch() -> None:
    assert list(each(lambda n: n, Lane([], 4))) == []


def test_one_failure_stops_no_other() -> None:
    def half(n: int) -> int:
        if n == 3:
            raise Missing("no object three")
        return n

    found = results(each(half, Lane(range(10), 2)))

    assert isinstance(found[3], Missing)
    assert len(found) == 10


def test_a_defect_is_raised_in_the_callers_thread() -> None:
    def broken(n: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(each(broken, Lane(range(100), 4)))


def test_a_caller_that_leaves_begins_no_new_call() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def slow(n: int) -> int:
        begun.append(n)
        if n > 0:
            gate.wait(10)
        return n

    batches = each(slow, Lane(range(1000), 2))
    next(batches)
    gate.set()
    batches.close()  # type: ignore[attr-defined]  # a generator, as every caller's for loop knows

    # What was taken before the caller left may have run; the rest was never begun.
    assert len(begun) < 1000


def test_what_takes_long_learns_that_nobody_waits_any_more() -> None:
    ended: list[int] = []

    def long(n: int) -> int:
        if n == 0:
            return n
        while not stopping():
            threading.Event().wait(0.01)
        ended.append(n)
        return n

    batches = each(long, Lane(range(3), 3))
    next(batches)
    batches.close()  # type: ignore[attr-defined]  # it is a generator
    assert sorted(ended) == [1, 2]
    assert not stopping()


def test_workers_begin_before_the_last_item_is_known() -> None:
    begun = threading.Event()

    def noted(n: int) -> int:
        begun.set()
        return n

    line = Line([1])
    with at_work(noted, Lane(line, 2)) as crew:
        assert begun.wait(60)
        line.add(2)
        line.close()
        assert results(iter(crew)) == {1: 1, 2: 2}
        assert crew.ready() == []


def test_what_is_done_can_be_taken_while_the_rest_goes_on() -> None:
    gate = threading.Event()

    def gated(n: int) -> int:
        assert n == 1 or gate.wait(60)
        return n

    with at_work(gated, Lane([1, 2], 2)) as crew:
        found: list[tuple[int, int | StorageError]] = []
        while not found:
            found = crew.ready()
        assert found == [(1, 1)]
        gate.set()
        assert results(iter(crew)) == {2: 2}


def test_a_caller_that_leaves_an_open_line_ends_its_workers() -> None:
    line = Line([1])

    def leave() -> None:
        with at_work(lambda n: n, Lane(line, 3)):
            try:
                raise KeyError
            finally:
                line.close()

    with pytest.raises(KeyError):
        leave()


def test_a_lane_with_few_workers_holds_back_nobody_else() -> None:
    gate, at_once, most = threading.Event(), [0], [0]
    counting, begun = threading.Lock(), threading.Semaphore(0)

    def heavy_waits(n: int) -> int:
        if n < 100:
            return n
        with counting:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        begun.release()
        assert gate.wait(60)
        with counting:
            at_once[0] -= 1
        return n

    found: dict[int, object] = {}
    with at_work(heavy_waits, Lane(range(40), 3), Lane(range(100, 120), 2)) as crew:
        while len(found) < 40:
            found.update(crew.ready())
        for _ in range(2):
            assert begun.acquire(timeout=60)
        gate.set()
        found.update(results(iter(crew)))
    assert sorted(found) == [*range(40), *range(100, 120)]
    assert most == [2]


def test_no_more_workers_than_jobs_share_the_lanes() -> None:
    for jobs in range(1, 40):
        for large in ([], [100, 101]):
            parts = lanes(range(3), large, jobs, 4)
            assert sum(lane.workers for lane in parts) == jobs
            assert all(lane.workers > 0 for lane in parts)
            assert sorted(i for lane in parts for i in lane.items) == [0, 1, 2, *large]
