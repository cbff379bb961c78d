"""docs/threats.md: every row has a defence and a test, and all of them are there."""

from __future__ import annotations

import ast
import re

from tests.sources import ROOT

_PAGE = (ROOT / "docs" / "threats.md").read_text()
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_MODULE = re.compile(r"`((?:core|adapters|shell|repo|ui)/[\w/]+\.py)\b")
_ROWS = {
    int(line.split("|")[1]): line for line in _PAGE.splitlines() if re.match(r"\| [0-9]+ \|", line)
}


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_threat_of_the_table_has_a_row() -> None:
    assert sorted(_ROWS) == list(range(1, 37))


def test_every_row_names_tests_and_all_of_them_are_there() -> None:
    for number, row in _ROWS.items():
        named = _TEST.findall(row)
        assert named, number
        for path, name in named:
            assert name.startswith("test_"), (number, name)
            assert name in functions_of(path), (number, path, name)


def test_every_module_that_is_named_is_there() -> None:
    named = _MODULE.findall(_PAGE)

    assert len(named) > 15
    assert [name for name in named if not (ROOT / "gitstore" / name).is_file()] == []
