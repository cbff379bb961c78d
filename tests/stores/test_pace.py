"""How many requests are kept in flight."""

from __future__ import annotations

from gitstore.adapters.stores.pace import FIRST, MOST, Pace, paced


def asked(pace: Pace, speed_at: dict[int, float], answers: int = 20_000) -> Pace:
    """The pace after answers of a server that gives so many a second, by requests in flight."""
    now = 0.0
    for _ in range(answers):
        now += 1 / speed_at[pace.now]
        pace.answered(1, now)
    return pace


def test_a_server_far_away_gets_as_many_requests_as_make_it_faster() -> None:
    far = {number: number / 0.03 for number in range(1, MOST + 1)}
    assert asked(Pace(), far).now == MOST


def test_a_server_next_door_keeps_the_number_of_the_beginning() -> None:
    near = dict.fromkeys(range(1, MOST + 1), 5000.0)
    assert asked(Pace(), near).now == FIRST


def test_the_number_stays_below_the_one_that_brought_nothing() -> None:
    narrow = {number: min(number, 70) / 0.03 for number in range(1, MOST + 1)}
    assert asked(Pace(), narrow).now == 64


def test_a_server_that_asks_for_less_gets_half_and_never_more_again() -> None:
    far = {number: number / 0.03 for number in range(1, MOST + 1)}
    pace = Pace()
    pace.refused()
    assert asked(pace, far).now == FIRST // 2
    for _ in range(20):
        pace.refused()
    assert pace.now == 1


def test_a_number_that_somebody_has_said_is_kept() -> None:
    far = {number: number / 0.03 for number in range(1, MOST + 1)}
    assert asked(paced(5), far).now == 5
