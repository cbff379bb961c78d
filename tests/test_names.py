"""Every name is staged, or said to be impossible here; none is dropped, changed or led away."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests import servers
from tests.lab import DATA, Bucket, Lab
from tests.signing_in import signed_in

NFC = unicodedata.normalize("NFC", "caf\u00e9")
NFD = unicodedata.normalize("NFD", NFC)

# Names of files that every file system of a Unix can hold.
POSSIBLE = (
    *("plain", "with space", " before", "after ", "-dash", "--all", ".hidden", "..two", "..."),
    *("new\nline", "tab\there", "car\rriage", "bell\x07", "escape\x1b[31mred", "delete\x7f"),
    *(
        'quo"te',
        "quo'te",
        "back\\slash",
        "$(touch x)",
        "`x`",
        "semi;colon",
        "per%41cent",
        "a+b&c=d",
    ),
    *("star*", "question?", "[brackets]", "!bang", "#hash", "~", "colon:", "at@{0}", "nul.txt"),
    *(NFC, NFD, "Case", "case", "\u202eleft", "\U0001f52d", "\u4e00" * 85, "x" * 255),
    *("deep/er/and/deeper", "dir with space/-x", "dir\nline/file", "data.storage", ".storage.yaml"),
    *("sub/.gitignore", ".gitattributes", "a/b", "empty"),
)
# Keys of objects that are none, and a word of the reason.
IMPOSSIBLE = {
    "a": "directory",
    "a//b": "//",
    "//": "slash",
    "../outside": "..",
    "up/../../outside": "..",
    "./here": ".",
    "x/./y": ".",
    "/lead": "slash",
    "trailing/": "slash",
    "y" * 256: "255",
    "z/" + "\u4e00" * 86: "255",
    ".git/config": "git directory",
    "x/.GIT/hooks/post-checkout": "git directory",
}


def content(key: str) -> bytes:
    return b"" if key == "empty" else b"<" + key.encode() + b">"


def outside(lab: Lab) -> dict[str, bytes]:
    """Everything that is not in the data path."""
    inside = str(lab.top / DATA)
    return {p: c for p, c in lab.snapshot().items() if not f"{p}/".startswith(f"{inside}/")}


@pytest.fixture
def odd(lab: Lab, bucket: servers.Bucket) -> Lab:
    """A project with a bucket into which people without git have put all these names."""
    for key in (*POSSIBLE, *IMPOSSIBLE):
        bucket.put(key, content(key))
    bucket.put("folder/", b"")
    seeing = signed_in(lab, bucket.server, bucket.name)
    endpoint = bucket.server.endpoint
    seeing.storage("add", "survey", bucket.url, "--endpoint", endpoint, "--to", DATA)
    seeing.commit("describe the data")
    return seeing


def test_every_key_of_a_bucket_is_staged_or_named(odd: Lab, bucket: servers.Bucket) -> None:
    before, kept = outside(odd), bucket.contents()
    result = odd.storage("--json", "stage", "--all").fails(1)
    assert odd.files() == {key: content(key) for key in POSSIBLE}
    assert outside(odd) == before
    (report,) = result.json()["reports"]
    failed = {each["path"]: each for each in report["actions"] if each["kind"] == "refuse"}
    assert set(failed) == set(IMPOSSIBLE)
    for key, word in IMPOSSIBLE.items():
        assert word in failed[key]["reason"], failed[key]
    assert bucket.contents() == kept


def test_people_are_told_which_objects_cannot_be_here(odd: Lab) -> None:
    result = odd.storage("stage", "--all").fails(1)
    for reason in ("an empty part ('//')", "a git directory", "more than 255 bytes"):
        result.says(reason)
    result.says("data/../outside", "data/trailing/").never_says("\x1b", "defect")
    assert result.out.count("refuse ") == len(IMPOSSIBLE)


def test_the_rest_is_in_order_afterwards(odd: Lab, bucket: servers.Bucket) -> None:
    odd.storage("stage", "--all").fails(1)
    pointer = odd.read("data.storage")
    for args in (["status", "-z"], ["status", "--remote", "-z"]):
        told = odd.storage(*args).out.split("\0")
        assert set(told) <= {"", *(f"{DATA}/{key}" for key in IMPOSSIBLE)}
    odd.storage("sync").fails(1)
    assert odd.read("data.storage") == pointer
    assert odd.git("status", "--porcelain").out == ""
    assert set(bucket.keys()) == {*POSSIBLE, *IMPOSSIBLE, "folder/"}


def test_the_pointer_of_odd_names_is_the_same_in_a_clone(odd: Lab) -> None:
    other = odd.clone()
    assert other.read("data.storage") == odd.read("data.storage")
    listed = other.storage("--json", "ls", DATA).json()
    assert {each["path"] for each in listed["objects"]} == {*POSSIBLE, *IMPOSSIBLE}
    other.storage("stage", "--all").fails(1)
    assert other.files() == {key: content(key) for key in POSSIBLE}


def test_new_files_are_given_under_exactly_their_names(lab: Lab, bucket: servers.Bucket) -> None:
    seeing = signed_in(lab, bucket.server, bucket.name)
    endpoint = bucket.server.endpoint
    seeing.storage("add", "survey", bucket.url, "--endpoint", endpoint, "--to", DATA)
    for key in POSSIBLE:
        seeing.write(f"{DATA}/{key}", content(key))
    seeing.storage("sync")
    assert bucket.contents() == {key: content(key) for key in POSSIBLE}
    seeing.commit("the data")
    other = seeing.clone()
    other.storage("stage", "--all")
    assert other.files() == seeing.files()


def test_every_file_of_a_directory_is_staged(lab: Lab) -> None:
    objects = {key: content(key) for key in POSSIBLE}
    lab.describe(objects)
    before = outside(lab)
    lab.storage("stage", "--all")
    assert lab.files() == objects
    assert outside(lab) == before
    lab.storage("status").says("nothing to do")
    lab.storage("sync")
    assert lab.bucket.objects() == objects
    assert lab.git("status", "--porcelain").out == ""


def test_new_files_are_given_to_a_directory_under_exactly_their_names(lab: Lab) -> None:
    lab.describe({"other": b"x"})
    for key in POSSIBLE:
        lab.write(f"{DATA}/{key}", content(key))
    lab.storage("sync")
    assert lab.bucket.objects() == {"other": b"x"} | {key: content(key) for key in POSSIBLE}


def test_every_name_can_be_an_argument(lab: Lab) -> None:
    plain = [key for key in POSSIBLE if not {"*", "?", "["} & set(key)]
    lab.describe({key: content(key) for key in POSSIBLE})
    lab.storage("stage", *(f"{DATA}/{key}" for key in plain))
    assert set(lab.files()) == set(plain)


def test_the_longest_key_of_s3_is_staged(lab: Lab, bucket: servers.Bucket) -> None:
    key = "/".join(["k" * 200] * 5) + "/" + "k" * 19
    assert len(key) == 1024
    bucket.put(key, b"x")
    seeing = signed_in(lab, bucket.server, bucket.name)
    endpoint = bucket.server.endpoint
    seeing.storage("add", "survey", bucket.url, "--endpoint", endpoint, "--to", DATA)
    seeing.storage("stage", "--all")
    assert seeing.files() == {key: b"x"}


def test_a_link_in_the_way_leads_nowhere(odd: Lab) -> None:
    (odd.root / "elsewhere").mkdir()
    (odd.top / DATA).mkdir()
    (odd.top / DATA / "deep").symlink_to(odd.root / "elsewhere")
    before = outside(odd)
    odd.storage("stage", "--all").fails(1).says("deep")
    assert outside(odd) == before
    assert not list(Path(odd.root / "elsewhere").iterdir())


def test_a_name_that_is_no_utf8_is_said_to_be_impossible(lab: Lab) -> None:
    lab.describe({"a": b"x"})
    lab.storage("stage", "--all")
    odd = lab.top / DATA / "b\udcff"
    odd.write_bytes(b"mine")
    lab.storage("sync").fails(1).says(r"xff", "not valid Unicode").never_says("defect")
    assert odd.read_bytes() == b"mine"
    assert Bucket(lab.bucket.root).objects() == {"a": b"x"}


def test_a_subdirectory_shows_odd_names_as_they_are(odd: Lab) -> None:
    (odd.top / DATA / "deep").mkdir(parents=True)
    result = odd.storage("stage", "--all", at=f"{DATA}/deep").fails(1)
    result.says(" ../../outside  ", " .././here  ", " ..//lead  ", " ../a//b  ")
