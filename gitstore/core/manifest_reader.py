"""Reading a manifest: from the strict YAML tree to the values, every error with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from gitstore.core import data_path, strict_yaml, url_text
from gitstore.core.errors import UPGRADE, BadUrl, FormatError
from gitstore.core.guessing import closest
from gitstore.core.manifest import Access, DataPath, Manifest, Mode, StorageSpec, Track
from gitstore.core.strict_yaml import Mapping, Node, Scalar, Sequence
from gitstore.core.urls import SCHEMES

MAX_ENTRIES = 10_000
MAX_PATTERNS = 1_000
MAX_TEXT = 4_096

OPTION = re.compile(r"[a-z][a-z0-9_-]{0,31}=.+")
STORAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STORAGE_KEYS = (
    *("url", "endpoint", "region", "account", "anonymous", "description", "provider", "options"),
)
_DATA_KEYS = ("storage", "prefix", "mode", "access", "include", "exclude", "track")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_SECRET_KEYS = re.compile(
    r"secret|passw|token|credential|key|profile|login|user|auth|sas$|command|exec|program|config",
    re.IGNORECASE,
)
_NO_OPTION = re.compile(
    rf"{_SECRET_KEYS.pattern}|shell|plugin|module|helper|hook|script|identity|proxy|env|file",
    re.IGNORECASE,
)
_Choice = TypeVar("_Choice", bound=Enum)


def read(text: str, source: str) -> Manifest:
    """The manifest that a text describes.

    Raises:
        FormatError: it does not follow the specification; with the line.
    """
    root = strict_yaml.parse(text, source)
    if root is None:
        raise FormatError(
            "is empty", source=source, hint="write the line 'version: 1', or remove it"
        )
    return _Reader(source).manifest(root)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: str

    def error(self, message: str, node: Node, hint: str | None = None) -> FormatError:
        return FormatError(message, source=self.source, line=node.line, hint=hint)

    def manifest(self, root: Node) -> Manifest:
        # Before anything else, because another version may have other keys.
        named = self.mapping(root, "the manifest", None)
        self.version(named.get("version"), named)
        top = self.mapping(root, "the manifest", ("version", "storages", "data"))
        storages, data = self.section(top, "storages"), self.section(top, "data")
        if len(storages) + len(data) > MAX_ENTRIES:
            raise self.error(f"more than {MAX_ENTRIES} storages and data paths", top)
        specs = {spec.name: spec for spec in (self.storage(k, v) for k, v in storages)}
        paths = {entry.path: entry for entry in (self.data(k, v, specs) for k, v in data)}
        lines = {str(key.value): key for key, _ in data}
        self.check_nesting(lines)
        self.check_keys(specs, paths.values(), lines)
        return Manifest(MappingProxyType(specs), MappingProxyType(paths))

    def version(self, node: Node | None, top: Mapping) -> None:
        if node is None:
            raise self.error("has no version", top, "add the line 'version: 1'")
        number = node.value if isinstance(node, Scalar) else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise self.error("the version is not 1", node, "write the line 'version: 1'")
        if number > 1:
            told = f"the version is {number}, and this git storage reads version 1"
            raise self.error(told, node, UPGRADE)

    def section(self, top: Mapping, name: str) -> tuple[tuple[Scalar, Node], ...]:
        node = top.get(name)
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return ()
        return self.mapping(node, f"'{name}'", None).entries

    def mapping(self, node: Node, what: str, keys: tuple[str, ...] | None) -> Mapping:
        if not isinstance(node, Mapping):
            raise self.error(f"{what} has to be a mapping of names to values", node)
        for key, _ in node.entries if keys is not None else ():
            if key.value not in (keys or ()):
                raise self.unknown(str(key.value), keys or (), key)
        return node

    def unknown(self, name: str, keys: Iterable[str], node: Node) -> FormatError:
        close = closest(name, keys)
        hint = f"the keys here are {', '.join(keys)}"
        if close:
            hint = f"did you mean '{close}'?"
        elif _SECRET_KEYS.search(name):
            hint = (
                "a manifest holds no secrets, profiles or commands; "
                "'git storage login' keeps credentials outside the repository"
            )
        shown = "a key" if url_text.has_secret(name) else f"the key '{name[:80]}'"
        return self.error(f"{shown} is not known here", node, hint)

    def storage(self, key: Scalar, node: Node) -> StorageSpec:
        name = str(key.value)
        if not STORAGE_NAME.fullmatch(name):
            hint = "letters, digits, '.', '_' and '-', at most 64, beginning with a letter or digit"
            raise self.error("a storage's name has odd characters or is too long", key, hint)
        entry = self.mapping(node, f"storage '{name}'", _STORAGE_KEYS)
        url = self.text(entry, "url")
        if url is None:
            raise self.error(f"storage '{name}' has no url", key, "add the line 'url: ...'")
        spec = StorageSpec(
            name,
            url,
            self.text(entry, "endpoint"),
            self.text(entry, "region"),
            self.text(entry, "account"),
            self.anonymous(entry),
            self.text(entry, "description"),
            self.provider(entry),
            self.options(entry),
        )
        try:
            spec.place()
        except BadUrl as error:
            raise self.error(error.message, entry.get("url") or key, error.hint) from None
        return spec

    def provider(self, entry: Mapping) -> str | None:
        name = self.text(entry, "provider")
        if name in SCHEMES:
            raise self.error(f"the provider {name} is built in", entry, "leave 'provider:' out")
        return name

    def options(self, entry: Mapping) -> tuple[str, ...]:
        node = entry.get("options")
        if node is None:
            return ()
        if entry.get("provider") is None:
            told = "options are for the provider of a package, and none is named"
            raise self.error(told, node, "write the line 'provider: NAME', or leave them out")
        if not isinstance(node, Sequence):
            hint = 'for example options: ["zone=blue"]'
            raise self.error("'options' has to be a list", node, hint)
        texts = tuple(self.string(item, "an option") for item in node.items)
        names = [text.partition("=")[0] for text in texts]
        for text, name in zip(texts, names, strict=True):
            if not OPTION.fullmatch(text) or names.count(name) > 1:
                raise self.error("an option is not NAME=VALUE, or is given twice", node)
            if _NO_OPTION.search(name):
                hint = "the user's own configuration has that; 'git storage login' keeps secrets"
                raise self.error(f"no option is called '{name}'", node, hint)
        return texts

    def anonymous(self, entry: Mapping) -> bool:
        node = entry.get("anonymous")
        if node is None:
            return False
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            raise self.error("'anonymous' has to be true or false", node)
        return node.value

    def data(self, key: Scalar, node: Node, specs: dict[str, StorageSpec]) -> DataPath:
        path = str(key.value)
        problem = data_path.problem(path)
        if url_text.has_secret(path):
            raise self.error("a data path holds what looks like a secret", key)
        if problem:
            raise self.error(f"the data path {_quoted(path)} {problem}", key)
        entry = self.mapping(node, f"data path '{path}'", _DATA_KEYS)
        storage = self.text(entry, "storage")
        if storage is None:
            raise self.error(f"data path '{path}' has no storage", key, "add 'storage: NAME'")
        if storage not in specs:
            where = entry.get("storage") or key
            close = closest(storage, specs)
            hint = f"did you mean '{close}'?" if close else "describe it below 'storages:'"
            raise self.error(f"there is no storage {_quoted(storage)}", where, hint)
        return DataPath(
            path,
            storage,
            self.prefix(entry),
            self.choice(entry, "mode", Mode.COPY),
            self.choice(entry, "access", Access.WRITE),
            self.patterns(entry, "include"),
            self.patterns(entry, "exclude"),
            self.choice(entry, "track", Track.POINTER),
        )

    def prefix(self, entry: Mapping) -> str:
        node = entry.get("prefix")
        if node is None:
            return ""
        text = self.string(node, "'prefix'", shortest=0)
        problem = prefix_problem(text)
        if problem:
            raise self.error(f"the prefix {_quoted(text)} {problem}", node)
        return text

    def choice(self, entry: Mapping, name: str, default: _Choice) -> _Choice:
        node = entry.get(name)
        if node is None:
            return default
        words: dict[object, _Choice] = {member.value: member for member in type(default)}
        if not isinstance(node, Scalar) or node.value not in words:
            raise self.error(f"'{name}' has to be one of: {', '.join(map(str, words))}", node)
        return words[node.value]

    def patterns(self, entry: Mapping, name: str) -> tuple[str, ...]:
        node = entry.get(name)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            raise self.error(f"'{name}' has to be a list", node, f'for example {name}: ["*.fits"]')
        if len(node.items) > MAX_PATTERNS:
            raise self.error(f"'{name}' has more than {MAX_PATTERNS} patterns", node)
        return tuple(self.string(item, f"a pattern of '{name}'") for item in node.items)

    def text(self, entry: Mapping, name: str) -> str | None:
        node = entry.get(name)
        return None if node is None else self.string(node, f"'{name}'")

    def string(self, node: Node, what: str, *, shortest: int = 1) -> str:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            raise self.error(f"{what} has to be text", node, "put it in quotes")
        if not shortest <= len(node.value) <= MAX_TEXT:
            raise self.error(f"{what} has to be {shortest} to {MAX_TEXT} characters long", node)
        if _CONTROL.search(node.value):
            raise self.error(f"{what} holds a control character", node)
        if url_text.has_secret(node.value):
            raise self.error(
                f"{what} holds what looks like a secret",
                node,
                "take it out, and make it invalid if it was ever committed; "
                "'git storage login' keeps secrets outside the repository",
            )
        return node.value

    def check_nesting(self, lines: dict[str, Scalar]) -> None:
        found = data_path.nested(lines)
        if found:
            inside, outside = found
            raise self.error(f"data path '{inside}' is inside '{outside}'", lines[inside])

    def check_keys(
        self,
        specs: dict[str, StorageSpec],
        entries: Iterable[DataPath],
        lines: dict[str, Scalar],
    ) -> None:
        # Rule Sc4, by place and not by name: two storages may be one bucket. In sorted order, what
        # a prefix contains follows it directly, so that neighbours tell.
        roots = {name: spec.place().identity + "/" for name, spec in specs.items()}
        keys = sorted(
            (roots[entry.storage] + entry.prefix, entry.path)
            for entry in entries
            if entry.access is Access.WRITE
        )
        for (one, first), (other, second) in pairwise(keys):
            if one == other or (one.endswith("/") and other.startswith(one)):
                raise self.error(
                    f"data paths '{first}' and '{second}' would write the same objects",
                    lines[second],
                    "write 'access: read' for one of them, or give them separate prefixes",
                )


def prefix_problem(prefix: str) -> str | None:
    """Why this cannot be a data path's prefix, as the end of a sentence; None if it can."""
    if prefix.startswith("/"):
        return "begins with a slash; it is relative to the storage's url"
    if _CONTROL.search(prefix):
        return "holds a control character"
    parts = prefix.removesuffix("/").split("/") if prefix else []
    if any(part in ("", ".", "..") for part in parts):
        return "has an empty part, '.' or '..'"
    return None


def _quoted(text: str) -> str:
    return "given" if url_text.has_secret(text) else f"'{_CONTROL.sub('?', text)[:200]}'"
