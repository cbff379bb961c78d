"""Versions: what may be called equal, different, or neither."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.versions import (
    CONTENT_KINDS,
    KINDS,
    PLACE_KINDS,
    Same,
    Version,
    compare,
    content_only,
    enriched,
    equal,
    has_place,
    kind_of,
    merged,
    version,
)

# Few values, so that identifiers agree and differ by chance.
some_versions = st.builds(
    version,
    st.integers(0, 1),
    st.dictionaries(st.sampled_from((*KINDS, "zeta")), st.sampled_from(("a", "b")), max_size=4),
)


def test_another_size_is_different_whatever_the_identifiers_say() -> None:
    assert compare(version(1, {"etag": "a"}), version(2, {"etag": "a"})) is Same.DIFFERENT


def test_one_shared_content_id_that_differs_is_different() -> None:
    for kind in CONTENT_KINDS:
        left = version(1, {kind: "a", "etag": "same"})
        assert compare(left, version(1, {kind: "b", "etag": "same"})) is Same.DIFFERENT
    two = version(1, {"sha256": "a", "crc32c": "x"})
    assert compare(two, version(1, {"sha256": "a", "crc32c": "y"})) is Same.DIFFERENT


def test_a_shared_content_id_of_64_bits_or_more_is_equal() -> None:
    for kind in ("sha256", "md5", "crc64nvme"):
        assert compare(version(1, {kind: "a"}), version(1, {kind: "a"})) is Same.EQUAL


def test_a_32_bit_sum_alone_is_never_equal() -> None:
    for kind in ("crc32c", "adler32"):
        assert compare(version(1, {kind: "a"}), version(1, {kind: "a"})) is Same.UNKNOWN


def test_the_same_exact_place_id_is_equal() -> None:
    for kind in ("generation", "version", "etag"):
        left, right = version(1, {kind: "a", "sha256": "s"}), version(1, {kind: "a"})
        assert compare(left, right) is Same.EQUAL


def test_differing_place_ids_prove_nothing() -> None:
    for kind in PLACE_KINDS:
        assert compare(version(1, {kind: "a"}), version(1, {kind: "b"})) is Same.UNKNOWN
        again = version(1, {kind: "b", "sha256": "s"})
        assert compare(version(1, {kind: "a", "sha256": "s"}), again) is Same.EQUAL


def test_an_etag_that_is_the_md5_of_the_other_bytes_is_equal() -> None:
    bytes_, named = version(1, {"md5": "0cc175b9"}), version(1, {"etag": "0cc175b9"})
    assert compare(bytes_, named) is Same.EQUAL
    assert compare(named, bytes_) is Same.EQUAL
    assert compare(bytes_, version(1, {"etag": "0CC175B9"})) is Same.EQUAL


def test_an_etag_that_is_not_the_md5_proves_nothing() -> None:
    bytes_, named = version(1, {"md5": "0cc175b9"}), version(1, {"etag": "encrypted"})
    assert compare(bytes_, named) is Same.UNKNOWN


def test_a_time_counts_only_where_nothing_better_is_known() -> None:
    time = version(1, {"mtime": "t"})
    assert compare(time, time) is Same.EQUAL
    assert compare(time, version(2, {"mtime": "t"})) is Same.DIFFERENT
    for kind in ("generation", "version", "etag"):
        assert compare(time, version(1, {kind: "a", "mtime": "t"})) is Same.UNKNOWN


def test_nothing_in_common_is_unknown() -> None:
    assert compare(version(1), version(1)) is Same.UNKNOWN
    assert compare(version(1, {"sha256": "a"}), version(1, {"etag": "a"})) is Same.UNKNOWN


def test_a_kind_from_the_future_makes_nothing_equal_and_nothing_different() -> None:
    assert compare(version(1, {"zeta": "a"}), version(1, {"zeta": "a"})) is Same.UNKNOWN
    assert compare(version(1, {"zeta": "a"}), version(1, {"zeta": "b"})) is Same.UNKNOWN


def test_absent_is_equal_to_nothing() -> None:
    assert not equal(None, None)
    assert not equal(version(1, {"sha256": "a"}), None)


@given(some_versions, some_versions)
def test_comparing_is_symmetric(a: Version, b: Version) -> None:
    assert compare(a, b) is compare(b, a)


@given(some_versions, some_versions)
def test_unknown_is_never_equal(a: Version, b: Version) -> None:
    assert equal(a, b) == (compare(a, b) is Same.EQUAL)


@given(some_versions, some_versions)
def test_place_ids_alone_never_prove_a_difference(a: Version, b: Version) -> None:
    if compare(a, b) is Same.DIFFERENT:
        assert compare(content_only(a), content_only(b)) is Same.DIFFERENT


@given(some_versions)
def test_a_version_is_never_different_from_itself(a: Version) -> None:
    assert compare(a, a) is not Same.DIFFERENT


def test_identifiers_come_in_the_fixed_order_and_unknown_kinds_last() -> None:
    mixed = version(1, {"zeta": "1", "etag": "2", "alpha": "3", "sha256": "4", "mtime": "5"})
    assert mixed.ids == ("sha256:4", "etag:2", "mtime:5", "alpha:3", "zeta:1")


def test_a_value_may_hold_colons() -> None:
    colons = version(1, {"version": "a:b:c", "sha256": "s"})
    assert colons.get("version") == "a:b:c"
    assert colons.sha256 == "s"
    assert colons.get("ver") is None


def test_content_ids_stay_and_place_ids_go_with_the_place() -> None:
    everything = version(1, {**dict.fromkeys(KINDS, "a"), "zeta": "z"})
    assert [kind_of(i) for i in content_only(everything).ids] == list(CONTENT_KINDS)
    assert has_place(everything)
    assert not has_place(content_only(everything))


def test_a_kind_from_the_future_is_no_promise() -> None:
    assert has_place(version(1, {"zeta": "1"}))


@given(some_versions, some_versions)
def test_merging_keeps_every_kind_once_and_the_first_value(a: Version, b: Version) -> None:
    both = merged(a, b)
    assert {kind_of(i) for i in both.ids} == {kind_of(i) for i in (*a.ids, *b.ids)}
    assert len(both.ids) == len({kind_of(i) for i in both.ids})
    assert set(a.ids) <= set(both.ids)
    assert both == version(both.size, dict(i.split(":", 1) for i in both.ids))


@given(some_versions, st.lists(some_versions, max_size=3))
def test_facts_add_content_ids_and_take_nothing_away(a: Version, facts: list[Version]) -> None:
    richer = enriched(a, facts)
    assert richer is not None
    assert set(a.ids) <= set(richer.ids)
    assert all(kind_of(i) in CONTENT_KINDS for i in set(richer.ids) - set(a.ids))


def test_a_fact_adds_what_the_bytes_are_and_not_where_they_were() -> None:
    fact = version(1, {"etag": "a", "version": "v", "mtime": "t", "sha256": "s"})
    assert enriched(version(1, {"etag": "a"}), [fact]) == version(1, {"etag": "a", "sha256": "s"})


def test_a_fact_about_another_version_adds_nothing() -> None:
    listed = version(1, {"etag": "a"})
    assert enriched(listed, [version(1, {"etag": "b", "sha256": "s"})]) == listed
    assert enriched(None, [version(1, {"etag": "b", "sha256": "s"})]) is None
