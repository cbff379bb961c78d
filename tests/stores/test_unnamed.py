"""A name that is no key is one impossible object: it is told of, and stops nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitstore.adapters.stores.directory import DirectoryStore
from tests.lab import DATA, NAME, URL, Lab

PROBLEM = "its name is not UTF-8"


def put_unnamed(root: Path) -> None:
    """A file and a directory with names that are no text."""
    odd = Path(os.fsdecode(os.fsencode(root) + b"/d\xff"))
    odd.mkdir()
    (odd / "inside").write_bytes(b"")
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9")).write_bytes(b"x")


@pytest.fixture
def odd(lab: Lab) -> Lab:
    """A project whose storage holds such names beside two objects."""
    lab.bucket.put("a.txt", b"one")
    lab.bucket.put("sub/b.txt", b"two")
    put_unnamed(lab.bucket.root)
    lab.storage("add", NAME, URL, "--to", DATA).says("left out", PROBLEM)
    lab.commit("describe the data")
    return lab


def test_a_directory_lists_it_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "link").symlink_to("a")
    put_unnamed(tmp_path)

    found = {each.key: each.problem for each in DirectoryStore("file:///x", tmp_path).list("")}

    assert found == {"a": None, "caf\\xe9": PROBLEM, "d\\xff/": PROBLEM}


def test_the_other_objects_are_added_and_staged(odd: Lab) -> None:
    odd.storage("stage", "--all")

    assert odd.files() == {"a.txt": b"one", "sub/b.txt": b"two"}


def test_it_is_told_of_at_every_look_at_the_storage(odd: Lab) -> None:
    odd.storage("stage", "--all")

    odd.storage("status", "--remote").says("caf", PROBLEM)
    odd.storage("status")


def test_the_others_are_synced_and_it_fails_the_command(odd: Lab) -> None:
    odd.storage("stage", "--all")
    odd.write("data/a.txt", b"three")
    odd.storage("sync").fails(1).says("caf", PROBLEM)

    assert odd.bucket.get("a.txt") == b"three"
    assert "caf" not in (odd.top / "data.storage").read_text()
