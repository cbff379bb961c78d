"""What `doctor` finds: values that every part of it makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: how bad it is.
        text: what was found, as one clause.
        hint: what to type or edit about it, or None.
    """

    level: Level
    text: str
    hint: str | None = None
