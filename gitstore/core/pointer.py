"""The pointer: which objects, in which versions, make up a data path.

docs/pointer.md is the format. It has exactly one spelling: `dump(parse(files, name)) == files` for
whatever parses.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gitstore.core.errors import UPGRADE, FormatError
from gitstore.core.pointer_line import (
    MAX_KIND,
    MAX_LINE,
    MAX_VALUE,
    PLAIN,
    dump_line,
    parse_line,
    quote_path,
    unquote_path,
)
from gitstore.core.slices import FIRST, MAX_PLAIN, cut, file_of, is_sliced, opens
from gitstore.core.versions import Version

__all__ = [
    "MAX_ENTRIES",
    "MAX_FILE",
    "MAX_KIND",
    "MAX_LINE",
    "MAX_PLAIN",
    "MAX_VALUE",
    "Files",
    "Pointer",
    "dump",
    "dump_line",
    "parse",
    "parse_line",
    "parse_slice",
    "pointer",
    "quote_path",
    "sliced_source",
    "unquote_path",
]

Files = Mapping[str, bytes]
"""Contents by file name: `''` is the pointer file itself, others are relative to its slices."""

MAX_FILE = 64 << 20
"""Bytes of a pointer file or a slice."""
MAX_ENTRIES = 10_000_000

_FIRST_LINE = "git-storage pointer 1"
_FROM = "from "
_SLICED = "sliced"
_UNTIL = "until"
_SINGLE = "."
_FOREIGN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_MARKER = re.compile(r"(<{7,}|={7,}|>{7,}|\|{7,})( |$)")
_OTHER_VERSION = re.compile(r"git-storage pointer [0-9]+")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The objects that make up a data path. Built by `pointer`, which sorts and validates.

    Attributes:
        source: the `from` line: the storage's identity, `/`, and the prefix.
        entries: versions by path relative to the source, in the order of the file.
    """

    source: str
    entries: Mapping[str, Version]


@dataclass(frozen=True, slots=True)
class _Text:
    """One file being read.

    Attributes:
        source: its name as a user would type it.
        data_path: what it belongs to, for hints.
        lines: without their LF.
    """

    source: str
    data_path: str
    lines: list[str]

    def error(self, message: str, number: int | None = None) -> FormatError:
        """The error at a line, counted from 1; at a conflict marker, that it is one."""
        lines = [] if number is None else self.lines[number - 1 : number]
        if lines and _MARKER.match(lines[0]):
            message = f"the line is a conflict marker, '{lines[0][:7]}': an unresolved merge"
            hint = f"git storage resolve {shlex.quote(self.data_path)}"
            return FormatError(message, source=self.source, line=number, hint=hint)
        return FormatError(message, source=self.source, line=number)


def pointer(source: str, entries: Mapping[str, Version]) -> Pointer:
    """A pointer with its entries sorted, as a file can hold them.

    Args:
        source: the storage's identity, `/`, and the prefix; ends in `/` for a directory.
        entries: versions by path, in any order; `.` alone if the source is one object.

    Raises:
        FormatError: it cannot be written as a pointer; the message names the source.
    """
    problem = _source_problem(source) or _set_problem(source, entries)
    if problem is not None:
        raise FormatError(problem, source=source)
    for path, version in entries.items():
        line = dump_line(path, version)
        plain = PLAIN.fullmatch(line) is not None and len(line) <= MAX_LINE // 4
        same = plain and line.count("\t") == len(version.ids) + 1
        name = source if path == _SINGLE else source + quote_path(path)
        if not same and parse_line(line, name) != (path, version):
            raise FormatError("an identifier holds a TAB", source=name)
    return Pointer(source, {path: entries[path] for path in sorted(entries)})


def dump(pointer: Pointer) -> Files:
    """The files of a pointer.

    Raises:
        FormatError: a file would exceed its limit, or two opening paths share 64 bits of hash.
    """
    head = [_FIRST_LINE, _FROM + pointer.source]
    entries = pointer.entries
    if not is_sliced(len(entries)):
        lines = [dump_line(path, version) for path, version in entries.items()]
        return _checked_files(pointer.source, {"": _bytes(head + lines)})
    files = {"": _bytes([*head, _SLICED])}
    for each in cut(tuple(entries)):
        until = _UNTIL if each.until is None else f"{_UNTIL} {quote_path(each.until)}"
        if each.file in files:
            raise FormatError(
                f"{quote_path(each.paths[0])} shares the file of a slice with another object",
                source=pointer.source,
                hint="rename the object on the storage",
            )
        files[each.file] = _bytes([until, *(dump_line(path, entries[path]) for path in each.paths)])
    return _checked_files(pointer.source, files)


def parse(files: Files, name: str) -> Pointer:
    """The pointer that files hold.

    Args:
        files: the pointer file as `''`, and every file in the directory of its slices.
        name: the pointer file's name as a user would type it, e.g. `data/raw.storage`.

    Raises:
        FormatError: anything that `dump` would not have written, with the file and the line.
    """
    if "" not in files:
        raise FormatError("the pointer is missing", source=name, hint=_restore(name))
    main = _read(files[""], name, name)
    source = _head(main)
    if main.lines[2:3] == [_SLICED]:
        if len(main.lines) > 3:
            raise main.error("nothing follows 'sliced' in this file", 4)
        entries = _chained(files, name)
        if not is_sliced(len(entries)):
            message = f"only pointers of more than {MAX_PLAIN} objects are sliced"
            hint = f"git storage resolve {shlex.quote(main.data_path)}"
            raise FormatError(message, source=name, line=3, hint=hint)
    else:
        _nothing_else(files, {""}, name)
        entries = _entries(main, 3)
        if is_sliced(len(entries)):
            raise main.error(f"pointers of more than {MAX_PLAIN} objects are sliced")
    problem = _set_problem(source, entries)
    if problem is not None:
        raise main.error(problem)
    return Pointer(source, entries)


def sliced_source(content: bytes, name: str) -> str | None:
    """The source that a pointer file names whose entries are in slices; None if they are not.

    Args:
        content: of the pointer file itself.
        name: as `parse` takes it.

    Raises:
        FormatError: anything that `dump` would not have written.
    """
    main = _read(content, name, name)
    return _head(main) if main.lines[2:] == [_SLICED] else None


def parse_slice(
    content: bytes, name: str, file: str, opening: str | None
) -> tuple[dict[str, Version], str | None]:
    """The entries of one slice, and the path that opens the next one, None in the last.

    Args:
        content: of the slice.
        name: the pointer file's, as `parse` takes it.
        file: the slice's, relative to the directory of the slices.
        opening: the path that the slice before it promised; None for the first one.

    Raises:
        FormatError: anything that `dump` would not have written.
    """
    text = _read(content, name, f"{name}.d/{file}")
    until = _until(text)
    inside = _entries(text, 2)
    _check_slice(text, inside, opening, until)
    return inside, until


def _head(main: _Text) -> str:
    first = main.lines[0]
    if first.startswith(_BOM):
        raise main.error("the file begins with a byte order mark", 1)
    if first != _FIRST_LINE:
        if _OTHER_VERSION.fullmatch(first):
            message = f"this git storage reads '{_FIRST_LINE}', not '{first}'"
            raise FormatError(message, source=main.source, line=1, hint=UPGRADE)
        raise main.error(f"the first line is not '{_FIRST_LINE}'", 1)
    second = main.lines[1] if len(main.lines) > 1 else None
    if second is None:
        raise main.error("the line 'from' is missing")
    if not second.startswith(_FROM):
        raise main.error("the second line is not 'from' and a source", 2)
    source = second[len(_FROM) :]
    problem = _source_problem(source)
    if problem is not None:
        raise main.error(problem, 2)
    return source


def _chained(files: Files, name: str) -> dict[str, Version]:
    entries: dict[str, Version] = {}
    seen = {""}
    opening: str | None = None
    following: str | None = FIRST
    while following is not None:
        if following not in files:
            source = f"{name}.d/{following}"
            raise FormatError("the slice is missing", source=source, hint=_restore(name))
        inside, until = parse_slice(files[following], name, following, opening)
        entries.update(inside)
        if len(entries) > MAX_ENTRIES:
            raise FormatError(f"there are more than {MAX_ENTRIES} objects", source=name)
        seen.add(following)
        opening, following = until, None if until is None else file_of(until)
    _nothing_else(files, seen, name)
    return entries


def _until(text: _Text) -> str | None:
    word, space, path = text.lines[0].partition(" ")
    if word != _UNTIL:
        raise text.error("the first line of a slice is 'until' and the path of the next slice", 1)
    if not space:
        return None
    until = unquote_path(path, text.source, 1)
    if not opens(until):
        raise text.error(f"the path {path} opens no slice", 1)
    return until


def _check_slice(
    text: _Text, inside: dict[str, Version], opening: str | None, until: str | None
) -> None:
    paths = iter(inside)
    if opening is not None and next(paths, None) != opening:
        raise text.error(f"the slice does not begin with {quote_path(opening)}", 2)
    start = 2 if opening is None else 3
    for number, path in enumerate(paths, start):
        if opens(path):
            raise text.error(f"{quote_path(path)} belongs in a slice of its own", number)
    last = next(reversed(inside), opening)
    # Ever growing ends also mean that the chain of slices comes to an end.
    if until is not None and last is not None and last >= until:
        raise text.error(f"{quote_path(last)} is not before {quote_path(until)}", len(text.lines))


def _entries(text: _Text, start: int) -> dict[str, Version]:
    """The entries from line `start` (counted from 1) to the end."""
    entries: dict[str, Version] = {}
    plain = PLAIN.fullmatch
    lines = text.lines[start - 1 :]
    for number, line in enumerate(lines, start):
        if plain(line) is None:
            if "\t" not in line:
                raise text.error(_without_tab(line), number)
            name, version = parse_line(line, text.source, number)
            entries[name] = version
        else:
            path, size, *ids = line.split("\t")
            entries[path] = Version(int(size), tuple(ids))
    if len(entries) != len(lines) or any(a >= b for a, b in pairwise(entries)):
        raise _misplaced(text, start)
    return entries


def _misplaced(text: _Text, start: int) -> FormatError:
    before: str | None = None
    for number, line in enumerate(text.lines[start - 1 :], start):
        path, _ = parse_line(line, text.source, number)
        if path == before:
            return text.error(f"{quote_path(path)} is there twice", number)
        if before is not None and path < before:
            return text.error(f"{quote_path(path)} belongs before {quote_path(before)}", number)
        before = path
    return text.error("the entries are not sorted")


def _without_tab(line: str) -> str:
    if not line:
        return "the line is empty"
    if line == _SLICED or line.partition(" ")[0] == _UNTIL:
        return f"'{line[:80]}' does not belong here"
    return "the line is not an object: a path, TAB, a size, TAB, identifiers"


def _read(content: bytes, name: str, source: str) -> _Text:
    text = _Text(source, name.removesuffix(".storage"), [])
    if not content:
        raise FormatError("the file is empty", source=source, hint=_restore(name))
    if len(content) > MAX_FILE:
        raise text.error(f"the file is larger than {MAX_FILE} bytes")
    foreign = _FOREIGN.search(content)
    if foreign is not None:
        what = "a CR" if foreign[0] == b"\r" else f"the control character 0x{foreign[0].hex()}"
        raise FormatError(
            f"the line holds {what}", source=source, line=_line_at(content, foreign.start())
        )
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        line = _line_at(content, error.start)
        raise FormatError("the line is not UTF-8", source=source, line=line) from error
    if lines.pop():
        raise FormatError(
            "the last line is cut off", source=source, line=len(lines) + 1, hint=_restore(name)
        )
    # No character has more than four bytes: only then is it worth counting them.
    if max(map(len, lines)) > MAX_LINE // 4:
        for number, each in enumerate(lines, 1):
            if len(each.encode()) > MAX_LINE:
                message = f"the line is longer than {MAX_LINE} bytes"
                raise FormatError(message, source=source, line=number)
    return _Text(source, text.data_path, lines)


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _nothing_else(files: Iterable[str], known: set[str], name: str) -> None:
    others = sorted(set(files) - known)
    if others:
        source = f"{name}.d/{others[0]}"
        hint = f"rm {shlex.quote(source)}"
        raise FormatError("the file is no part of the pointer", source=source, hint=hint)


def _restore(name: str) -> str:
    return f"git restore {shlex.quote(name)}"


def _source_problem(source: str) -> str | None:
    if not source:
        return "the source is empty"
    if _CONTROL.search(source) is not None:
        return "the source holds a control character"
    if len(source.encode()) > MAX_LINE - len(_FROM):
        return f"the source is longer than {MAX_LINE - len(_FROM)} bytes"
    return None


def _set_problem(source: str, entries: Mapping[str, Version]) -> str | None:
    if len(entries) > MAX_ENTRIES:
        return f"there are more than {MAX_ENTRIES} objects"
    if not source.endswith("/") and any(path != _SINGLE for path in entries):
        return f"the source is one object (no / at its end), so the only path is '{_SINGLE}'"
    return None


def _bytes(lines: Iterable[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def _checked_files(source: str, files: Files) -> Files:
    if any(len(content) > MAX_FILE for content in files.values()):
        raise FormatError(f"a file would be larger than {MAX_FILE} bytes", source=source)
    return files
