"""Patterns of objects: the grammar of gitignore as one regular expression. See docs/patterns.md.

The expression takes time linear in its stars, also for a hostile pattern: what stands between two
stars is looked for once, at the first place where it is, because the second star can take up the
rest. That is how Python's `fnmatch` does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count, groupby

Match = Callable[[str], bool]

_DEEP = re.compile(r"\*\*+")
_TOKEN = re.compile(r"\\(?P<escaped>.)|(?P<star>\*+)|(?P<any>\?)|(?P<open>\[)|[^\\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GLOB = re.compile(r"[*?\[\\]")
_CLASS_PART = re.compile(
    r"\[:(?P<posix>[a-z]*):\]|(?P<low>\\.|.)(?:-(?P<high>\\.|[^\]]))?", re.DOTALL
)
_NOTHING = "(?!)"
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \t",
    "cntrl": "\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def problem(pattern: str) -> str | None:
    """Why this is no pattern of `include` or `exclude`, as the end of a sentence; None if it is."""
    if not pattern.strip("/"):
        return "names nothing"
    if pattern.startswith("!"):
        return r"begins with '!', which has no meaning here; a name that does is written '\!...'"
    if _NOTHING in _expression(pattern, count()):
        return "has a '[' without its ']', or ends in a backslash"
    return None


def literal(path: str) -> str:
    """The pattern that means exactly this object, or everything below this directory."""
    return "/" + _GLOB.sub(r"\\\g<0>", path)


def literal_path(pattern: str) -> str | None:
    """The one path that an anchored pattern names, with a `/` if it ends in one; None for globs."""
    if "/" not in pattern.rstrip("/") or _GLOB.search(_ESCAPED.sub("", pattern)):
        return None
    return _ESCAPED.sub(r"\1", pattern).removeprefix("/")


def any_of(patterns: Iterable[str]) -> Match:
    """Whether a path, or a directory above it, is named by one of the patterns."""
    names: set[str] = set()
    directories: set[str] = set()
    globs: list[str] = []
    for pattern in patterns:
        path = literal_path(pattern)
        if path is None:
            globs.append(pattern)
        elif path.endswith("/"):
            directories.add(path[:-1])
        else:
            names.add(path)
    directories |= names
    matches = re.compile(_alternatives(globs), re.DOTALL).fullmatch

    def has(path: str) -> bool:
        return path in names or _is_below(path, directories) or matches(path) is not None

    return has


def _is_below(path: str, directories: set[str]) -> bool:
    if not directories:
        return False
    at = path.find("/")
    while at != -1:
        if path[:at] in directories:
            return True
        at = path.find("/", at + 1)
    return False


def _alternatives(globs: Iterable[str]) -> str:
    numbers = count()
    expressions = [_expression(glob, numbers) for glob in globs]
    return "|".join(f"(?:{each})" for each in expressions) or _NOTHING


def _expression(pattern: str, numbers: Iterator[int]) -> str:
    unslashed = _ESCAPED.sub(lambda found: "/" if found[1] == "/" else found[0], pattern)
    body = unslashed.rstrip("/")
    inside = body != unslashed
    if not body:
        return _NOTHING
    parts = body.removeprefix("/").split("/")
    if "/" not in body:
        parts.insert(0, "**")
    deep = [_DEEP.fullmatch(part) is not None for part in parts]
    if all(deep):
        return ".*/.*" if inside else ".*"
    below = "/.*" if inside or deep[-1] else "(?:/.*)?"
    return _segments(parts, numbers) + below


def _segments(parts: Iterable[str], numbers: Iterator[int]) -> str:
    expression, anywhere = "", False
    for is_deep, run in groupby(parts, lambda part: _DEEP.fullmatch(part) is not None):
        if not is_deep:
            segment = "/".join(_component(part, numbers) for part in run)
            if anywhere:
                segment = _once(rf"(?:.*?/)??{segment}(?=/|\Z)", numbers)
            expression += f"/{segment}" if expression else segment
        anywhere = is_deep
    return expression


def _component(part: str, numbers: Iterator[int]) -> str:
    pieces = [""]
    at = 0
    while at < len(part):
        found = _TOKEN.match(part, at)
        if found is None:  # a backslash at the end
            return _NOTHING
        at = found.end()
        if found["star"]:
            pieces.append("")
        elif found["open"]:
            characters, at = _class(part, at)
            pieces[-1] += characters
        else:
            pieces[-1] += "[^/]" if found["any"] else re.escape(found["escaped"] or found[0])
    first, *rest = pieces
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(_once(f"[^/]*?{each}", numbers) for each in middle) + f"[^/]*{last}"


def _once(expression: str, numbers: Iterator[int]) -> str:
    """The expression's first match, without trying others when what follows does not match."""
    number = next(numbers)
    return f"(?=(?P<g{number}>{expression}))(?P=g{number})"


def _class(part: str, at: int) -> tuple[str, int]:
    """The expression of a `[...]` whose inside begins at `at`, and where it ends."""
    negation = "^" if part[at : at + 1] in ("!", "^") else ""
    at += len(negation)
    inside = ""
    while not inside or part[at : at + 1] != "]":
        found = _CLASS_PART.match(part, at)
        characters = None if found is None else _characters(found)
        if found is None or characters is None:
            return _NOTHING, len(part)
        inside += characters
        at = found.end()
    return f"(?!/)[{negation}{inside}]", at + 1


def _characters(found: re.Match[str]) -> str | None:
    if found["posix"] is not None:
        return _POSIX.get(found["posix"])
    low, high = found["low"][-1], (found["high"] or found["low"])[-1]
    # A range that runs backwards is its first character, as in git's wildmatch.
    return f"{re.escape(low)}-{re.escape(high)}" if low < high else re.escape(low)
