"""Slices: a pure function of the set of paths, of which one edit touches little."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitstore.core import pointer as pointer_module
from gitstore.core.errors import FormatError
from gitstore.core.pointer import Files, Pointer, dump, parse, pointer
from gitstore.core.slices import FIRST, MAX_PLAIN, Slice, cut, file_of, is_sliced, opens
from gitstore.core.versions import Version
from tests.core.strategies import PATIENT, paths

NAME = "data/raw.storage"
SOURCE = "s3://h/b/"
BASE = tuple(f"2023/frame {number:05}.fits" for number in range(5000))
OPENERS = [path for path in (f"x{number}" for number in range(2000)) if opens(path)]
PAGE = (Path(__file__).parents[2] / "docs" / "pointer.md").read_text()


def of(names: object, size: int = 1) -> Pointer:
    assert isinstance(names, tuple | list | set)
    return pointer(SOURCE, {name: Version(size, ("etag:x",)) for name in names})


FILES = dump(of(BASE))
SLICES = cut(BASE)


def changed(before: Files, after: Files) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def chain(files: Files) -> list[str]:
    """The files of slices in order, read off the `until` lines by hand."""
    order = [FIRST]
    while found := re.match(rb"until (.*)\n", files[order[-1]]):
        digits = sha256(found[1]).hexdigest()
        order.append(f"{digits[:2]}/{digits[2:16]}")
    return order


def complaint(files: Files) -> FormatError:
    with pytest.raises(FormatError) as caught:
        parse(files, NAME)
    return caught.value


def edited(name: str, change: Callable[[bytes], bytes]) -> Files:
    return {**FILES, name: change(FILES[name])}


def test_the_documented_slices_are_right() -> None:
    rows = re.findall(r"^\| `(.*?)`.* \| (yes|no) \| (?:`(.*?)`)? ?\|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    for path, opening, file in rows:
        assert opens(path) == (opening == "yes")
        assert not file or file_of(path) == file


def test_more_than_4096_objects_are_sliced() -> None:
    plain, sliced = dump(of(BASE[:MAX_PLAIN])), dump(of(BASE[: MAX_PLAIN + 1]))
    assert not is_sliced(MAX_PLAIN)
    assert list(plain) == [""]
    assert sliced[""] == b"git-storage pointer 1\nfrom s3://h/b/\nsliced\n"
    assert len(sliced) > 10


def test_a_sliced_pointer_reads_back() -> None:
    assert parse(FILES, NAME) == of(BASE)
    assert dump(parse(FILES, NAME)) == FILES


def test_the_chain_reaches_every_slice_in_order() -> None:
    order = chain(FILES)
    assert {"", *order} == set(FILES)
    lines = [line for name in order for line in FILES[name].split(b"\n")[1:-1]]
    assert [line.split(b"\t")[0].decode() for line in lines] == sorted(BASE)


@PATIENT
@given(st.sets(paths | st.sampled_from(OPENERS), max_size=20))
def test_every_slice_but_the_first_begins_with_its_only_opening_path(names: set[str]) -> None:
    slices = cut(sorted(names))
    assert [path for each in slices for path in each.paths] == sorted(names)
    assert slices[0].file == FIRST
    assert slices[-1].until is None
    assert not any(opens(path) for path in slices[0].paths)
    for before, after in pairwise(slices):
        assert after.paths[0] == before.until
        assert after.file == file_of(after.paths[0])
        assert [opens(path) for path in after.paths] == [True] + [False] * (len(after.paths) - 1)


def test_no_path_at_all_is_one_empty_slice() -> None:
    assert cut([]) == [Slice(FIRST, [], None)]


def test_the_first_slice_exists_even_if_nothing_is_in_it() -> None:
    first = next(path for path in BASE if opens(path))
    names = [path for path in BASE if path >= first] + [f"z{number}" for number in range(500)]
    files = dump(of(names))
    assert files[FIRST] == f"until {first}\n".encode()
    assert parse(files, NAME) == of(names)


@settings(PATIENT, max_examples=20)
@given(st.sampled_from(BASE), st.integers(2, 99))
def test_one_edit_touches_one_slice(path: str, size: int) -> None:
    known = of(BASE)
    after = dump(pointer(SOURCE, {**known.entries, path: Version(size)}))
    assert len(changed(FILES, after)) == 1


@settings(PATIENT, max_examples=20)
@given(paths.filter(lambda path: not opens(path)))
def test_an_added_path_touches_one_slice(path: str) -> None:
    assert len(changed(FILES, dump(of({*BASE, path})))) == 1


@settings(PATIENT, max_examples=20)
@given(st.sampled_from([f"2023/frame {n}" for n in range(3000) if opens(f"2023/frame {n}")]))
def test_an_added_opening_path_touches_the_slice_before_and_makes_one(path: str) -> None:
    after = dump(of({*BASE, path}))
    touched = changed(FILES, after)
    assert len(touched) == 2
    assert file_of(path) in touched
    assert set(after) - set(FILES) == {file_of(path)}


@settings(PATIENT, max_examples=10)
@given(st.integers())
def test_history_leaves_no_trace(seed: int) -> None:
    names = list(BASE)
    Random(seed).shuffle(names)
    assert dump(of(names)) == FILES


MIDDLE = SLICES[3]
FOLLOWING = SLICES[4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.split(b"\n", 1)[1], "'until'"),
        (lambda text: text[:0], "empty"),
        (lambda text: text[:-1], "cut off"),
        (lambda text: text.replace(b"\n", b"\r\n"), "CR"),
        (lambda text: b"<<<<<<< HEAD\n" + text, "unresolved merge"),
        (lambda text: text + b"=======\n", "unresolved merge"),
        (lambda text: b"until 2023/nobody\n" + text.split(b"\n", 1)[1], "opens no slice"),
        (lambda text: text.replace(b"until ", b"until  ", 1), "opens no slice"),
        (lambda text: text.split(b"\n", 1)[0] + b"\n", "does not begin with"),
        (lambda text: b"\n".join(text.split(b"\n")[:1] + text.split(b"\n")[2:]), "does not begin"),
        (lambda text: text + text.split(b"\n")[-2] + b"\n", "twice"),
        (lambda text: text + b"2024\t1\n", "is not before"),
        (lambda text: text + b"until\n", "does not belong"),
    ],
)
def test_a_broken_slice_is_named(change: Callable[[bytes], bytes], message: str) -> None:
    error = complaint(edited(MIDDLE.file, change))
    assert message in error.message
    assert error.source == f"{NAME}.d/{MIDDLE.file}"


def test_a_missing_slice_is_named() -> None:
    error = complaint({name: text for name, text in FILES.items() if name != MIDDLE.file})
    assert error.message == f"{NAME}.d/{MIDDLE.file}: the slice is missing"


def test_a_slice_that_nothing_leads_to_is_named() -> None:
    error = complaint({**FILES, "aa/00000000000000": b"until\n"})
    assert error.message.startswith(f"{NAME}.d/aa/00000000000000: ")


def test_a_chain_that_skips_a_slice_is_refused() -> None:
    after = SLICES[5].paths[0].encode()
    skip = edited(MIDDLE.file, lambda text: b"until " + after + b"\n" + text.split(b"\n", 1)[1])
    assert "no part of the pointer" in complaint(skip).message


def test_an_until_that_leads_back_is_refused() -> None:
    back = SLICES[2].paths[0].encode()
    loop = edited(MIDDLE.file, lambda text: b"until " + back + b"\n" + text.split(b"\n", 1)[1])
    assert "is not before" in complaint(loop).message


def test_an_opening_path_inside_a_slice_is_refused() -> None:
    inside = FILES[MIDDLE.file] + FILES[FOLLOWING.file].split(b"\n", 1)[1]
    until = FILES[FOLLOWING.file].split(b"\n", 1)[0]
    files = {**FILES, MIDDLE.file: until + b"\n" + inside.split(b"\n", 1)[1]}
    del files[FOLLOWING.file]
    error = complaint(files)
    assert "a slice of its own" in error.message
    assert error.line == len(MIDDLE.paths) + 2


def test_too_few_objects_are_not_sliced() -> None:
    files = {"": FILES[""], FIRST: b"until\na\t1\n"}
    assert "only pointers of more than 4096" in complaint(files).message


def test_too_many_objects_are_sliced() -> None:
    head = FILES[""].removesuffix(b"sliced\n")
    lines = b"".join(b"%05d\t1\n" % number for number in range(MAX_PLAIN + 1))
    assert "are sliced" in complaint({"": head + lines}).message


def test_two_slices_never_share_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # No two such paths are known: the cut is told that there are.
    same = [Slice(FIRST, BASE[:10], BASE[10]), Slice("aa/b", BASE[10:20], BASE[20])]
    same.append(Slice("aa/b", BASE[20:], None))
    monkeypatch.setattr(pointer_module, "cut", lambda _: same)
    with pytest.raises(FormatError, match="shares the file"):
        dump(of(BASE))


@settings(PATIENT, max_examples=100)
@given(st.data())
def test_damaged_slices_are_refused_or_are_another_pointer(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    content = bytearray(FILES[name])
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 3))
    content[start : start + length] = data.draw(st.binary(max_size=3))
    files = {**FILES, name: bytes(content)}
    try:
        read = parse(files, NAME)
    except FormatError:
        return
    assert dump(read) == files
