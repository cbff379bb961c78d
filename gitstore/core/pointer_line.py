"""One line of a pointer: an object's path, size and identifiers. docs/pointer.md is the format.

Each entry has exactly one spelling; what is spelled otherwise is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gitstore.core.errors import FormatError
from gitstore.core.versions import KINDS, Version, kind_of, order_key

MAX_LINE = 16 << 10
"""Bytes of a line, without its LF."""
MAX_KIND = 32
MAX_VALUE = 1024
"""Characters of an identifier's kind and value."""

_DIGITS = {"sha256": 64, "md5": 32, "crc64nvme": 16, "crc32c": 8, "adler32": 8}
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_KIND = re.compile(rf"[a-z0-9]{{1,{MAX_KIND}}}")
_VALUE = re.compile(rf"[!-~]{{1,{MAX_VALUE}}}")
_QUOTED = re.compile('[\x01-\x1f\x7f"\\\\]')
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(?:([abtnvfr\"\\])|([0-7]{3}))")
_LETTERS = dict(zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True))
_BYTES = {letter: byte for byte, letter in _LETTERS.items()}


def _value_pattern(kind: str) -> str:
    return f"[0-9a-f]{{{_DIGITS[kind]}}}" if kind in _DIGITS else _VALUE.pattern


# Nearly every line is of this form: nothing quoted, only known kinds. One match does what
# `parse_line` does step by step; the order of the groups is the order of the identifiers.
PLAIN = re.compile(
    '([^\x00-\x1f\x7f"\\\\\ud800-\udfff]+)\t(0|[1-9][0-9]{0,18})'
    + "".join(f"(?:\t{kind}:{_value_pattern(kind)})?" for kind in KINDS)
)
"""A line that is right as it is: group 1 is the path, group 2 the size."""


def quote_path(path: str) -> str:
    """A path as a pointer spells it: as git does, but non-ASCII characters are themselves."""
    if _QUOTED.search(path) is None:
        return path
    return f'"{_QUOTED.sub(_escape, path)}"'


def unquote_path(text: str, source: str, number: int | None = None) -> str:
    """The path that a pointer spells so.

    Args:
        text: the spelling.
        source: the file's name as a user would type it, for the message.
        number: the line, counted from 1.

    Raises:
        FormatError: it is not the one spelling of a path.
    """
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    path = _ESCAPED.sub(_unescape, text[1:-1]) if quoted else text
    if not path:
        raise FormatError("the path is empty", source=source, line=number)
    if _UNWRITABLE.search(path) is not None:
        raise FormatError("the path is not valid Unicode without NUL", source=source, line=number)
    if quote_path(path) != text:
        raise FormatError(
            f"the path {text} is not quoted as it has to be", source=source, line=number
        )
    return path


def dump_line(path: str, version: Version) -> str:
    """An entry as a line, without its LF. The entry is not validated."""
    return "\t".join((quote_path(path), str(version.size), *version.ids))


def parse_line(line: str, source: str, number: int | None = None) -> tuple[str, Version]:
    """The path and version of a line.

    Args:
        line: the line, without its LF.
        source: the file's name as a user would type it, for the message.
        number: the line's number, counted from 1.

    Raises:
        FormatError: it is not the one spelling of an entry.
    """
    name, *fields = line.split("\t")
    problem = _problem(line, fields)
    if problem is not None:
        raise FormatError(problem, source=source, line=number)
    return unquote_path(name, source, number), Version(int(fields[0]), tuple(fields[1:]))


def _problem(line: str, fields: list[str]) -> str | None:
    if not line:
        return "the line is empty"
    if not fields:
        return "the line is not an object: a path, TAB, a size, TAB, identifiers"
    if len(line.encode(errors="surrogatepass")) > MAX_LINE:
        return f"the line is longer than {MAX_LINE} bytes"
    if _SIZE.fullmatch(fields[0]) is None:
        return f"the size {_shown(fields[0])} is not a decimal number without leading zeros"
    return next(_problems_of_ids(fields[1:]), None)


def _problems_of_ids(ids: list[str]) -> Iterator[str]:
    for spelled in ids:
        kind, colon, value = spelled.partition(":")
        known = f"[0-9a-f]{{{_DIGITS[kind]}}}" if kind in _DIGITS else None
        if not colon or _KIND.fullmatch(kind) is None:
            yield f"{_shown(spelled)} is not an identifier, kind:value"
        elif known is not None and re.fullmatch(known, value) is None:
            digits = f"{_DIGITS[kind]} digits of lower-case hexadecimal"
            yield f"the value of {kind} is {digits}, not {_shown(value)}"
        elif _VALUE.fullmatch(value) is None:
            yield f"the value of {kind} is not 1 to {MAX_VALUE} printable ASCII characters"
    for before, after in pairwise(ids):
        if kind_of(before) == kind_of(after):
            yield f"the identifier {kind_of(after)} is there twice"
        elif order_key(after) < order_key(before):
            yield f"the identifier {kind_of(after)} belongs before {kind_of(before)}"


def _shown(text: str) -> str:
    return f"'{text[:80]}'"


def _escape(found: re.Match[str]) -> str:
    byte = found[0]
    return f"\\{_LETTERS[byte]}" if byte in _LETTERS else f"\\{ord(byte):03o}"


def _unescape(found: re.Match[str]) -> str:
    return _BYTES[found[1]] if found[1] else chr(int(found[2], 8))
