"""What git tracks is never reached through a link, whatever a repository brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitstore.adapters import hooks, tracked
from gitstore.core.errors import FormatError

_VICTIM = b"not ours"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside of the work tree."""
    (tmp_path / "top").mkdir()
    (tmp_path / "outside").mkdir()
    file = tmp_path / "outside" / "x.storage"
    file.write_bytes(_VICTIM)
    return file


@pytest.mark.parametrize("name", [".storage.yaml", ".gitignore", "data.storage"])
def test_a_file_that_is_a_link_is_refused(victim: Path, name: str) -> None:
    top = victim.parent.parent / "top"
    (top / name).symlink_to(victim)
    with pytest.raises(FormatError, match="symbolic link"):
        tracked.read(top, name)


def test_a_link_under_the_name_of_our_temporary_file_is_not_written_through(victim: Path) -> None:
    top = victim.parent.parent / "top"
    (top / ".x.storage.git-storage-new").symlink_to(victim)
    tracked.write(top, "x.storage", b"ours")

    assert victim.read_bytes() == _VICTIM
    assert (top / "x.storage").read_bytes() == b"ours"
    assert not (top / "x.storage").is_symlink()


def test_a_directory_on_the_way_that_is_a_link_is_refused(victim: Path) -> None:
    top = victim.parent.parent / "top"
    (top / "link").symlink_to(victim.parent)
    for act in (
        lambda: tracked.read(top, "link/x.storage"),
        lambda: tracked.write(top, "link/x.storage", b"ours"),
        lambda: tracked.remove(top, "link/x.storage"),
        lambda: tracked.slices_of(top, "link"),
    ):
        with pytest.raises(FormatError, match="reached through the symbolic link link"):
            act()
    assert victim.read_bytes() == _VICTIM


def test_a_hook_is_not_written_through_a_link(victim: Path) -> None:
    directory = victim.parent.parent / "top"
    for name in ("post-merge", "post-merge.git-storage-new"):
        (directory / name).symlink_to(victim)
    hooks.put(directory, "post-merge", b"#!/bin/sh\n")

    assert victim.read_bytes() == _VICTIM
    assert (directory / "post-merge").read_bytes() == b"#!/bin/sh\n"
