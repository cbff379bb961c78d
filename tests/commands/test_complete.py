"""`git storage complete`."""

from __future__ import annotations

import pytest

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m 31.fits": b"o", "2023/m13.fits": b"t", "2023/notes.txt": b"n"}


def words(lab: Lab, kind: str, word: str, at: str = ".") -> list[str]:
    return lab.storage("complete", "--", kind, word, at=at).out.split("\0")[:-1]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("", ["survey", "data/", "one"]),
        ("d", ["data/"]),
        ("data/", ["data/2023/", "data/m 31.fits", "data/m31.fits"]),
        ("data/m3", ["data/m31.fits"]),
        ("data/2023/", ["data/2023/m13.fits", "data/2023/notes.txt"]),
        ("data/2023/m13.fits", ["data/2023/m13.fits"]),
        ("one", ["one"]),
        ("-", []),
        ("../", []),
        ("data/(", []),
    ],
)
def test_a_target_one_step_at_a_time(lab: Lab, word: str, found: list[str]) -> None:
    lab.describe(FILES)
    lab.storage("add", "survey", "--to", "one", "--prefix", "m31.fits", "--access", "read")
    assert words(lab, "target", word) == found


def test_paths_are_seen_from_a_subdirectory(lab: Lab) -> None:
    lab.describe(FILES)
    lab.write("notes/x", b"")
    lab.storage("stage", "--all")
    assert words(lab, "target", "m3", at="data") == ["m31.fits"]
    assert words(lab, "target", "../data/20", at="notes") == ["../data/2023/"]
    assert words(lab, "target", "../da", at="notes") == ["../data/"]
    assert words(lab, "target", "../../da", at="notes") == []


def test_only_storages_where_a_storage_is_wanted(lab: Lab) -> None:
    lab.describe(FILES)
    assert words(lab, "storage", "") == ["survey"]
    assert words(lab, "storage", "x") == []


def test_a_sliced_pointer_is_searched_too(lab: Lab) -> None:
    lab.describe({f"d{n % 3}/object-{n:04}": b"" for n in range(4200)})
    assert (lab.top / "data.storage.d").is_dir()
    assert words(lab, "target", "data/") == ["data/d0/", "data/d1/", "data/d2/"]
    assert words(lab, "target", "data/d1/object-000") == [
        "data/d1/object-0001",
        "data/d1/object-0004",
        "data/d1/object-0007",
    ]


def test_outside_a_repository_there_is_nothing(lab: Lab) -> None:
    lab.storage("complete", "target", "", at="..").fails(128)
