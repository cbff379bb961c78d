"""The command line as a whole: exit statuses, where it runs, no traceback for anyone."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from gitstore.__main__ import Ending, main
from gitstore.commands import COMMANDS, command
from gitstore.core.errors import Stopped, UsageError
from gitstore.ui.screen import Screen
from tests.lab import Lab
from tests.sources import ROOT

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


def test_every_module_of_a_command_is_in_the_table() -> None:
    folder = ROOT / "gitstore" / "commands"
    homes = {
        path.stem
        for path in folder.glob("*.py")
        if "\ndef run(" in path.read_text() and path.stem != "__init__"
    }
    assert homes == {module.rpartition(".")[2] for module in COMMANDS.values()}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_one_line_without_a_full_stop(name: str) -> None:
    found = command(name)
    assert 5 < len(found.summary) < 80
    assert found.summary[0].isupper()
    assert found.summary[-1].isalpha()
    assert found.text.splitlines()[1] == ""
    assert "EXAMPLES" in found.text.splitlines()


def test_the_version(lab: Lab) -> None:
    assert lab.storage("--version").out == "git storage 0.1.0\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_needs_no_repository(lab: Lab, option: str) -> None:
    lab.storage(option, at="..").says("stage", "Bring recorded objects here")
    for name in COMMANDS:
        lab.storage(name, option, at="..").says(f"git storage {name}", "--json")


def test_without_a_command_there_is_help_and_failure(lab: Lab) -> None:
    lab.storage().fails(129).says("usage: git storage", "sync")


def test_an_unknown_command_gets_a_close_match(lab: Lab) -> None:
    result = lab.storage("statsu").fails(129)
    assert result.err == ("error: git storage has no command statsu\nhint: git storage status\n")
    lab.storage("frobnicate").fails(129).says("hint: git storage help")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--no-such-option",),
        ("status", "--no-such-option"),
        ("sync", "--keep", "mine"),
        ("sync", "-j", "0"),
        ("sync", "-j", "²"),
        ("rm",),
        ("mv", "a"),
        ("stage",),
        ("stage", "data", "--all"),
        ("stage", "--all", "--to", "x"),
        ("add", "nothing"),
        ("help", "nothing"),
        ("status", "--explain", "a", "b"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_129_and_one_error(lab: Lab, wrong: tuple[str, ...]) -> None:
    result = lab.storage(*wrong).fails(129)
    assert result.out == ""
    lines = result.err.splitlines()
    assert lines[0].startswith("error: ")
    assert all(line.startswith("hint: ") for line in lines[1:])


def test_outside_a_repository_it_is_128(lab: Lab) -> None:
    for verb in ("status", "ls", "sync"):
        lab.storage(verb, at="..").fails(128).says("error:")


def test_another_directory_as_git_does_it(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("-C", "project", "status", at="..").says("data (survey, copy)")
    lab.storage("-C", "..", "-C", "project", "ls").says("../bucket")
    lab.storage("-C", "nowhere", "ls").fails(128).says("cannot change to nowhere")
    lab.run("git", "-C", "project", "storage", "ls", at="..").says("../bucket")


def test_git_finds_the_command_on_path(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("storage", "stage", "--all")
    lab.git("-c", "alias.data=storage status", "data").says("2 of 2 objects here")
    lab.git("storage", "-h").says("usage: git storage")


def test_paths_are_seen_from_a_subdirectory(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"changed")
    lab.storage("status", ".", at="data").says("  m31.fits  7 B")
    lab.write("notes/x", b"")
    lab.storage("status", at="notes").says("../data/m31.fits", "git storage sync ../data")
    lab.storage("ls", "../data/2023", at="notes").says("../data/2023/m13.fits")


def test_options_work_on_both_sides_of_the_verb(lab: Lab) -> None:
    lab.describe(FILES)
    assert lab.storage("--json", "ls").json() == lab.storage("ls", "--json").json()
    assert lab.storage("-q", "status").err == lab.storage("status", "-q").err == ""


_LINES = (
    ("add", "survey", "--to", "again", "--prefix", "2023/", "--access", "read"),
    ("ls", "data"),
    ("url", "data/m31.fits"),
    ("status", "--remote"),
    ("status", "--explain", "data/m31.fits"),
    ("status", "--only-here"),
    ("diff",),
    ("clone", "../remote.git", "../another"),
    ("complete", "target", "da"),
    ("hook", "post-merge"),
    ("install",),
    ("merge-driver", *(["data.storage"] * 3), "7", "data.storage"),
    ("resolve",),
    ("start",),
    ("trust", "--list"),
    ("login", "--show", "s3://sky-survey"),
    ("stage", "-n", "--all"),
    ("stage", "--all"),
    ("verify",),
    ("unstage", "again"),
    ("mount", "again"),
    ("umount", "again"),
    ("record",),
    ("sync", "-n"),
    ("sync",),
    ("restore", "data/m31.fits"),
    ("mv", "data/m31.fits", "data/m32.fits"),
    ("rm", "data/m32.fits"),
    ("forget", "again"),
    ("undo", "--list"),
    ("undo",),
    ("doctor",),
    ("help",),
)


def test_every_command_has_a_json_document(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    for line in _LINES:
        found = lab.storage(*line, "--json").json()
        assert (found["version"], found["command"]) == (1, line[0])
    nothing = lab.storage("logout", "s3://sky-survey", "--json").fails(1).json()
    assert (nothing["version"], nothing["command"]) == (1, "logout")
    lab.storage("cat", "data/2023/m13.fits", "--json").fails(129).says("no JSON document")
    told = {"logout", *(line[0] for line in _LINES)}
    assert told | {"cat", "serve-mount"} == set(COMMANDS)  # whoever is served says nothing


def test_nothing_is_said_about_an_interruption_but_one_line(lab: Lab) -> None:
    ending = _ending()
    with ending:
        raise KeyboardInterrupt
    assert ending.code == 130
    assert _said(ending).count("\n") == 1


def test_an_error_of_the_family_is_a_sentence_and_its_status() -> None:
    for error, code in ((Stopped("too many", hint="less"), 128), (UsageError("what"), 129)):
        ending = _ending()
        with ending:
            raise error
        assert ending.code == code
        assert f"error: {error.message}" in _said(ending)


def test_a_defect_is_one_line_and_traced_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_STORAGE_TRACE", raising=False)
    ending = _ending()
    with ending:
        raise ZeroDivisionError("division\nby zero")
    assert ending.code == 128
    lines = _said(ending).splitlines()
    assert lines[0].startswith("error: ")
    assert "ZeroDivisionError: division by zero" in lines[0]
    assert lines[1:] == ["hint: run it again with GIT_STORAGE_TRACE=1 to see where"]
    monkeypatch.setenv("GIT_STORAGE_TRACE", "1")
    with ending:
        raise ZeroDivisionError
    assert "Traceback" in _said(ending)


def test_what_the_operating_system_refuses_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_STORAGE_TRACE", raising=False)
    ending = _ending()
    with ending:
        raise OSError(28, "No space left on device", "data/x")
    assert ending.code == 128
    assert _said(ending).startswith("error: no space left on device: data/x\n")


@pytest.mark.parametrize("objects", [1, 3000])  # within and beyond what is buffered
def test_a_reader_that_leaves_is_no_error(lab: Lab, objects: int) -> None:
    lab.describe({f"object-{n:05}": b"" for n in range(objects)})
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "gitstore", "ls", "data"],
        cwd=lab.top,
        env=lab.environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_interrupted_process_ends_with_130(lab: Lab) -> None:
    script = (
        "import os, signal, sys, gitstore.commands.ls as ls\n"
        "ls.run = lambda args, screen: os.kill(os.getpid(), signal.SIGINT) or 0\n"
        "from gitstore.__main__ import main\n"
        "sys.exit(main(['ls']))\n"
    )
    result = lab.run(sys.executable, "-c", script).fails(130)
    assert result.err == "error: interrupted; the same command goes on where it stopped\n"


def test_main_returns_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert main(["frobnicate"]) == 129
    shown = capsys.readouterr()
    assert shown.out.startswith("git storage ")
    assert shown.err.startswith("error: ")


def _ending() -> Ending:
    return Ending(Screen(io.StringIO(), io.StringIO()))


def _said(ending: Ending) -> str:
    assert isinstance(ending.screen.err, io.StringIO)
    return ending.screen.err.getvalue()
