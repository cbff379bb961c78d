"""`git storage add`."""

from __future__ import annotations

import pytest

from tests.lab import URL, Lab

FILES = {"2023/m31.fits": b"one", "2023/notes.txt": b"two", "masks/m.png": b"three"}


def test_it_says_what_it_understood_and_what_to_do_next(lab: Lab) -> None:
    lab.bucket.put("m31.fits", b"12345")
    result = lab.storage("add", "survey", URL, "--to", "data/raw")
    assert result.out == ("survey: directory ../bucket\ndata/raw: 1 object, 5 B, none of it here\n")
    result.says("git commit -m 'data: add data/raw'", "git storage stage data/raw")


def test_nothing_is_downloaded_and_all_is_ready_to_commit(lab: Lab) -> None:
    lab.describe(FILES)
    assert not lab.exists("data")
    shown = lab.git("ls-files").out.split()
    assert {".storage.yaml", "data.storage", ".gitignore", ".gitattributes"} <= set(shown)


def test_a_storage_can_be_described_alone_and_feed_paths_later(lab: Lab) -> None:
    for key, content in FILES.items():
        lab.bucket.put(key, content)
    lab.storage("add", "survey", URL).says("directory ../bucket")
    lab.storage("add", "survey", "--to", "raw", "--prefix", "2023/").says("raw: 2 objects")
    lab.storage("add", "survey", "--to", "masks", "--prefix", "masks/", "--access", "read")
    lab.storage("ls").says("raw", "masks")


def test_patterns_choose_what_belongs_to_it(lab: Lab) -> None:
    lab.describe(FILES, "--include", "*.fits", "--include", "*.png", "--exclude", "masks/*")
    assert [o["path"] for o in lab.storage("ls", "data", "--json").json()["objects"]] == [
        "2023/m31.fits"
    ]


def test_a_new_storage_needs_a_url(lab: Lab) -> None:
    lab.storage("add", "survey", "--to", "data").fails(129).says("git storage add survey URL")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefix", "2023/"),
        ("include", "*.fits"),
        ("exclude", "*.txt"),
        ("mode", "copy"),
        ("access", "write"),
    ],
)
def test_what_is_about_a_data_path_needs_one(lab: Lab, name: str, value: str) -> None:
    result = lab.storage("add", "survey", URL, f"--{name}", value).fails(129)
    result.says(f"--{name} needs --to", f"git storage add survey {URL} --to PATH")
    assert not lab.exists(".storage.yaml")


def test_a_commit_is_advised_only_when_something_was_written(lab: Lab) -> None:
    lab.storage("add", "survey", URL).says("next: git commit")
    lab.storage("add", "survey", URL).says("nothing was written").never_says("git commit")


def test_a_place_that_is_not_there_is_an_error_and_changes_nothing(lab: Lab) -> None:
    lab.storage("add", "survey", "../nowhere", "--to", "data").fails(128).says("error:")
    assert not lab.exists(".storage.yaml")


def test_the_path_is_relative_to_where_one_stands(lab: Lab) -> None:
    lab.bucket.put("a", b"")
    lab.write("sub/x", b"")
    lab.storage("add", "survey", URL, "--to", "raw", at="sub").says("raw: 1 object")
    assert lab.exists("sub/raw.storage")


def test_the_document_has_place_and_counts(lab: Lab) -> None:
    lab.bucket.put("a", b"123")
    found = lab.storage("add", "survey", URL, "--to", "data", "--json").json()
    assert (found["objects"], found["size"]) == (1, 3)
    assert found["storage"]["provider"] == "file"
    assert found["data_path"]["path"] == "data"


@pytest.mark.parametrize("url", ["{bucket}/deep", "file://{bucket}/deep", "../bucket/deep"])
def test_a_directory_is_found_wherever_it_is(lab: Lab, url: str) -> None:
    lab.bucket.put("deep/a", b"1")
    where = url.format(bucket=lab.bucket.root)
    lab.storage("add", "survey", where, "--to", "data").says("data: 1 object, 1 B")
    lab.storage("stage", "--all")
    assert lab.files() == {"a": b"1"}
