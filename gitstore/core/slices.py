"""Where a large pointer is cut into files: a pure function of its paths. See docs/pointer.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

MAX_PLAIN = 4096
"""Entries of a pointer that is not sliced."""

FIRST = "00/first"
"""The file of the slice that holds what comes before any opening path."""

_OPENING_BITS = 0x7F


@dataclass(frozen=True, slots=True)
class Slice:
    """Neighbouring paths that share a file.

    Attributes:
        file: relative to the directory of the slices.
        paths: sorted; only the first slice may have none.
        until: the path that opens the next slice; None in the last one.
    """

    file: str
    paths: Sequence[str]
    until: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring paths, as many slices hold them.

    Attributes:
        first: the first path that belongs to it; `''` from the beginning.
        until: the first one behind it; None to the end.
    """

    first: str
    until: str | None


def is_sliced(count: int) -> bool:
    """Whether a pointer of that many entries is sliced."""
    return count > MAX_PLAIN


def opens(path: str) -> bool:
    """Whether a path opens a slice: one in 128 does."""
    return not _sha256()(path.encode()).digest()[31] & _OPENING_BITS


def file_of(opening: str) -> str:
    """The file of the slice that this path opens."""
    digits = _sha256()(opening.encode()).hexdigest()
    return f"{digits[:2]}/{digits[2:16]}"


def cut(paths: Sequence[str]) -> list[Slice]:
    """The slices of sorted paths, in order; at least the first one.

    Two slices have the same file if two opening paths agree in 64 bits of their hashes: the caller
    looks for that.
    """
    starts = [at for at, path in enumerate(paths) if opens(path)]
    files = [FIRST, *(file_of(paths[at]) for at in starts)]
    ends = [*starts, len(paths)]
    return [
        Slice(file, paths[start:end], paths[end] if end < len(paths) else None)
        for file, start, end in zip(files, [0, *starts], ends, strict=True)
    ]


@cache
def _sha256() -> Callable[[bytes], Any]:
    from hashlib import sha256  # late: most pointers have no slices, and it loads OpenSSL

    return sha256
