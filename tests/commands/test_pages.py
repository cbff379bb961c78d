"""The manual pages say what the program takes."""

from __future__ import annotations

import pytest

from gitstore.commands import COMMANDS, command
from gitstore.commands.manual import manual
from gitstore.commands.pages import page, pages, plain, synopsis, write
from tests.lab import Lab
from tests.sources import ROOT

_MACROS = {".TH", ".SH", ".SS", ".TP", ".B", ".PP", ".nf", ".fi", ".RS", ".RE", ".br"}


def test_the_checked_in_pages_are_what_the_program_says() -> None:
    folder = ROOT / "docs" / "commands"
    there = {path.name: path.read_text() for path in folder.iterdir()}
    assert there == pages(), "run: python -m gitstore.commands.pages"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_every_section_and_option(name: str) -> None:
    found = command(name)
    text = page(found)
    titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"]
    assert sorted(titles) == sorted(wanted)
    assert titles[:4] == wanted[:4]
    for action in found.parser.declared:
        assert all(option in text for option in action.option_strings)
        assert action.help


def test_a_synopsis_is_never_broken_within_a_word() -> None:
    lines = synopsis(command("add")).splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 88 for line in lines)
    assert all(line.count("[") == line.count("]") for line in lines)


def test_help_prints_the_page(lab: Lab) -> None:
    for name in COMMANDS:
        text = plain((ROOT / "docs" / "commands" / f"{name}.md").read_text())
        assert lab.storage("help", name).out == text
        assert lab.storage(name, "--help").out == text


def test_pages_can_be_written_anew(lab: Lab) -> None:
    write(lab.root / "pages")
    assert (lab.root / "pages" / "sync.md").read_text() == page(command("sync"))


def test_the_manual_page_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "git-storage.1").read_text() == manual()
    for line in manual().splitlines():
        assert line.split(" ")[0] in _MACROS or not line.startswith((".", "'"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_page_tells_of_every_command(name: str) -> None:
    text = manual()
    assert f".SH GIT STORAGE {name.upper()}\n" in text
    assert f".B {name}\n" in text
