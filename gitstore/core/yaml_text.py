"""Writing YAML text: strings that read back as themselves, and lines that can be spliced."""

from __future__ import annotations

import re
from collections.abc import Sequence as Seq
from dataclasses import dataclass

from gitstore.core.strict_yaml import Mapping, Node, Scalar, Sequence, is_plain_string

_PLAIN = re.compile(r"[A-Za-z0-9./_](?:[A-Za-z0-9./_:@+=~%*-]*[A-Za-z0-9./_@+=~%*-])?")
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def quoted(text: str) -> str:
    """The string as YAML: as it is where every reader takes it so, else in double quotes."""
    if _PLAIN.fullmatch(text) and is_plain_string(text) and not text.startswith("..."):
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def rendered(value: str | bool | Seq[str] | None) -> str:
    """A value as YAML on one line; a list in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join('"' + "".join(map(_escaped, item)) + '"' for item in value or ()) + "]"


def last_line(node: Node, text: str, key: Scalar | None = None) -> int:
    """The number of the line, from 0, in which a node ends; without the comments after it."""
    stop = node.stop
    if isinstance(node, Scalar) and node.value is None and key is not None:
        stop = key.stop
    elif isinstance(node, Sequence | Mapping) and not node.flow:
        stop = _content_stop(node)
    return text.count("\n", 0, stop)


@dataclass(frozen=True, slots=True)
class Lines:
    """A text by lines; `eol` is the ending of its first line, and of every line that is added."""

    text: str
    eol: str

    @staticmethod
    def of(text: str) -> Lines:
        """The lines of a text; without any line, lines end in LF."""
        first = text.partition("\n")[0]
        return Lines(text, "\r\n" if first.endswith("\r") else "\n")

    def number(self, index: int) -> int:
        """The number of the line, from 0, that holds an offset of the text."""
        return self.text.count("\n", 0, index)

    def indent(self, index: int) -> str:
        """The blanks before an offset's column: what an entry beside it has to begin with."""
        return " " * (index - self.text.rfind("\n", 0, index) - 1)

    def line(self, number: int) -> str:
        """One line, without its ending."""
        return self._split()[number].rstrip("\r\n")

    def inserted(self, after: int, block: Seq[str]) -> Lines:
        """With lines after line `after` (-1: at the beginning)."""
        lines = self._split()
        if lines[: after + 1] and not lines[after].endswith("\n"):
            lines[after] += self.eol
        added = [line + self.eol for line in block]
        return Lines("".join([*lines[: after + 1], *added, *lines[after + 1 :]]), self.eol)

    def appended(self, *block: str) -> Lines:
        """With lines at the end."""
        return self.inserted(len(self._split()) - 1, block)

    def removed(self, first: int, last: int) -> Lines:
        """Without the lines from `first` to `last`, both included."""
        lines = self._split()
        return Lines("".join([*lines[:first], *lines[last + 1 :]]), self.eol)

    def _split(self) -> list[str]:
        # Not splitlines: it would also break at characters that are none of YAML's line ends.
        return re.findall(r"[^\n]*\n|[^\n]+", self.text)


def _content_stop(node: Sequence | Mapping) -> int:
    if node.flow:
        return node.stop
    if isinstance(node, Sequence):
        last: Node = node.items[-1]
        key = None
    else:
        key, last = node.entries[-1]
    if isinstance(last, Scalar):
        return key.stop if last.value is None and key is not None else last.stop
    return _content_stop(last)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"
