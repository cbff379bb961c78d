"""Random histories: nothing is lost, nobody's work is replaced unseen, and everybody meets."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.driver import failure, live_recipe, recipe, shortest
from tests.model.machine import Machine
from tests.model.mutants import tried

_SHARES = 4
_SEEDS = 80
_LIVE = 24


_EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_no_history_that_hypothesis_makes_up_breaks_a_promise() -> None:
    run_state_machine_as_test(Machine, settings=_EXAMPLES)


@pytest.mark.parametrize("share", range(_SHARES))
def test_no_random_history_breaks_a_promise(share: int) -> None:
    for seed in range(share, _SEEDS, _SHARES):
        found = failure(recipe(seed))
        assert found is None, f"{found}\n{shortest(recipe(seed))}"


def test_no_random_history_of_live_data_breaks_a_promise() -> None:
    for seed in range(_LIVE):
        found = failure(live_recipe(seed))
        assert found is None, f"{found}\n{shortest(live_recipe(seed))}"


def test_the_oracle_notices_a_broken_rule() -> None:
    verdict = tried("unstage keeps B", 1, 100)
    assert verdict.found is not None
