"""docs/sync-table.md says what the code does, in the words that the code uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gitstore.core.model import State
from gitstore.core.plan import decide_stage, decide_sync
from tests.core.states import ONE, TWO, every_state, known, local

DOCUMENT = Path(__file__).parents[2] / "docs" / "sync-table.md"
RULES = ("B1-6", "P1-5", "K1-2", "F1-5", "Sc1-6")


def _rows() -> Iterator[list[str]]:
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _documented() -> set[tuple[str, str, str]]:
    return {
        (row[0].strip("`"), row[3].strip("`"), row[4])
        for row in _rows()
        if re.fullmatch(r"`[12]\.\d[a-e]`", row[0])
    }


def _decided() -> set[tuple[str, str, str]]:
    made_twice = State("x", local=local(ONE), remote=known(ONE))
    states = (*every_state(), made_twice, State("x", local=local(ONE), remote=known(TWO)))
    actions = [decide(s) for s in states for decide in (decide_sync, decide_stage)]
    return {(a.cell, a.kind.value, a.reason) for a in actions if a.cell[0] in "12"}


def test_the_document_has_every_decision_and_no_other() -> None:
    assert _documented() == _decided()


def test_every_rule_is_there_once_and_in_order() -> None:
    expected = []
    for group in RULES:
        name, last = group[:-3], int(group[-1])
        expected += [f"{name}{number}" for number in range(1, last + 1)]
    assert [row[0] for row in _rows() if re.fullmatch(r"(B|P|K|F|Sc)\d", row[0])] == expected


def test_every_test_that_the_document_names_exists() -> None:
    tests = DOCUMENT.parents[1] / "tests"
    modules = [*(tests / "core").glob("test_*.py"), *(tests / "rules").glob("test_*.py")]
    written = {
        name
        for module in modules
        for name in re.findall(r"^def (test_\w+)", module.read_text(encoding="utf-8"), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert named <= written
    assert named
