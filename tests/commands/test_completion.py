"""Completion in bash, asked as git's own completion asks for it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from gitstore.commands import GROUPS
from gitstore.commands.completion import verbs
from tests.lab import Lab
from tests.sources import ROOT

FILES = {"m31.fits": b"one", "m 31.fits": b"o", "2023/m13.fits": b"t"}
SCRIPT = ROOT / "share" / "bash-completion" / "completions" / "git-storage"
GITS = Path("/usr/share/bash-completion/completions/git")


def completed(lab: Lab, *words: str, script: str = "") -> list[str]:
    """What bash would offer for the last word."""
    typed = " ".join(shlex.quote(word) for word in words)
    program = (
        f"source {shlex.quote(str(SCRIPT))}\n{script}\n"
        f"COMP_WORDS=({typed}) COMP_CWORD={len(words) - 1}\n"
        f"{'__git_wrap__git_main' if script else '_git_storage'}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    out = lab.run("bash", "-c", program).out
    return sorted(line for line in out.split("\n") if line)


def test_only_verbs_that_people_type() -> None:
    typed = {name for title, names in GROUPS.items() if title[:4] != "for " for name in names}
    assert {verb.name for verb in verbs()} == typed
    assert "complete" not in typed


def test_verbs_and_common_options(lab: Lab) -> None:
    assert completed(lab, "git", "storage", "st") == ["stage ", "start ", "status "]
    assert completed(lab, "git-storage", "sta") == ["stage ", "start ", "status "]
    assert completed(lab, "git", "-C", "x", "storage", "--j") == ["--json "]
    assert set(completed(lab, "git", "storage", "help", "")) == {f"{v.name} " for v in verbs()}


def test_options_and_their_values(lab: Lab) -> None:
    assert completed(lab, "git", "storage", "sync", "--al") == ["--allow-deletes "]
    assert completed(lab, "git", "storage", "-q", "sync", "--keep", "") == [
        "both ",
        "local ",
        "remote ",
        "skip ",
    ]
    assert completed(lab, "git", "storage", "sync", "--keep=r") == ["remote "]
    assert completed(lab, "git", "storage", "add", "--mode", "c") == ["copy "]


def test_storages_and_paths_of_this_project(lab: Lab) -> None:
    lab.describe(FILES)
    assert completed(lab, "git", "storage", "stage", "") == ["data/", "survey "]
    assert completed(lab, "git", "storage", "start", "--skip", "s") == ["survey "]
    assert completed(lab, "git", "storage", "rm", "data/m3") == ["data/m31.fits "]
    assert completed(lab, "git", "storage", "rm", "data/m") == [
        "data/m31.fits ",
        r"data/m\ 31.fits ",
    ]
    assert completed(lab, "git", "storage", "rm", r"data/m\ ") == [r"data/m\ 31.fits "]
    assert completed(lab, "git", "storage", "stage", "--jobs", "2", "--", "da") == ["data/"]


def test_revisions(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("tag", "v1.0")
    assert completed(lab, "git", "storage", "diff", "v") == ["v1.0 "]
    assert completed(lab, "git", "storage", "restore", "--from", "ma") == ["main "]


def test_outside_a_repository_nothing_is_said(lab: Lab) -> None:
    program = f"source {SCRIPT}; COMP_WORDS=(git storage rm x); COMP_CWORD=3; _git_storage"
    result = lab.run("bash", "-c", program, at="..")
    assert (result.out, result.err) == ("", "")


@pytest.mark.parametrize("word", ["sta", "stage da"])
def test_gits_own_completion_finds_it(lab: Lab, word: str) -> None:
    lab.describe(FILES)
    script = f"source {GITS}" if GITS.exists() else "__git_wrap__git_main () { _git_storage; }"
    found = completed(lab, "git", "storage", *word.split(), script=script)
    assert found == (["data/"] if " " in word else ["stage ", "start ", "status "])
