"""Many objects in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gitstore.core.errors import Missing, StorageError
from gitstore.shell.transfer.pool import each, stopping


def results(batches: Iterator[list[tuple[int, int | StorageError]]]) -> dict[int, object]:
    return {item: result for batch in batches for item, result in batch}


def test_every_item_has_one_result() -> None:
    found = results(each(lambda n: n * n, range(5000), 8))

    assert found == {n: n * n for n in range(5000)}


def test_nothing_to_do_is_no_batch() -> None:
    assert list(each(lambda n: n, [], 4)) == []


def test_one_failure_stops_no_other() -> None:
    def half(n: int) -> int:
        if n == 3:
            raise Missing("no object three")
        return n

    found = results(each(half, range(10), 2))

    assert isinstance(found[3], Missing)
    assert len(found) == 10


def test_a_defect_is_raised_in_the_callers_thread() -> None:
    def broken(n: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(each(broken, range(100), 4))


def test_a_caller_that_leaves_begins_no_new_call() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def slow(n: int) -> int:
        begun.append(n)
        if n > 0:
            gate.wait(10)
        return n

    batches = each(slow, range(1000), 2)
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

    batches = each(long, range(3), 3)
    next(batches)
    batches.close()  # type: ignore[attr-defined]  # it is a generator
    assert sorted(ended) == [1, 2]
    assert not stopping()
