"""Answers that are kept in memory, as far as they end."""

from __future__ import annotations

from collections.abc import Iterable

from gitstore.core.errors import Unreachable


def whole(pieces: Iterable[bytes], most: int, what: str) -> bytes:
    """All of an answer.

    Args:
        most: the bytes that it may have.
        what: it is, for the message.

    Raises:
        Unreachable: it has more.
    """
    kept: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise Unreachable(f"{what} does not end")
        kept.append(piece)
    return b"".join(kept)
