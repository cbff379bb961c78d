"""Small files of JSON in a git directory that may be lost: whoever cannot read one does without."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path


def read(file: Path) -> object:
    """What a file says; None where it cannot be read."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None


def write(file: Path, document: Mapping[str, object]) -> None:
    """Replace a file as a whole; where that cannot be done, it stays as it was.

    What a kill leaves beside it, the next one writes over. Of two who write at once, at worst both
    leave what nobody can read.
    """
    beside = file.with_name(f"{file.name}.new")
    with contextlib.suppress(OSError):
        beside.write_text(json.dumps(document, default=_word))
        beside.replace(file)


def _word(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} is not kept")
