"""Merging manifests entry by entry, where git's merge of lines finds a conflict.

Two storages that two branches append are such a conflict to git, and none to anybody else. What one
side did to storages and data paths is done to the other side's text, by the same splices that made
it; so that no comment is lost, only if these splices are all that this side did.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import fields, replace
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from gitstore.core.errors import StorageError
from gitstore.core.manifest import EMPTY, DataPath, Manifest, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    Value,
    add_data_path,
    add_storage,
    remove_data_path,
    remove_storage,
    set_value,
)

_E = TypeVar("_E", StorageSpec, DataPath)
_Data = Map[str, DataPath]
_Entry = StorageSpec | DataPath
_Edit = Callable[[str], str]


def merge_manifests(base: str, ours: str, theirs: str) -> str | None:
    """The text with the changes of both sides, or None if that is for a person to do.

    That is: if both sides changed one entry, if a side did more than changing entries (a comment,
    the order), if the entries of both do not go together, or if a text is no manifest. An empty
    text is a manifest that is not there yet.
    """
    texts = (base, ours, theirs)
    try:
        manifests = [parse_manifest(text) if text else EMPTY for text in texts]
        was, mine, yours = manifests
        if _changed(was, mine) & _changed(was, yours):
            return None
        if _edited(base, was, yours) == theirs:
            return _edited(ours, was, yours)
        if _edited(base, was, mine) == ours:
            return _edited(theirs, was, mine)
    except StorageError:
        return None
    return None


def says_both(base: str, ours: str, theirs: str, merged: str) -> bool:
    """Whether a merged text says of each entry what the two sides say together, value by value.

    Lines can go together where entries do not: an entry that one side removes and the other moves
    is there again. One that a side renames is followed.

    Raises:
        FormatError: a text is no manifest.
    """
    sides = [parse_manifest(text) if text else EMPTY for text in (base, ours, theirs)]
    found = parse_manifest(merged)
    try:
        storages = _united(*(side.storages for side in sides))
        data = _united(*_followed(*(side.data for side in sides)))
    except ValueError:
        return False
    return (storages, data) == (found.storages, found.data)


def _united(base: Map[str, _E], ours: Map[str, _E], theirs: Map[str, _E]) -> dict[str, _E]:
    found: dict[str, _E] = {}
    for name in dict.fromkeys((*base, *ours, *theirs)):
        entry = _together(base.get(name), ours.get(name), theirs.get(name))
        if entry is not None:
            found[name] = entry
    return found


def _together(base: _E | None, ours: _E | None, theirs: _E | None) -> _E | None:
    """One entry; raises `ValueError` where the sides say different things."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if base is None or ours is None or theirs is None:
        raise ValueError
    values: dict[str, Any] = {}
    for field in fields(base):
        was, mine, yours = (getattr(each, field.name) for each in (base, ours, theirs))
        if was not in (mine, yours) and mine != yours:
            raise ValueError
        values[field.name] = yours if mine == was else mine
    return replace(base, **values)


def _followed(base: _Data, ours: _Data, theirs: _Data) -> tuple[_Data, _Data, _Data]:
    """The same data paths, with the names that a side has given them on all sides."""
    base, theirs = _renamed(base, ours, theirs)
    base, ours = _renamed(base, theirs, ours)
    return base, ours, theirs


def _renamed(base: _Data, side: _Data, other: _Data) -> tuple[_Data, _Data]:
    new = {path: data for path, data in side.items() if path not in base and path not in other}
    for path, data in base.items():
        if path in side or path not in other:
            continue
        to = next((to for to, one in new.items() if replace(one, path=path) == data), None)
        if to is not None:
            base, other = _under(base, path, to), _under(other, path, to)
    return base, other


def _under(entries: _Data, path: str, to: str) -> _Data:
    return {
        to if p == path else p: replace(d, path=to) if p == path else d for p, d in entries.items()
    }


def _changed(before: Manifest, after: Manifest) -> set[tuple[str, str]]:
    found = set()
    for section, was, now in (
        ("storages", before.storages, after.storages),
        ("data", before.data, after.data),
    ):
        names = {*was, *now}
        found |= {(section, name) for name in names if was.get(name) != now.get(name)}
    return found


def _edited(text: str, before: Manifest, after: Manifest) -> str:
    """The text with what leads from one manifest to the other done to it.

    Raises:
        StorageError: it cannot be done to this text.
    """
    for edit in _edits(before, after):
        text = edit(text)
    return text


def _edits(before: Manifest, after: Manifest) -> Iterator[_Edit]:
    # In this order a data path has a storage at every moment, and room where it goes.
    for name in _missing(before.data, after.data):
        yield partial(remove_data_path, path=name)
    for name in _missing(after.storages, before.storages):
        yield partial(add_storage, spec=after.storages[name])
    for name, spec in after.storages.items():
        if name in before.storages:
            yield from _settings("storages", name, before.storages[name], spec)
    for name, entry in after.data.items():
        if name in before.data:
            yield from _settings("data", name, before.data[name], entry)
    for name in _missing(after.data, before.data):
        yield partial(add_data_path, data_path=after.data[name])
    for name in _missing(before.storages, after.storages):
        yield partial(remove_storage, name=name)


def _missing(of: Iterable[str], where: Container[str]) -> list[str]:
    return [name for name in of if name not in where]


def _settings(section: str, name: str, before: _Entry, after: _Entry) -> Iterator[_Edit]:
    for field in fields(after):
        value = getattr(after, field.name)
        if value != getattr(before, field.name):
            spelled: Value = value.value if isinstance(value, Enum) else value
            if value == field.default:
                spelled = None
            yield partial(set_value, section=section, name=name, key=field.name, value=spelled)
