"""What is looked at (rule Sc1), and what a work tree keeps locally: patterns of objects.

The grammar is gitignore's, docs/patterns.md. Everything here is compiled once and then asked of
every object of a data path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from gitstore.core.patterns import Match, any_of, literal, literal_path

__all__ = [
    "Match",
    "Scope",
    "literal",
    "matcher",
    "wanted",
    "wanted_matcher",
    "with_staged",
    "with_unstaged",
]

_GLOB = re.compile(r"[*?\[\\]")
_EVERYTHING = frozenset({"*", "**", "/*", "/**"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Which objects of a data path are looked at.

    Attributes:
        include: the manifest's patterns; empty means all.
        exclude: the manifest's patterns of what is left out all the same.
        paths: sub-paths or globs of the command line; empty means all.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        """Whether an object, relative to the data path, is in scope."""
        return matcher(self)(path)


@lru_cache(maxsize=64)
def matcher(scope: Scope) -> Match:
    """The scope as a function of an object's path; compiled once."""
    excluded = any_of(scope.exclude) if scope.exclude else None
    required = [any_of(scope.include)] if scope.include else []
    if scope.paths:
        required.append(any_of(each for path in scope.paths for each in _readings(path)))
    if excluded is None and not required:
        return lambda _: True

    def has(path: str) -> bool:
        if excluded is not None and excluded(path):
            return False
        return all(each(path) for each in required)

    return has


def wanted(patterns: Iterable[str], path: str) -> bool:
    """Whether a work tree with these wanted patterns keeps an object locally.

    Args:
        patterns: in order; a leading `!` un-wants; the last that matches counts.
        path: relative to the data path.
    """
    return wanted_matcher(tuple(patterns))(path)


@lru_cache(maxsize=64)
def wanted_matcher(patterns: tuple[str, ...]) -> Match:
    """The wanted patterns as a function of an object's path; compiled once."""
    runs = [
        (is_wanted, any_of(pattern.removeprefix("!") for pattern in run))
        for is_wanted, run in groupby(patterns, lambda pattern: not pattern.startswith("!"))
    ]
    runs.reverse()

    def has(path: str) -> bool:
        return next((is_wanted for is_wanted, match in runs if match(path)), False)

    return has


def with_staged(patterns: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """The wanted patterns after staging.

    Args:
        patterns: what was wanted.
        new: sub-paths or globs as on the command line; a leading `!` un-wants.
    """
    result = list(patterns)
    for item in new:
        sign = "!" if item.startswith("!") else ""
        for reading in _readings(item.removeprefix("!")):
            result = _with(result, sign, reading)
    return tuple(result)


def with_unstaged(patterns: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """The wanted patterns after unstaging sub-paths or globs as on the command line."""
    return with_staged(patterns, (f"!{item}" for item in new))


def _readings(item: str) -> tuple[str, ...]:
    """The patterns that a word of the command line means.

    Without a glob character it is one path, from the top of the data path. A bracket or backslash
    is more often part of a name than of a glob, so both readings count, as in git's pathspecs.
    """
    if _GLOB.search(item) is None:
        return (f"/{item.removeprefix('/')}",)
    anchored = f"/{item}" if "/" in item.rstrip("/") and not item.startswith("/") else item
    named = re.search(r"[\[\\]", item) is not None and literal_path(anchored) is None
    return (anchored, literal(item.removeprefix("/"))) if named else (anchored,)


def _with(patterns: list[str], sign: str, new: str) -> list[str]:
    if new in _EVERYTHING:
        return [] if sign else ["**"]
    kept = [each for each in patterns if not _overrides(new, each.removeprefix("!"))]
    positive = [each for each in kept if not each.startswith("!")]
    if not positive:
        return [] if sign else [new]
    if sign:
        needed = any(_may_cover(each, new) for each in positive)
    else:
        needed = len(positive) < len(kept) or not any(_covers(each, new) for each in positive)
    return [*kept, sign + new] if needed else kept


def _overrides(new: str, old: str) -> bool:
    """Whether the older pattern says nothing any more once the new one stands behind it."""
    path, before = literal_path(new), literal_path(old)
    if path is None or before is None:
        return new == old
    return before == path or before.startswith(path.rstrip("/") + "/")


def _covers(old: str, new: str) -> bool:
    """Whether the older pattern is known to have all that the new one has."""
    path, before = literal_path(new), literal_path(old)
    if old == "**" or path is None or before is None:
        return old in ("**", new)
    return before == path or path.startswith(before.rstrip("/") + "/")


def _may_cover(old: str, new: str) -> bool:
    """Whether the two may have an object in common; a sure no only for two different paths."""
    either_is_a_glob = literal_path(old) is None or literal_path(new) is None
    return either_is_a_glob or _covers(old, new)
