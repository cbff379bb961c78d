"""Merging pointers: symmetric, nothing vanishes, and a file at a time is never wrong."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core import slices
from gitstore.core.merging import Merged, merge_entries, merge_files, resettled, united
from gitstore.core.pointer import Files, dump, parse, pointer
from gitstore.core.versions import Same, Version, compare, version
from tests.core.strategies import PATIENT, versions

A, B, C = Version(1, ("etag:a",)), Version(1, ("etag:b",)), Version(2, ("etag:c",))
SHA = "5" * 64
HEAD = b"git-storage pointer 1\nfrom s3://h/b/\n"

_few = st.sampled_from(
    [A, B, C, version(1, {"sha256": SHA}), version(1, {"sha256": SHA, "etag": "a"})]
)
entries = st.dictionaries(st.sampled_from("abcdefg"), _few | versions(), max_size=7)


def merged(base: Version | None, ours: Version | None, theirs: Version | None) -> Merged:
    sides = [{} if each is None else {"x": each} for each in (base, ours, theirs)]
    return merge_entries(*sides)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        (A, A, A, A),
        (A, A, B, B),
        (A, B, A, B),
        (A, B, B, B),
        (None, A, None, A),
        (None, None, A, A),
        (None, A, A, A),
        (A, None, None, None),
        (A, None, A, None),
        (A, A, None, None),
    ],
)
def test_what_one_side_changed_or_both_alike_is_taken(
    base: Version | None, ours: Version | None, theirs: Version | None, wanted: Version | None
) -> None:
    assert merged(base, ours, theirs) == Merged({} if wanted is None else {"x": wanted}, ())


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [(A, B, C), (None, A, B), (A, None, B), (A, B, None), (None, A, Version(1))],
)
def test_what_both_sides_changed_in_other_ways_is_a_conflict(
    base: Version | None, ours: Version | None, theirs: Version | None
) -> None:
    found = merged(base, ours, theirs)
    assert not found.entries
    assert [(each.base, each.ours, each.theirs) for each in found.conflicts] == [
        (base, ours, theirs)
    ]


def test_a_promise_that_both_sides_completed_has_what_both_learnt() -> None:
    promise = version(1, {"sha256": SHA})
    ours = version(1, {"sha256": SHA, "etag": "a"})
    theirs = version(1, {"sha256": SHA, "version": "v1", "etag": "a"})
    assert merged(promise, ours, theirs) == Merged({"x": theirs}, ())
    listed = version(1, {"etag": "a"})
    assert merged(promise, ours, listed) == Merged({"x": ours}, ())


def test_place_ids_of_two_writes_are_never_mixed() -> None:
    first = version(1, {"sha256": SHA, "version": "v1", "etag": "a"})
    second = version(1, {"sha256": SHA, "md5": "0" * 32, "etag": "b"})
    found = united(first, second)
    assert found == version(1, {"sha256": SHA, "md5": "0" * 32, "version": "v1", "etag": "a"})


def test_without_a_base_everything_that_differs_is_a_conflict() -> None:
    found = merge_entries(None, {"x": A, "y": A}, {"x": A, "z": B})
    assert found.entries == {"x": A}
    assert [each.path for each in found.conflicts] == ["y", "z"]


@PATIENT
@given(entries, entries, entries)
def test_merging_is_symmetric_and_nothing_vanishes(
    base: Mapping[str, Version], ours: Mapping[str, Version], theirs: Mapping[str, Version]
) -> None:
    found = merge_entries(base, ours, theirs)
    other = merge_entries(base, theirs, ours)
    assert found.entries == other.entries
    assert [c.path for c in found.conflicts] == [c.path for c in other.conflicts]
    held = {*found.entries, *(c.path for c in found.conflicts)}
    for path in {*ours, *theirs}:
        # It may only be missing where one side took it away and the other left it alone.
        assert path in held or base.get(path) in (ours.get(path), theirs.get(path))
        assert path in held or None in (ours.get(path), theirs.get(path))
    for path, entry in found.entries.items():
        sides = [side[path] for side in (ours, theirs) if path in side]
        assert any(entry == v or compare(entry, v) is Same.EQUAL for v in sides)


@PATIENT
@given(entries, entries)
def test_merging_what_is_merged_changes_nothing(
    base: Mapping[str, Version], ours: Mapping[str, Version]
) -> None:
    assert merge_entries(base, ours, ours) == Merged({p: ours[p] for p in sorted(ours)}, ())
    assert merge_entries(base, base, ours).entries == ours
    found = merge_entries(base, ours, ours).entries
    assert merge_entries(base, found, ours).entries == ours


@PATIENT
@given(versions(), versions())
def test_uniting_is_symmetric_and_keeps_the_bytes(a: Version, b: Version) -> None:
    if compare(a, b) is Same.EQUAL:
        assert united(a, b) == united(b, a)
        assert united(united(a, b), b) == united(a, b)
        assert compare(united(a, b), a) is Same.EQUAL


def test_neighbouring_lines_and_two_appends_merge() -> None:
    found = merge_files(
        HEAD + b"a\t1\nb\t1\n", HEAD + b"a\t2\nb\t1\nc\t3\n", HEAD + b"a\t1\nb\t2\nd\t4\n", "x"
    )
    assert found.content == HEAD + b"a\t2\nb\t2\nc\t3\nd\t4\n"


def test_only_what_is_not_settled_is_shown_as_a_conflict() -> None:
    found = merge_files(
        HEAD + b"a\t1\nb\t1\n", HEAD + b"a\t2\nb\t3\n", HEAD + b"a\t1\nb\t2\nd\t4\n", "x"
    )
    assert found.content is None
    ends = [text.removeprefix(HEAD) for text in found.shown]
    assert ends == [b"a\t2\nb\t1\nd\t4\n", b"a\t2\nb\t3\nd\t4\n", b"a\t2\nb\t2\nd\t4\n"]


@pytest.mark.parametrize(
    "theirs",
    [
        HEAD.replace(b"/b/", b"/c/") + b"a\t1\n",
        HEAD + b"sliced\n",
        HEAD + b"<<<<<<< ours\na\t1\n",
        HEAD + b"a\t1",
        b"until\na\t1\n",
        b"\xff\n",
        b"",
    ],
)
def test_a_file_that_is_not_of_one_kind_on_all_sides_is_left_in_conflict(theirs: bytes) -> None:
    base, ours = HEAD + b"a\t1\n", HEAD + b"a\t2\n"
    for sides in ((base, ours, theirs), (base, theirs, ours), (theirs, ours, base)):
        found = merge_files(*sides, "x")
        assert found.content is None
        assert found.shown == sides


def test_two_halves_that_are_too_much_for_one_file_are_a_conflict() -> None:
    base = [f"{n:05}\t1\n" for n in range(4000)]
    ours, theirs = [f"a{n:05}\t1\n" for n in range(60)], [f"b{n:05}\t1\n" for n in range(60)]
    sides = (HEAD + "".join(lines).encode() for lines in (base, base + ours, base + theirs))
    assert merge_files(next(sides), next(sides), next(sides), "x").content is None


# --- Branches of small pointers: slices of about four entries, from nine entries on ---


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MAX_PLAIN", 8)
    monkeypatch.setattr(slices, "_OPENING_BITS", 0x3)


def branch(base: Mapping[str, Version], chance: random.Random) -> dict[str, Version]:
    """Some edits, additions and removals, as somebody makes them."""
    found = dict(base)
    for _ in range(chance.randint(1, 4)):
        path = f"{chance.randint(0, 40):02}"
        if chance.random() < 0.4:
            found.pop(path, None)
        else:
            found[path] = Version(chance.randint(0, 2), (f"etag:{chance.randint(0, 1)}",))
    return found


def merged_by_git(base: Files, ours: Files, theirs: Files) -> dict[str, bytes] | None:
    """What git makes of the files with the driver; None where it leaves a conflict."""
    found: dict[str, bytes] = {}
    for name in sorted({*base, *ours, *theirs}):
        b, o, t = base.get(name), ours.get(name), theirs.get(name)
        result = t if o == b else o
        if b not in (o, t) and o != t:
            if o is None or t is None:
                return None
            full = f"x.storage.d/{name}" if name else "x.storage"
            result = merge_files(b or b"", o, t, full).content
            if result is None:
                return None
        if result is not None:
            found[name] = result
    return found


def sized(count: int) -> str:
    return "sliced" if slices.is_sliced(count) else "plain"


@pytest.mark.usefixtures("small_slices")
def test_merging_file_by_file_is_never_wrong_in_ten_thousand_pairs_of_branches() -> None:
    chance = random.Random(31)
    seen: dict[str, int] = {}
    for _ in range(10_000):
        count = chance.choice([7, 10, 10, 11, 25])
        base = {f"{n:02}": A for n in chance.sample(range(41), count)}
        sides = [base, branch(base, chance), branch(base, chance)]
        whole = merge_entries(*sides)
        files = merged_by_git(*(dump(pointer("s3://h/b/", each)) for each in sides))
        if files is None:
            continue
        assert whole.conflicts == ()
        found = resettled(files, "x.storage")
        kind = sized(count) if found is None else "too few"
        assert (found or parse(files, "x.storage")).entries == whole.entries
        seen[kind] = seen.get(kind, 0) + 1
    assert min(seen.get(kind, 0) for kind in ("plain", "sliced", "too few")) > 9, seen


@pytest.mark.usefixtures("small_slices")
def test_only_slices_that_are_otherwise_in_order_are_put_together() -> None:
    files = dict(dump(pointer("s3://h/b/", {f"{n:02}": A for n in range(20)})))
    assert resettled(files, "x.storage") is None or len(files) > 1
    assert resettled({"": files[""]}, "x.storage") is None
    names = sorted(name for name in files if name)
    for name in names:
        assert resettled({k: v for k, v in files.items() if k != name}, "x.storage") is None
        assert resettled({**files, name: files[name] + b"zz\t1\n"}, "x.storage") is None
