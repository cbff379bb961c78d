"""Editing a manifest by splicing its text, so that whatever was not meant stays byte for byte.

Every edit parses its result again and compares it with what was intended; a layout that cannot be
spliced (an entry in braces, for example) is an error and never a half-right file.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from dataclasses import fields, replace
from enum import Enum
from typing import Any, TypeVar

from gitstore.core import strict_yaml
from gitstore.core.errors import FormatError, UnknownName
from gitstore.core.manifest import EMPTY, NAME, DataPath, Manifest, StorageSpec, parse_manifest
from gitstore.core.strict_yaml import Mapping, Node, Scalar, Sequence
from gitstore.core.yaml_text import Lines, last_line, quoted, rendered

Value = str | bool | Seq[str] | None
"""What a key can be set to; None takes the key away."""

_Entry = TypeVar("_Entry", StorageSpec, DataPath)


def add_storage(text: str, spec: StorageSpec) -> str:
    """The text with one more storage, after the others.

    Raises:
        FormatError: the text is no manifest, or would be none, or cannot be spliced.
    """
    before = _parsed(text)
    if spec.name in before.storages:
        raise _stuck(f"storage '{spec.name}' is already there")
    wanted = Manifest({**before.storages, spec.name: spec}, before.data)
    return checked(_added(text, "storages", spec.name, _values(spec)), wanted)


def add_data_path(text: str, data_path: DataPath) -> str:
    """The text with one more data path, after the others. Raises as `add_storage` does."""
    before = _parsed(text)
    if data_path.path in before.data:
        raise _stuck(f"data path '{data_path.path}' is already there")
    wanted = Manifest(before.storages, {**before.data, data_path.path: data_path})
    return checked(_added(text, "data", data_path.path, _values(data_path)), wanted)


def remove_storage(text: str, name: str) -> str:
    """The text without a storage. Comments around it stay, those inside it go.

    Raises:
        UnknownName: there is no such storage.
        FormatError: as `add_storage` does, and if a data path still needs the storage.
    """
    before = _parsed(text)
    _entry(text, "storages", name)
    wanted = Manifest(_without(before.storages, name), before.data)
    return checked(_removed(text, "storages", name), wanted)


def remove_data_path(text: str, path: str) -> str:
    """The text without a data path. Raises as `remove_storage` does."""
    before = _parsed(text)
    _entry(text, "data", path)
    wanted = Manifest(before.storages, _without(before.data, path))
    return checked(_removed(text, "data", path), wanted)


def rename_data_path(text: str, old: str, new: str) -> str:
    """The text with a data path under another name, in the same place.

    Raises:
        UnknownName: there is no such data path.
        FormatError: as `add_storage` does.
    """
    before = _parsed(text)
    key, _ = _entry(text, "data", old)
    if new != old and new in before.data:
        raise _stuck(f"data path '{new}' is already there")
    data = {
        new if path == old else path: replace(entry, path=new) if path == old else entry
        for path, entry in before.data.items()
    }
    edited = text[: key.start] + quoted(new) + text[key.stop :]
    return checked(edited, Manifest(before.storages, data))


def set_value(text: str, section: str, name: str, key: str, value: Value) -> str:
    """The text with one key of one entry set, or taken away.

    Args:
        section: `storages` or `data`.
        name: the storage's name or the data path.
        key: one of the entry's keys.
        value: its new value; None or an empty list takes the key away.

    Raises:
        UnknownName: there is no such entry.
        FormatError: as `add_storage` does, and if the entry has no such key or value.
    """
    value = None if isinstance(value, list | tuple) and not value else value
    before = _parsed(text)
    _, entry = _entry(text, section, name)
    wanted = _intended(before, section, name, (key, value))
    if not isinstance(entry, Mapping):
        raise _stuck(f"the entry '{name}' is no mapping")
    node = entry.get(key)
    if node is None:
        edited = text if value is None else _with_key(text, entry, key, value)
    elif value is None:
        edited = _without_key(text, entry, key)
    elif isinstance(node, Sequence) and not node.flow and not isinstance(value, str | bool):
        edited = _with_items(text, node, value)
    else:
        edited = text[: node.start] + rendered(value) + text[node.stop :]
    return checked(edited, wanted)


def _parsed(text: str) -> Manifest:
    return EMPTY if strict_yaml.parse(text, NAME) is None else parse_manifest(text)


def checked(text: str, wanted: Manifest) -> str:
    """The text, if it says what was intended.

    Raises:
        FormatError: it says something else, or nothing that can be read.
    """
    found = parse_manifest(text)
    if found != wanted:
        raise _stuck("the layout cannot be edited without changing something else")
    return text


def _stuck(message: str) -> FormatError:
    return FormatError(message, source=NAME, hint=f"edit {NAME} by hand")


def _without(entries: Map[str, _Entry], name: str) -> dict[str, _Entry]:
    return {known: entry for known, entry in entries.items() if known != name}


def _intended(before: Manifest, section: str, name: str, keyed: tuple[str, Value]) -> Manifest:
    if section == "storages":
        spec = _changed(before.storages[name], keyed)
        return Manifest({**before.storages, name: spec}, before.data)
    entry = _changed(before.data[name], keyed)
    return Manifest(before.storages, {**before.data, name: entry})


def _changed(entry: _Entry, keyed: tuple[str, Value]) -> _Entry:
    key, value = keyed
    known: dict[str, Any] = {field.name: field.default for field in fields(entry)}
    if key not in known or key in ("name", "path"):
        raise _stuck(f"there is no key '{key}' here")
    default = known[key]
    final: Any
    if value is None:
        final = default
    elif isinstance(default, Enum):
        words = {member.value: member for member in type(default)}
        if value not in words:
            raise _stuck(f"'{key}' has to be one of: {', '.join(words)}")
        final = words[value]
    else:
        final = value if isinstance(value, str | bool) else tuple(value)
    return replace(entry, **{key: final})


def _values(entry: StorageSpec | DataPath) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.name not in ("name", "path") and value != field.default:
            values[field.name] = value.value if isinstance(value, Enum) else value
    return values


def _root(text: str) -> Mapping | None:
    root = strict_yaml.parse(text, NAME)
    if root is not None and (not isinstance(root, Mapping) or root.flow):
        raise _stuck("the manifest is written in braces and cannot be spliced")
    return root


def _entry(text: str, section: str, name: str) -> tuple[Scalar, Node]:
    root = _root(text)
    entries = None if root is None else root.get(section)
    if isinstance(entries, Mapping):
        for key, node in entries.entries:
            if key.value == name:
                return key, node
    word = "storage" if section == "storages" else "data path"
    raise UnknownName(f"there is no {word} '{name}'", hint="'git storage ls' lists them")


def _added(text: str, section: str, name: str, values: Map[str, Value]) -> str:
    lines = Lines.of(text)
    root = _root(text)
    if root is None:
        lines = lines.appended("version: 1")
        root = _root(lines.text)
    node = None if root is None else root.get(section)
    if node is None:
        base = "" if root is None else lines.indent(root.start)
        block = [f"{base}{section}:", *_block(name, values, base + "  ", "  ")]
        return lines.appended(*block).text
    if isinstance(node, Mapping) and not node.flow:
        indent = lines.indent(node.start)
        block = _block(name, values, indent, _step(lines, node))
        return lines.inserted(last_line(node, lines.text), block).text
    if isinstance(node, Mapping) and node.entries:
        raise _stuck(f"'{section}' is written in braces and cannot be spliced")
    # `section:` or `section: {}`: the line stays, with its comment, and gets its first entry.
    bare = Lines.of(lines.text[: node.start].rstrip(" ") + lines.text[node.stop :])
    base = bare.indent(root.start if root else 0)
    block = _block(name, values, base + "  ", "  ")
    return bare.inserted(bare.number(node.start - 1), block).text


def _step(lines: Lines, section: Mapping) -> str:
    outer = lines.indent(section.start)
    for _, entry in section.entries:
        if isinstance(entry, Mapping) and not entry.flow:
            return lines.indent(entry.start)[len(outer) :]
    return "  "


def _block(name: str, values: Map[str, Value], indent: str, step: str) -> list[str]:
    head = f"{indent}{quoted(name)}:"
    return [head, *(f"{indent}{step}{key}: {rendered(value)}" for key, value in values.items())]


def _removed(text: str, section: str, name: str) -> str:
    key, node = _entry(text, section, name)
    lines = Lines.of(text)
    if text[: key.start].rpartition("\n")[2].strip(" "):
        raise _stuck(f"'{section}' is written in braces and cannot be spliced")
    return lines.removed(lines.number(key.start), last_line(node, text, key)).text


def _with_key(text: str, entry: Mapping, key: str, value: Value) -> str:
    if entry.flow:
        raise _stuck("the entry is written in braces and cannot be spliced")
    lines = Lines.of(text)
    line = f"{lines.indent(entry.start)}{key}: {rendered(value)}"
    return lines.inserted(last_line(entry, text), [line]).text


def _without_key(text: str, entry: Mapping, name: str) -> str:
    if entry.flow:
        raise _stuck("the entry is written in braces and cannot be spliced")
    lines = Lines.of(text)
    key, node = next(pair for pair in entry.entries if pair[0].value == name)
    return lines.removed(lines.number(key.start), last_line(node, text, key)).text


def _with_items(text: str, node: Sequence, items: Seq[str]) -> str:
    lines = Lines.of(text)
    first, last = lines.number(node.start), last_line(node, text)
    # An item that stays keeps its line, and with it its comment.
    kept = {
        item.value: lines.line(lines.number(item.start))
        for item in node.items
        if isinstance(item, Scalar)
    }
    indent = lines.indent(node.start)
    block = [kept.get(item, f"{indent}- {quoted(item)}") for item in items]
    return lines.removed(first, last).inserted(first - 1, block).text
