"""Managed blocks in `.gitignore`, `info/exclude` and `.gitattributes`: our lines between two marks.

What stands outside the marks belongs to the user and is never touched. Patterns follow
gitignore(5) and gitattributes(5).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gitstore.core.errors import FormatError

BEGIN = "# >>> git storage (managed) >>>"
END = "# <<< git storage <<<"

ATTRIBUTES = (
    "*.storage -text merge=git-storage diff=git-storage",
    "**/*.storage.d/** -text merge=git-storage diff=git-storage",
    ".storage.yaml text eol=lf merge=git-storage",
)


def ignore_pattern(data_path: str) -> str:
    r"""The pattern that ignores exactly this path, be it a directory, a file or a link.

    Anchored, because a data path has one place; without a trailing slash, because that would not
    match a link. Escaped: `\ * ? [`, and `! #` and blanks wherever git could take them for syntax.
    """
    pattern = re.sub(r"([\\*?\[!#])", r"\\\1", data_path)
    body = pattern.rstrip(" ")
    return "/" + body + "\\ " * (len(pattern) - len(body))


def with_ignored(text: str, data_paths: Collection[str], source: str = ".gitignore") -> str:
    """The text of an ignore file whose managed block lists these data paths and no others.

    Args:
        text: the file as it is; empty if there is none.
        source: its name, for errors.

    Raises:
        FormatError: the marks are damaged.
    """
    return _with_block(text, [ignore_pattern(path) for path in sorted(set(data_paths))], source)


def ignored_paths(text: str, source: str = ".gitignore") -> tuple[str, ...]:
    """The data paths that the managed block lists; lines that we would not write are left out.

    Raises:
        FormatError: the marks are damaged.
    """
    lines = _lines(text)
    found = _find(lines, source)
    if found is None:
        return ()
    first, last = found
    patterns = [line.rstrip("\r\n") for line in lines[first + 1 : last]]
    paths = [(re.sub(r"\\(.)", r"\1", pattern[1:]), pattern) for pattern in patterns]
    return tuple(path for path, pattern in paths if path and ignore_pattern(path) == pattern)


def with_attributes(text: str, source: str = ".gitattributes") -> str:
    """The text of `.gitattributes` with the lines for manifests, pointers and slices.

    Raises:
        FormatError: the marks are damaged.
    """
    return _with_block(text, list(ATTRIBUTES), source)


def _with_block(text: str, body: list[str], source: str) -> str:
    lines = _lines(text)
    eol = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    block = [line + eol for line in (BEGIN, *body, END)] if body else []
    found = _find(lines, source)
    if found is not None:
        first, last = found
        return "".join([*lines[:first], *block, *lines[last + 1 :]])
    if block and lines and not lines[-1].endswith("\n"):
        lines[-1] += eol
    return "".join([*lines, *block])


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _find(lines: list[str], source: str) -> tuple[int, int] | None:
    plain = [line.rstrip("\r\n") for line in lines]
    begins = [number for number, line in enumerate(plain) if line == BEGIN]
    ends = [number for number, line in enumerate(plain) if line == END]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise FormatError(
            "the block of git storage is damaged",
            source=source,
            line=(begins or ends)[0] + 1,
            hint=f"leave one line '{BEGIN}' and, below it, one line '{END}', or remove all of them",
        )
    return begins[0], ends[0]
