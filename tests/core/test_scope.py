"""Patterns and scope. Git itself says what a pattern of gitignore names."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.patterns import any_of, literal, problem
from gitstore.core.scope import (
    Scope,
    matcher,
    wanted,
    wanted_matcher,
    with_staged,
    with_unstaged,
)
from tests.core.strategies import PATIENT, paths

NAMES = ["a", "b", "ab", "a.b", ".a", "a*", "a[b]", "-", "a-", "!a", "a\\", "1", "a b"]
TREE = [
    "/".join(parts)
    for length in (1, 2, 3)
    for parts in product(NAMES[: 13 // length], repeat=length)
]
_SPELLED = r"""
    a /a a/ /a/ a/b /a/b a/b/ * ** /* /** */ a/* */b */* **/ **/b **/a/b a/** a/**/b
    /a/**/b/ **/a/** a/**/**/b **/** a** **b a**b a/**b a/b**/b ***/b ? a? ?? a?b a/? ?/b
    *b a*b *a*b* *.* .* [ab] [!a] [^a] [a-b] [b-a] a[.]b []a] [!]a] [a-] [-a] a[[]b]
    [[:alpha:]] [[:digit:]] [![:alpha:]] [[:nope:]] [[:alpha:]-] [a a[ [ a[b \a a\* \*
    a\[b\] a[\[]b] \!a a\\ [\]a] *\* a\ a//b */*/* /*/a a/*/b a/?*/b **/a?b/**/b [a-a]*
    a\/b a[!x]b a[,-0]b a[[:punct:]]b a[[:print:]]b
"""
PATTERNS = ["a b", *_SPELLED.split()]


@pytest.fixture(scope="module")
def git_says(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """What of the tree git would ignore, given one pattern."""
    top = tmp_path_factory.mktemp("patterns")
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    asked = b"\0".join(path.encode() for path in TREE)

    def ignored(pattern: str) -> set[str]:
        (top / ".gitignore").write_text(pattern + "\n")
        command = ["git", "-C", str(top), "check-ignore", "--no-index", "-z", "--stdin"]
        answer = subprocess.run(command, input=asked, capture_output=True, check=False)
        assert answer.stderr == b""
        return {path.decode() for path in answer.stdout.split(b"\0") if path}

    return ignored


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_names_what_git_would_ignore(
    pattern: str, git_says: Callable[[str], set[str]]
) -> None:
    match = any_of([pattern])
    assert {path for path in TREE if match(path)} == git_says(pattern)


def test_many_patterns_are_each_as_alone() -> None:
    together = any_of(PATTERNS[:5] + PATTERNS[30:])
    alone = [any_of([pattern]) for pattern in PATTERNS[:5] + PATTERNS[30:]]
    assert [together(path) for path in TREE] == [any(one(path) for one in alone) for path in TREE]


def test_one_character_is_one_character() -> None:
    match = any_of(["?", "x[äö]"])
    assert [match(path) for path in ("ö", "xö", "xü", "öö")] == [True, True, False, False]


def test_a_hostile_pattern_takes_no_time() -> None:
    for pattern in ("*a" * 60 + "b", "**/a/" * 60 + "b", "**/*a*/" * 30 + "b", "*a*/" * 30 + "b"):
        match = any_of([pattern])
        assert not match("a" * 1000)
        assert not match("a/" * 500 + "a")


@PATIENT
@given(paths, paths)
def test_a_literal_pattern_names_its_object_and_what_is_below(path: str, other: str) -> None:
    match = any_of([literal(path)])
    if path.strip("/"):
        assert match(path)
        assert match(f"{path}/{other}")
        assert match(other) is (other == path or other.startswith(path.rstrip("/") + "/"))


@pytest.mark.parametrize("pattern", ["", "/", "!a", "[a", "a\\", "a/[[:nope:]]"])
def test_what_is_no_pattern_is_said_why(pattern: str) -> None:
    assert problem(pattern)


@pytest.mark.parametrize("pattern", ["a", "**", "*.fits", "\\!a", "[!a]", "a(?!)", "a/**/b/"])
def test_what_is_a_pattern_has_no_problem(pattern: str) -> None:
    assert problem(pattern) is None


def test_an_empty_scope_is_everything() -> None:
    assert Scope().has("any/thing")


def test_exclude_wins() -> None:
    scope = Scope(include=("*.fits", "2023/"), exclude=("bad*", "/2023/tmp/"))
    inside = [path for path in SAMPLE if scope.has(path)]
    assert inside == ["2023/m1.fits", "2023/notes", "m2.fits"]


SAMPLE = ["2023/m1.fits", "2023/bad.fits", "2023/notes", "2023/tmp/x", "m2.fits", "x/2023"]


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("2023", ["2023/m1.fits", "2023/bad.fits", "2023/notes", "2023/tmp/x"]),
        ("2023/", ["2023/m1.fits", "2023/bad.fits", "2023/notes", "2023/tmp/x"]),
        ("2023/tmp", ["2023/tmp/x"]),
        ("m2.fits", ["m2.fits"]),
        ("*.fits", ["2023/m1.fits", "2023/bad.fits", "m2.fits"]),
        ("2023/*.fits", ["2023/m1.fits", "2023/bad.fits"]),
        ("202?", ["2023/m1.fits", "2023/bad.fits", "2023/notes", "2023/tmp/x", "x/2023"]),
        ("m2.fits/", []),
    ],
)
def test_a_path_of_the_command_line_begins_at_the_top(path: str, inside: list[str]) -> None:
    has = matcher(Scope(paths=(path,)))
    assert [each for each in SAMPLE if has(each)] == inside


def test_paths_and_manifest_restrict_alike() -> None:
    scope = Scope(include=("*.fits",), exclude=("bad*",), paths=("2023", "x"))
    assert [path for path in SAMPLE if scope.has(path)] == ["2023/m1.fits"]


@pytest.mark.parametrize("name", ["m[1].fits", "a\\b", "[", "a[!b", "x/m[1]"])
def test_a_name_with_brackets_can_be_typed(name: str) -> None:
    assert Scope(paths=(name,)).has(name)
    staged = with_staged((), [name])
    assert wanted(staged, name)
    assert not wanted(with_unstaged(("**",), [name]), name)


def test_the_last_pattern_that_names_an_object_decides() -> None:
    patterns = ("/2023", "!*.tmp", "/2023/keep.tmp")
    assert wanted(patterns, "2023/m1.fits")
    assert not wanted(patterns, "2023/x.tmp")
    assert wanted(patterns, "2023/keep.tmp")
    assert not wanted(patterns, "2024/m1.fits")


def test_nothing_is_wanted_before_anything_is_staged() -> None:
    assert not wanted((), "a")


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ((), ["2023"], ("/2023",)),
        ((), ["2023/m1"], ("/2023/m1",)),
        ((), ["*.fits"], ("*.fits",)),
        ((), ["2023/*.fits", "!bad*"], ("/2023/*.fits", "!bad*")),
        (("/2023",), ["2023"], ("/2023",)),
        (("/2023",), ["2023/x"], ("/2023",)),
        (("/2023/x", "/2024"), ["2023"], ("/2024", "/2023")),
        (("/2023", "!/2023/x"), ["2023/x"], ("/2023",)),
        (("/2023", "!*.tmp"), ["2023/x.tmp"], ("/2023", "!*.tmp", "/2023/x.tmp")),
        (("/2023", "!/2023/x"), ["2023"], ("/2023",)),
        (("/2023", "!*.tmp"), ["**"], ("**",)),
        (("**",), ["2023"], ("**",)),
        (("**", "!*.tmp"), ["2023"], ("**", "!*.tmp", "/2023")),
        ((), [literal("a*b")], ("/a\\*b",)),
    ],
)
def test_staging_adds_what_is_missing(
    before: tuple[str, ...], new: list[str], after: tuple[str, ...]
) -> None:
    assert with_staged(before, new) == after


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ((), ["2023"], ()),
        (("/2023",), ["2023"], ()),
        (("/2023", "/2024"), ["2023"], ("/2024",)),
        (("/2023",), ["2023/x"], ("/2023", "!/2023/x")),
        (("/2023/x", "!/2023/x/y"), ["2023"], ()),
        (("**",), ["*.tmp"], ("**", "!*.tmp")),
        (("*.fits",), ["2023"], ("*.fits", "!/2023")),
        (("/2023", "*.fits"), ["**"], ()),
    ],
)
def test_unstaging_takes_away_what_is_there(
    before: tuple[str, ...], new: list[str], after: tuple[str, ...]
) -> None:
    assert with_unstaged(before, new) == after


ITEMS = st.sampled_from(
    ["a", "b", "a/b", "a/b/c", "a/", "*", "**", "*b", "a/*", "a*/b", "/a", "**/c", "?"]
)
WORDS = st.lists(ITEMS, max_size=3)


@PATIENT
@given(st.lists(st.tuples(st.booleans(), WORDS), max_size=5))
def test_the_short_list_wants_what_the_long_one_does(steps: list[tuple[bool, list[str]]]) -> None:
    short: tuple[str, ...] = ()
    expected = set[str]()
    tree = [path for path in TREE if set(path) <= set("ab/")] + ["a/b/c", "c", "b/c"]
    for stages, words in steps:
        short = with_staged(short, words) if stages else with_unstaged(short, words)
        for word in words:
            named = {path for path in tree if Scope(paths=(word,)).has(path)}
            expected = expected | named if stages else expected - named
    match = wanted_matcher(short)
    assert {path for path in tree if match(path)} == expected
