"""`git storage ls`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


def test_without_anything_described_it_says_how_to_begin(lab: Lab) -> None:
    result = lab.storage("ls")
    assert result.out == ""
    result.says("hint: git storage add NAME URL --to PATH")


def test_the_table_of_storages(lab: Lab) -> None:
    lab.describe(FILES)
    assert lab.storage("ls").out.splitlines() == [
        "Type | Name   | URL       | Location | Project path | Objects | Size",
        "--------------------------------------------------------------------",
        "FILE | survey | ../bucket | -        | data         |       2 | 11 B",
    ]
    lab.storage("stage", "--all")
    lab.storage("ls").says("| data     | data ")


def test_objects_and_which_are_here(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "data/2023")
    lines = lab.storage("ls", "data").out.splitlines()
    assert [line.split()[-1] for line in lines] == ["data/2023/m13.fits", "data/m31.fits"]
    assert [line[0] for line in lines] == ["*", " "]


def test_names_for_programs(lab: Lab) -> None:
    lab.describe({"a b": b"", 'odd "name"\n': b""})
    assert lab.storage("ls", "-z", "data").out == 'data/a b\0data/odd "name"\n\0'
    lab.storage("ls", "data").says(r'"data/odd \"name\"\n"')


def test_json_has_versions(lab: Lab) -> None:
    lab.describe(FILES)
    first = lab.storage("ls", "data", "--json").json()["objects"][0]
    assert (first["path"], first["size"], first["staged"]) == ("2023/m13.fits", 8, False)
    assert "mtime" in first["ids"]


def test_an_unknown_target_names_what_there_is(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("ls", "nothing").fails(128).says("survey", "data")
