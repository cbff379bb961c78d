"""The operations of git that `make test` leaves out in some settings: `make contract` has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.operations import Operation
from tests.hooks.test_operations import ALONE, Worlds, cases_left, check, worlds

__all__ = ["worlds"]


@pytest.mark.parametrize(("setting", "operation"), cases_left(ALONE), ids=str)
def test_pointers_are_right_news_is_told_and_work_is_kept(
    worlds: Worlds,
    tmp_path: Path,
    setting: str,
    operation: Operation,
) -> None:
    check(worlds(setting).copy(tmp_path), setting, operation)
