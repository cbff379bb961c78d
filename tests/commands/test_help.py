"""`git storage help`."""

from __future__ import annotations

from gitstore.commands import COMMANDS
from tests.lab import Lab


def test_every_command_is_listed_with_what_it_does(lab: Lab) -> None:
    shown = lab.storage("help").out
    for name in COMMANDS:
        assert f"\n    {name} " in shown


def test_help_about_nothing_is_an_error(lab: Lab) -> None:
    lab.storage("help", "frobnicate").fails(129).says("hint: git storage help")


def test_help_as_json_has_the_summaries(lab: Lab) -> None:
    assert lab.storage("help", "ls", "--json").json()["commands"] == {
        "ls": "List storages and data paths, or the objects of a data path"
    }
