"""What git is told about merging and showing pointers, tried with git and without this tool."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gitstore.core.drivers import DRIVERS
from tests.lab import Lab

HEAD = "git-storage pointer 1\nfrom s3://h/b/\n"


@pytest.fixture
def bare(lab: Lab) -> Lab:
    """A clone that is configured for pointers, on a machine without `git-storage`."""
    for key, value in DRIVERS:
        lab.git("config", key, value)
    lab.write(".gitattributes", b"*.storage -text merge=git-storage diff=git-storage\n")
    found = [folder for folder in os.get_exec_path() if not (Path(folder) / "git-storage").exists()]
    environment = {**lab.environment, "PATH": os.pathsep.join(found)}
    return replace(lab, environment=environment)


def commit(lab: Lab, *lines: str) -> None:
    lab.write("d.storage", (HEAD + "".join(line + "\n" for line in lines)).encode())
    lab.git("add", "--all")
    lab.git("commit", "--quiet", "--message", "change")


def test_pointers_are_shown_short_also_without_the_tool(bare: Lab) -> None:
    md5, sha = "0" * 32, "1" * 64
    commit(bare, f"a sha256:{sha}\t12\tsha256:{sha}\tetag:{md5}-5")
    commit(bare, f"a sha256:{sha}\t13\tsha256:{sha}\tetag:{md5}-5")
    for command in (["log", "-p"], ["show"], ["diff", "HEAD^"]):
        shown = bare.git(*command).out
        assert f"+a sha256:{sha}\t13\tsha256:11111111\tetag:00000000-5\n" in shown


def test_what_counts_or_tells_time_is_shown_whole(bare: Lab) -> None:
    line = (
        'a\t1\tversion:2024-01-02T03:04:05.1234567Z\tetag:"0x8D4BCC2E4835CD0"\tmtime:1719240000.1'
    )
    commit(bare, line)
    commit(bare, line + "5")
    shown = bare.git("show").out
    assert f"-{line}\n+{line}5\n" in shown


def test_a_hunk_says_where_in_the_data_it_is(bare: Lab) -> None:
    lines = [f"{number:03}\t1" for number in range(20)]
    commit(bare, *lines)
    commit(bare, *lines, "x\t1")
    assert "@@ from s3://h/b/\n" in bare.git("show").out


def test_without_the_tool_pointers_merge_as_text_does(bare: Lab) -> None:
    commit(bare, "a\t1", "b\t1", "c\t1", "d\t1")
    bare.git("switch", "--quiet", "--create", "other")
    commit(bare, "a\t1", "b\t1", "c\t1", "d\t2")
    bare.git("switch", "--quiet", "main")
    commit(bare, "a\t2", "b\t1", "c\t1", "d\t1")
    bare.git("merge", "--quiet", "other")
    assert bare.read("d.storage").decode() == HEAD + "a\t2\nb\t1\nc\t1\nd\t2\n"


def test_without_the_tool_a_conflict_has_markers(bare: Lab) -> None:
    commit(bare, "a\t1")
    bare.git("switch", "--quiet", "--create", "other")
    commit(bare, "a\t2")
    bare.git("switch", "--quiet", "main")
    commit(bare, "a\t3")
    bare.git("merge", "other").fails(1)
    wanted = "<<<<<<< ours\na\t3\n=======\na\t2\n>>>>>>> theirs\n"
    assert bare.read("d.storage").decode() == HEAD + wanted


def test_a_tool_that_cannot_start_leaves_markers_too(bare: Lab) -> None:
    commit(bare, "a\t0")
    for status in (1, 128, 139):
        broken = bare.root / "broken"
        broken.mkdir(exist_ok=True)
        program = broken / "git-storage"
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
        lab = bare.seeing(PATH=f"{broken}{os.pathsep}{bare.environment['PATH']}")
        lab.git("switch", "--quiet", "--create", f"one{status}", "main")
        commit(lab, "a\t1")
        lab.git("switch", "--quiet", "--create", f"two{status}", "main")
        commit(lab, "a\t2")
        lab.git("merge", f"one{status}").fails(1)
        assert b"<<<<<<< ours\n" in lab.read("d.storage")
        lab.git("merge", "--abort")
