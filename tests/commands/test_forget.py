"""`git storage forget`."""

from __future__ import annotations

from tests.lab import NAME, Lab

FILES = {"m31.fits": b"one"}


def test_a_data_path_is_no_longer_described_and_nothing_is_touched(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("forget", "data").says("data: no longer described", "git commit")
    assert lab.files() == FILES == lab.bucket.objects()
    assert not lab.exists("data.storage")
    assert lab.git("status", "--porcelain", "--untracked-files").out.count("??") == 0
    lab.storage("ls").says("survey")


def test_a_storage_goes_with_its_data_paths(lab: Lab) -> None:
    lab.describe(FILES)
    assert lab.storage("forget", NAME, "--json").json()["data_paths"] == ["data"]
    lab.storage("ls").says("no storage is described yet")


def test_what_is_not_described_is_an_error(lab: Lab) -> None:
    lab.storage("forget", "nothing").fails(128).says("hint: git storage ls")
