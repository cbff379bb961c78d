"""The operations of git that `make test` leaves out in some settings: `make contract` has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.operations import Operation
from tests.hooks.test_operations import (
    ALONE,
    WITH_FOREIGN,
    Worlds,
    cases_left,
    check,
    check_beside,
    worlds,
)

__all__ = ["worlds"]


@pytest.mark.parametrize(("setting", "operation"), cases_left(ALONE), ids=str)
def test_pointers_are_right_news_is_told_and_work_is_kept(
    worlds: Worlds,
    tmp_path: Path,
    setting: str,
    operation: Operation,
) -> None:
    check(worlds(setting).copy(tmp_path), setting, operation)


@pytest.mark.parametrize(("setting", "operation"), cases_left(WITH_FOREIGN), ids=str)
def test_hooks_of_others_run_as_without_ours(
    worlds: Worlds, tmp_path: Path, setting: str, operation: Operation
) -> None:
    check_beside(worlds, tmp_path, setting, operation)
