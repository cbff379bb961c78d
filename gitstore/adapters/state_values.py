"""What the state of a work tree keeps for `sync` and `undo`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitstore.core.versions import Version


@dataclass(frozen=True, slots=True)
class Intent:
    """An upload that may have happened.

    Attributes:
        key: the storage's key.
        sha256: of the bytes.
        size: in bytes.
        expected: the version that was to be replaced; None for a new object.
    """

    key: str
    sha256: str
    size: int
    expected: Version | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that an operation did, as far as undo needs to know.

    Attributes:
        data_path: relative to the top level; `''` for the project as a whole.
        kind: what was done.
        path: the object or file.
        detail: plain values, kept as JSON.
    """

    data_path: str
    kind: str
    path: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that undo knows about.

    Attributes:
        number: later ones are larger.
        verb: the command.
        argv: its arguments.
        when: when it began, in seconds since 1970.
        finished: whether it came to its end.
    """

    number: int
    verb: str
    argv: tuple[str, ...]
    when: float
    finished: bool
