"""Every refusal of the system that `refusing` knows; minutes, so only `make figures` runs them."""

from __future__ import annotations

import pytest

from tests.lab import Lab
from tests.trouble.refusing import CALLS, ERRORS, MOMENTS
from tests.trouble.test_machine import behind
from tests.trouble.test_refusals import survives

__all__ = ["behind"]


@pytest.mark.parametrize("when", MOMENTS)
@pytest.mark.parametrize("error", ERRORS[:2])
@pytest.mark.parametrize("call", CALLS)
def test_every_refusal_halves_nothing(behind: Lab, call: str, error: str, when: int) -> None:
    survives(behind, call, error, when)
