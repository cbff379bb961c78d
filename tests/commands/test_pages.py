"""The manual pages say what the program takes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gitstore.commands import COMMANDS, command
from gitstore.commands.manual import manuals
from gitstore.commands.pages import page, pages, plain, synopsis, write
from gitstore.commands.shared import shared, write_shared
from tests.lab import Lab
from tests.sources import ROOT

_MACROS = {".TH", ".SH", ".SS", ".ad", ".TP", ".IP", ".B", ".PP", ".nf", ".fi", ".RS", ".RE", ".br"}


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
    assert sorted({*titles} - {"CONFIGURATION"}) == sorted(wanted)
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


def test_what_is_installed_beside_the_program_is_what_the_program_says() -> None:
    folder = ROOT / "share"
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    files = {name: path.read_text() for name, path in there.items() if path.is_file()}
    assert files == shared(), "run: python -m gitstore.commands.pages"


def test_pages_of_commands_that_are_gone_are_removed(tmp_path: Path) -> None:
    (tmp_path / "man" / "man1").mkdir(parents=True)
    (tmp_path / "man" / "man1" / "git-storage-gone.1").write_text("")
    write_shared(tmp_path)
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == set(shared())


@pytest.mark.parametrize("name", ["git-storage", *(f"git-storage-{name}" for name in COMMANDS)])
def test_a_manual_page_is_roff_that_man_can_find(name: str) -> None:
    lines = manuals()[f"{name}.1"].splitlines()
    assert lines[0].startswith(f".TH {name.upper()} 1 ")
    # By the line below this heading `man -k` and `apropos` find a page.
    assert lines[lines.index(".SH NAME") + 2].startswith(name.replace("-", r"\-") + r" \- ")
    for line in lines:
        assert line.split(" ")[0] in _MACROS or not line.startswith((".", "'"))
        assert "`" not in line


def test_the_page_of_the_tool_tells_of_every_command() -> None:
    text = manuals()["git-storage.1"]
    for name in COMMANDS:
        escaped = name.replace("-", r"\-")
        assert f".B {escaped}\n" in text
        assert rf"git\-storage\-{escaped}(1)" in text


def test_man_shows_the_pages_without_a_complaint(lab: Lab) -> None:
    man = shutil.which("man") or "cat"  # where there is no man, nobody looks at its pages
    for path in sorted((ROOT / "share" / "man" / "man1").iterdir()):
        done = subprocess.run(
            [man, *(("--warnings",) if man != "cat" else ()), str(path)],
            cwd=ROOT / "share" / "man",
            env={**lab.environment, "MANWIDTH": "80", "MANPAGER": "cat"},
            capture_output=True,
            check=True,
        )
        assert done.stderr == b"", path.name
        assert b"NAME" in done.stdout


def test_git_help_finds_the_page_of_a_verb() -> None:
    for name in COMMANDS:
        assert shared()[f"man/man1/gitstorage-{name}.1"] == f".so man1/git-storage-{name}.1\n"
