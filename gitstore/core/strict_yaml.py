"""A strict subset of YAML as a tree of marked nodes; it makes nothing but str, int and bool.

The subset (`docs/manifest.md`): one document of mappings, lists and scalars; no aliases, anchors,
tags or directives; a scalar is on one line; `true`, `false` and decimal integers are what they
look like, any other plain scalar that YAML 1.1 or 1.2 would not read as a string must be quoted.
So every YAML reader reads the same values.

It works on the parser's events, not on composed nodes: limits hold before anything is built, and an
alias is refused where it stands instead of being expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.resolver import Resolver

from gitstore.core.errors import FormatError

MAX_BYTES = 1 << 20
MAX_DEPTH = 4
MAX_NODES = 100_000

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# NEL and the Unicode separators end a line in YAML 1.1 and nowhere else, so that line numbers would
# depend on the reader; a lone CR is a line end for some tools and a byte for others.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|\r(?!\n)"
)
_YAML_1_2_ONLY = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_STRING = "tag:yaml.org,2002:str"
_INT = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value on one line; `start` and `stop` are offsets into the text, `line` counts from 1.

    `value` is None only for an empty plain scalar (`key:` and nothing after it).
    """

    value: str | int | bool | None
    start: int
    stop: int
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. `stop` is where its last item, or its closing bracket, ends."""

    items: tuple[Node, ...]
    start: int
    stop: int
    line: int
    flow: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping with distinct string keys, in the order of the text."""

    entries: tuple[tuple[Scalar, Node], ...]
    start: int
    stop: int
    line: int
    flow: bool

    def get(self, name: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for key, value in self.entries if key.value == name), None)


Node = Scalar | Sequence | Mapping


def is_plain_string(text: str) -> bool:
    """Whether every YAML reader takes this for a string when it stands there without quotes.

    Only about its type (`yes`, `12`, `1:30` and `2023-01-01` are none), not about its syntax.
    """
    if not text or _YAML_1_2_ONLY.fullmatch(text):
        return False
    resolvers = Resolver.yaml_implicit_resolvers
    candidates = [*resolvers.get(text[0], []), *resolvers.get(None, [])]
    return not any(tag != _STRING and pattern.match(text) for tag, pattern in candidates)


def parse(text: str, source: str) -> Node | None:
    """The document's root, or None when there is nothing but comments.

    Args:
        source: the file's name, for errors.

    Raises:
        FormatError: not the strict subset, or larger than it allows.
    """
    _check_text(text, source)
    reader = _Reader(text, source)
    try:
        return reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise FormatError(f"not YAML: {error.problem}", source=source, line=line) from None
    except yaml.YAMLError:
        raise FormatError("not YAML", source=source) from None


def _check_text(text: str, source: str) -> None:
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise FormatError("is larger than 1 MiB", source=source, hint="is it the right file?")
    found = _REFUSED.search(text)
    if found:
        raise FormatError(
            f"the character U+{ord(found[0]):04X} is not allowed",
            source=source,
            line=text.count("\n", 0, found.start()) + 1,
        )


class _Reader:
    """Reads one document from the parser's events."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.nodes = 0

    def document(self) -> Node | None:
        root = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self._error("only one YAML document is allowed", event)
                if event.version or event.tags:
                    raise self._error("YAML directives are not allowed", event)
                root = self._node(next(self.events), 1)
        # `---` alone is an empty document, as is a file of comments.
        return None if isinstance(root, Scalar) and root.value is None else root

    def _node(self, event: Any, depth: int) -> Node:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise self._error("aliases (*name) are not allowed", event)
        if event.anchor is not None:
            raise self._error("anchors (&name) are not allowed", event)
        if event.tag is not None:
            raise self._error("tags (!name) are not allowed", event)
        if self.nodes > MAX_NODES:
            raise self._error(f"more than {MAX_NODES} values", event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise self._error("nested too deeply", event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        start, stop = event.start_mark, event.end_mark
        if event.style in ("|", ">") or start.line != stop.line:
            raise self._error("a value has to be on one line", event, hint="put it in quotes")
        value = event.value if event.style else self._plain(event)
        return Scalar(value, start.index, stop.index, start.line + 1)

    def _plain(self, event: Any) -> str | int | bool | None:
        text: str = event.value
        if text == "":
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.fullmatch(text):
            return int(text)
        if not is_plain_string(text):
            hint = f'write "{text}" if it is text, or true, false or a decimal number'
            raise self._error(f"'{text}' means different things to YAML readers", event, hint=hint)
        return text

    def _sequence(self, first: Any, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, depth + 1))
        flow = bool(first.flow_style)
        stop = event.end_mark.index if flow else items[-1].stop
        return Sequence(tuple(items), first.start_mark.index, stop, first.start_mark.line + 1, flow)

    def _mapping(self, first: Any, depth: int) -> Mapping:
        flow = bool(first.flow_style)
        entries: dict[str, tuple[Scalar, Node]] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, depth)
            value = self._node(next(self.events), depth + 1)
            name = str(key.value)
            if name in entries:
                known = entries[name][0].line
                raise self._error(f"'{name}' is already there in line {known}", event)
            entries[name] = (key, value)
        found = tuple(entries.values())
        stop = event.end_mark.index if flow else max(found[-1][0].stop, found[-1][1].stop)
        return Mapping(found, first.start_mark.index, stop, first.start_mark.line + 1, flow)

    def _key(self, event: Any, depth: int) -> Scalar:
        key = self._node(event, depth + 1)
        if not isinstance(key, Scalar) or not isinstance(key.value, str):
            raise self._error("a key has to be text", event, hint="put it in quotes")
        before = self.text[self.text.rfind("\n", 0, key.start) + 1 : key.start]
        if "?" in before and before.strip(" {,") == "?":
            raise self._error("keys with '?' are not allowed", event)
        return key

    def _error(self, message: str, event: Any, *, hint: str | None = None) -> FormatError:
        return FormatError(message, source=self.source, line=event.start_mark.line + 1, hint=hint)
