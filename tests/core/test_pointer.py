"""The pointer format: one spelling, and a named complaint about every other."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitstore.core.errors import FormatError
from gitstore.core.pointer import (
    MAX_LINE,
    Pointer,
    dump,
    dump_line,
    parse,
    parse_line,
    pointer,
    quote_path,
    unquote_path,
)
from gitstore.core.versions import Version
from tests.core.strategies import PATIENT, paths, pointers, versions

NAME = "data/raw.storage"
HEAD = b"git-storage pointer 1\nfrom s3://h/b/\n"
SHA = "sha256:" + "0123456789abcdef" * 4
PAGE = Path(__file__).parents[2] / "docs" / "pointer.md"
EXAMPLES = re.findall(r"^```pointer\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def complaint(content: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        parse({"": content}, NAME)
    return caught.value


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_documented_examples_are_pointers(text: str) -> None:
    files = {"": text.encode()}
    assert dump(parse(files, NAME)) == files


def test_the_documentation_has_its_examples() -> None:
    first, single, empty = (parse({"": text.encode()}, NAME) for text in EXAMPLES)
    assert next(iter(first.entries)) == 'a "b"\n.txt'
    assert first.entries["m31.fits"].get("note") == "hello"
    assert list(single.entries) == ["."]
    assert empty.entries == {}


@PATIENT
@given(pointers())
def test_what_is_written_reads_back(written: Pointer) -> None:
    assert parse(dump(written), NAME) == written


@PATIENT
@given(pointers(), st.integers())
def test_the_order_in_which_objects_came_leaves_no_trace(known: Pointer, seed: int) -> None:
    items = list(known.entries.items())
    Random(seed).shuffle(items)
    assert dump(pointer(known.source, dict(items))) == dump(known)


@settings(PATIENT, max_examples=400)
@given(pointers(), st.data())
def test_damaged_bytes_are_refused_or_are_another_pointer(
    known: Pointer, data: st.DataObject
) -> None:
    content = bytearray(dump(known)[""])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 3))
        soup = st.sampled_from(
            [b"\n", b"\t", b"\r", b'"', b"\\", b"0", b":", b"\xff", b"\xc3", b"\0"]
        )
        content[start : start + length] = data.draw(soup | st.binary(max_size=3) | st.just(b""))
    files = {"": bytes(content)}
    try:
        read = parse(files, NAME)
    except FormatError:
        return
    assert dump(read) == files


@PATIENT
@given(st.binary(max_size=60))
def test_any_bytes_as_entries_are_refused_or_read(tail: bytes) -> None:
    files = {"": HEAD + tail}
    try:
        read = parse(files, NAME)
    except FormatError:
        return
    assert dump(read) == files


@PATIENT
@given(paths)
def test_a_path_reads_back_from_its_spelling(path: str) -> None:
    spelled = quote_path(path)
    assert unquote_path(spelled, NAME) == path
    assert not re.search("[\x00-\x1f\x7f]", spelled)


@PATIENT
@given(paths, versions())
def test_a_line_reads_back(path: str, version: Version) -> None:
    assert parse_line(dump_line(path, version), NAME) == (path, version)


def test_paths_are_quoted_as_git_quotes_them(tmp_path: Path) -> None:
    names = [
        "plain",
        "sp ace",
        "ö\u0308",
        'q"q',
        "b\\b",
        *(f"c{chr(c)}" for c in range(1, 32)),
        "d\x7f",
    ]
    for name in names:
        (tmp_path / name).touch()
    git = ["git", "-C", str(tmp_path), "-c", "core.quotePath=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run([*git, "ls-files", "-o"], check=True, capture_output=True).stdout
    assert sorted(listed.decode().split("\n")[:-1]) == sorted(map(quote_path, names))


@pytest.mark.parametrize(
    ("spelled", "message"),
    [
        ('"plain"', "not quoted as it has to be"),
        ('"\\n', "not quoted"),
        ('a"b', "not quoted"),
        ('"\\012"', "not quoted"),
        ('"\\x"', "not quoted"),
        ('"\\7"', "not quoted"),
        ('"a"b"', "not quoted"),
        ('"\\303\\266"', "not quoted"),
        ('"\\000"', "without NUL"),
        ('""', "empty"),
        ("", "empty"),
        ('"', "not quoted"),
    ],
)
def test_every_other_spelling_of_a_path_is_refused(spelled: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        unquote_path(spelled, NAME)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "empty"),
        (b"\n", 1, "first line"),
        (b"git-storage pointer 1\n", None, "'from' is missing"),
        (b"git-storage pointer 2\nfrom s3://h/b/\n", 1, "reads 'git-storage pointer 1'"),
        (b"\xef\xbb\xbf" + HEAD, 1, "byte order mark"),
        (HEAD.replace(b"\n", b"\r\n"), 1, "a CR"),
        (HEAD.replace(b"from", b"from "), None, None),
        (b"git-storage pointer 1\nfrom \n", 2, "source is empty"),
        (b"git-storage pointer 1\nfroms3://h/b/\n", 2, "not 'from'"),
        (b"git-storage pointer 1\nfrom " + b"x" * MAX_LINE + b"/\n", 2, "longer than"),
        (HEAD + b"a\t1", 3, "cut off"),
        (HEAD + b"a\t1\n\n", 4, "empty"),
        (HEAD + b"a\n", 3, "not an object"),
        (HEAD + b"a 1\n", 3, "not an object"),
        (HEAD + b"\t1\n", 3, "path is empty"),
        (HEAD + b"a\t01\n", 3, "size '01'"),
        (HEAD + b"a\t-1\n", 3, "size '-1'"),
        (HEAD + b"a\t+1\n", 3, "size"),
        (HEAD + b"a\t\n", 3, "size ''"),
        (HEAD + "a\t\u0661\n".encode(), 3, "size"),
        (HEAD + b"a\t" + b"9" * 20 + b"\n", 3, "size"),
        (HEAD + b"a\t1\t\n", 3, "not an identifier"),
        (HEAD + b"a\t1\tmd5\n", 3, "not an identifier"),
        (HEAD + b"a\t1\tMd5:00\n", 3, "not an identifier"),
        (HEAD + b"a\t1\tmd5:00\n", 3, "32 digits"),
        (HEAD + b"a\t1\tmd5:" + b"A" * 32 + b"\n", 3, "32 digits"),
        (HEAD + b"a\t1\tetag:\n", 3, "printable"),
        (HEAD + b"a\t1\tetag:a b\n", 3, "printable"),
        (HEAD + "a\t1\tetag:ö\n".encode(), 3, "printable"),
        (HEAD + b"a\t1\tetag:" + b"x" * 1025 + b"\n", 3, "1024"),
        (HEAD + b"a\t1\t" + b"k" * 33 + b":x\n", 3, "not an identifier"),
        (HEAD + b"a\t1\tetag:x\tetag:y\n", 3, "etag is there twice"),
        (HEAD + b"a\t1\tetag:x\tversion:y\n", 3, "version belongs before etag"),
        (HEAD + b"a\t1\tzoo:x\tetag:y\n", 3, "etag belongs before zoo"),
        (HEAD + b"a\t1\nb\t1\nb\t2\n", 5, "b is there twice"),
        (HEAD + b"a\t1\nc\t1\nb\t2\n", 5, "b belongs before c"),
        (HEAD + "\U0001f300\t1\n\uffee\t1\n".encode(), 4, "belongs before"),
        (HEAD + b"a\0b\t1\n", 3, "control character 0x00"),
        (HEAD + b"a\t1\nb\xff\t1\n", 4, "not UTF-8"),
        (HEAD + b"\xed\xa0\x80\t1\n", 3, "not UTF-8"),
        (HEAD + b"x" * MAX_LINE + b"\t1\n", 3, "longer than"),
        (HEAD + b"sliced\nx\n", 4, "nothing follows"),
        (HEAD + b"a\t1\nsliced\n", 4, "does not belong"),
        (HEAD + b"until a\n", 3, "does not belong"),
        (HEAD[:-2] + b"\na\t1\n", None, "one object"),
    ],
)
def test_what_is_not_a_pointer_is_refused_by_line(
    content: bytes, line: int | None, message: str | None
) -> None:
    if message is None:
        assert parse({"": content}, NAME).source == " s3://h/b/"
        return
    error = complaint(content)
    assert message in error.message
    assert error.source == NAME
    assert error.line == line


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| 1234"])
def test_an_unresolved_merge_is_named_as_one(marker: str) -> None:
    for before in (b"", HEAD[:22], HEAD, HEAD + b"a\t1\n"):
        error = complaint(before + marker.encode() + b"\nz\t1\n")
        assert "unresolved merge" in error.message
        assert error.hint == "git storage resolve data/raw"
        assert error.line == before.count(b"\n") + 1


def test_an_object_may_be_called_like_a_conflict_marker() -> None:
    known = pointer("s3://h/b/", {"<<<<<<< HEAD": Version(1), "=======": Version(2)})
    assert parse(dump(known), NAME) == known


def test_keys_that_cannot_be_files_are_recorded_all_the_same() -> None:
    keys = ["/lead", "a//b", "../up", ".", "..", "a/", ".git/config", "x" * 4000]
    known = pointer("s3://h/b/", dict.fromkeys(keys, Version(1)))
    assert set(parse(dump(known), NAME).entries) == set(keys)


@pytest.mark.parametrize(
    ("source", "path", "version"),
    [
        ("s3://h/b/", "", Version(1)),
        ("s3://h/b/", "a\0b", Version(1)),
        ("s3://h/b/", "a\ud800", Version(1)),
        ("s3://h/b/", "a", Version(-1)),
        ("s3://h/b/", "a", Version(1, ("etag:a b",))),
        ("s3://h/b/", "a", Version(1, ("etag:a\tmtime:1",))),
        ("s3://h/b/", "a", Version(1, ("etag:a", "md5:" + "0" * 32))),
        ("s3://h/b/", "a" * MAX_LINE, Version(1)),
        ("s3://h/b/", "ö" * (MAX_LINE // 2), Version(1)),
        ("s3://h/b", "a", Version(1)),
        ("s3://h/b\n/", "a", Version(1)),
        ("s3://h/\ud800/", "a", Version(1)),
        ("", ".", Version(1)),
    ],
)
def test_what_cannot_be_written_is_refused_before(source: str, path: str, version: Version) -> None:
    with pytest.raises(FormatError):
        pointer(source, {path: version})


def test_a_missing_pointer_file_is_said_to_be_missing() -> None:
    with pytest.raises(FormatError, match="missing"):
        parse({}, NAME)


def test_slices_beside_a_plain_pointer_are_refused() -> None:
    with pytest.raises(FormatError, match=r"data/raw\.storage\.d/00/first: .*no part") as caught:
        parse({"": HEAD, "00/first": b"until\n"}, NAME)
    assert caught.value.hint == "rm data/raw.storage.d/00/first"


def test_unknown_identifiers_are_kept() -> None:
    files = {"": HEAD + f"a\t1\t{SHA}\tetag:x\tblake3:y\tzoo:z\n".encode()}
    read = parse(files, NAME)
    assert read.entries["a"].get("blake3") == "y"
    assert dump(read) == files
