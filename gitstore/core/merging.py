"""Merging pointers object by object.

An object that one side left alone is as the other side has it. Where both sides changed an object
and do not name the same bytes, that is a conflict, which nobody but the user or the storage can
settle: no line is ever made up. `merge_entries` is symmetric, but for which side is called "ours".

The merge driver of git sees one file at a time. `merge_files` merges a file only where this is sure
to give what merging whole pointers gives: all three sides agree on what holds the file in its
place, that is on `from` and `sliced`, or on the slice's opening path and `until`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gitstore.core.errors import FormatError
from gitstore.core.pointer import Pointer, parse
from gitstore.core.pointer_line import dump_line, parse_line, unquote_path
from gitstore.core.slices import FIRST, file_of, opens
from gitstore.core.versions import CONTENT_KINDS, Same, Version, compare, kind_of, order_key

_UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Conflict:
    """An object that both sides changed, each in its own way; None where a side has it not."""

    path: str
    base: Version | None
    ours: Version | None
    theirs: Version | None


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging gave.

    Attributes:
        entries: the objects that are settled, sorted by path.
        conflicts: the others, sorted by path.
    """

    entries: Mapping[str, Version]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class FileMerge:
    """What merging one file of a pointer gave.

    Attributes:
        content: the merged file; None leaves a conflict.
        shown: base, ours and theirs with everything settled that could be, for conflict markers.
    """

    content: bytes | None
    shown: tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file of a pointer.

    Attributes:
        head: the lines before the entries.
        opening: the path that opens this slice; None in the first one and in the pointer itself.
        entries: sorted by path.
    """

    head: tuple[str, ...]
    opening: str | None
    entries: Mapping[str, Version]


def merge_entries(
    base: Mapping[str, Version] | None, ours: Mapping[str, Version], theirs: Mapping[str, Version]
) -> Merged:
    """Merge the entries of pointers that have one source.

    Args:
        base: what both sides come from; None if that is not known, and then every object in which
            the sides differ is in conflict.
    """
    known = base or {}
    entries: dict[str, Version] = {}
    conflicts: list[Conflict] = []
    for path in sorted({*known, *ours, *theirs}):
        each = Conflict(path, known.get(path), ours.get(path), theirs.get(path))
        settled = _same(each) if base is None else _settled(each)
        if settled is None:
            conflicts.append(each)
        else:
            entries.update((path, version) for version in settled)
    return Merged(entries, tuple(conflicts))


def merge_files(base: bytes, ours: bytes, theirs: bytes, name: str) -> FileMerge:
    """Merge one file of a pointer: the pointer itself, or a slice.

    Args:
        name: the file, as `data/raw.storage` or `data/raw.storage.d/a1/b79f0874be04b9`.
    """
    texts = (base, ours, theirs)
    try:
        pieces = [_piece(text, name) for text in texts]
    except FormatError:
        return FileMerge(None, texts)
    first = pieces[0]
    if any((each.head, each.opening) != (first.head, first.opening) for each in pieces):
        return FileMerge(None, texts)
    merged = merge_entries(*(each.entries for each in pieces))
    if merged.conflicts:
        return FileMerge(None, _shown(first.head, merged))
    content = _text(first.head, merged.entries)
    try:
        _piece(content, name)
    except FormatError:  # the objects of both sides together are too many for one file
        return FileMerge(None, texts)
    return FileMerge(content, (content, content, content))


def resettled(files: Mapping[str, bytes], name: str) -> Pointer | None:
    """The pointer in slices that were merged one by one until they were too few to be slices.

    Git merges slices that only one side changed without asking, so nobody has counted them all.

    Args:
        files: as `pointer.parse` takes them.

    Returns:
        The pointer, or None if something else is wrong with the files.
    """
    main = files.get("", b"").decode(errors="replace").split("\n")
    if main[2:] != ["sliced", ""]:
        return None
    entries: dict[str, Version] = {}
    try:
        for file, content in files.items():
            if file:
                entries.update(_piece(content, f"{name}.d/{file}").entries)
        plain = [*main[:2], *(dump_line(path, entries[path]) for path in sorted(entries)), ""]
        found = parse({"": "\n".join(plain).encode()}, name)
        whole = _chain(files) == sorted(entries)
    except FormatError:
        return None
    return found if whole else None


def _chain(files: Mapping[str, bytes]) -> list[str] | None:
    """The paths of all slices in the order of their chain, or None if it is broken."""
    paths: list[str] = []
    following: str | None = FIRST
    left = {file: content for file, content in files.items() if file}
    while following is not None and following in left:
        piece = _piece(left.pop(following), f"/{following}")
        paths += piece.entries
        until = piece.head[0].removeprefix(_UNTIL).removeprefix(" ")
        following = file_of(unquote_path(until, following, 1)) if until else None
    return None if left or following is not None else paths


def _settled(each: Conflict) -> tuple[Version, ...] | None:
    """The versions, one or none, that an object has after the merge; None if it is in conflict."""
    if each.ours == each.base:
        return _some(each.theirs)
    if each.theirs == each.base:
        return _some(each.ours)
    return _same(each)


def _same(each: Conflict) -> tuple[Version, ...] | None:
    if each.ours == each.theirs:
        return _some(each.ours)
    if each.ours is None or each.theirs is None:
        return None
    if compare(each.ours, each.theirs) is not Same.EQUAL:
        return None
    return (united(each.ours, each.theirs),)


def _some(version: Version | None) -> tuple[Version, ...]:
    return () if version is None else (version,)


def united(a: Version, b: Version) -> Version:
    """Two descriptions of the same bytes at one place as one, whichever comes first.

    Place ids are only mixed where they do not contradict each other: bytes that were written twice
    have two ETags, and a line with the ETag of one and the version of the other names neither.
    """
    content = {kind_of(i): i for i in (*a.ids, *b.ids) if kind_of(i) in CONTENT_KINDS}
    left, right = _place_ids(a), _place_ids(b)
    if any(left[kind] != right[kind] for kind in left.keys() & right.keys()):
        place = max(left, right, key=lambda ids: (len(ids), sorted(ids.values())))
    else:
        place = left | right
    ids = sorted({**content, **place}.values(), key=order_key)
    return Version(a.size, tuple(ids))


def _place_ids(version: Version) -> dict[str, str]:
    return {kind_of(i): i for i in version.ids if kind_of(i) not in CONTENT_KINDS}


def _piece(content: bytes, name: str) -> _Piece:
    """One file of a pointer.

    Raises:
        FormatError: it is not a file that `pointer.dump` could have written under this name.
    """
    if not content.startswith(_UNTIL.encode()):
        main = content.decode(errors="replace").split("\n")
        if main[2:] == ["sliced", ""]:
            return _Piece(tuple(main[:3]), None, {})
        whole = parse({"": content}, name)
        return _Piece(tuple(main[:2]), None, whole.entries)
    return _slice(content, name)


def _slice(content: bytes, name: str) -> _Piece:
    text = content.decode("utf-8", "surrogateescape")
    head, *lines = text.removesuffix("\n").split("\n")
    parsed = [parse_line(line, name, number) for number, line in enumerate(lines, 2)]
    entries = dict(parsed)
    opening = next(iter(entries), None)
    if opening is None or not opens(opening):
        opening = None
    file = FIRST if opening is None else file_of(opening)
    sound = (
        _text((head,), entries) == content
        and all(a < b for a, b in pairwise(path for path, _ in parsed))
        and sum(map(opens, entries)) == (opening is not None)
        and name.endswith(f"/{file}")
    )
    if not sound or (head != _UNTIL and not _ends_before(head, entries, name)):
        raise FormatError("the file is not a slice of a pointer", source=name)
    return _Piece((head,), opening, entries)


def _ends_before(head: str, entries: Mapping[str, Version], name: str) -> bool:
    until = unquote_path(head.removeprefix(_UNTIL + " "), name, 1)
    return head.startswith(_UNTIL + " ") and opens(until) and all(path < until for path in entries)


def _text(head: Iterable[str], entries: Mapping[str, Version]) -> bytes:
    lines = [*head, *(dump_line(path, version) for path, version in entries.items())]
    return "".join(line + "\n" for line in lines).encode(errors="surrogateescape")


def _shown(head: Iterable[str], merged: Merged) -> tuple[bytes, bytes, bytes]:
    base = {each.path: each.base for each in merged.conflicts}
    ours = {each.path: each.ours for each in merged.conflicts}
    theirs = {each.path: each.theirs for each in merged.conflicts}
    return (
        _text(head, _with(merged.entries, base)),
        _text(head, _with(merged.entries, ours)),
        _text(head, _with(merged.entries, theirs)),
    )


def _with(
    entries: Mapping[str, Version], others: Mapping[str, Version | None]
) -> dict[str, Version]:
    found = {path: version for path, version in others.items() if version is not None}
    together = {**entries, **found}
    return {path: together[path] for path in sorted(together)}
