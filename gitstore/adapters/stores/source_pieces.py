"""The bytes of a local file on their way to a storage, piece by piece and never half changed."""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.core.errors import Changed, LocalFailure
from gitstore.core.store import Source


def pieces(source: Source, key: str, size: int, at: int = 0) -> Iterator[bytes]:
    """What a source holds from an offset on, `size` bytes at a time.

    Args:
        key: where it goes, for the message.
        size: in bytes; the last piece may be shorter.
        at: the first byte that is wanted.

    Raises:
        LocalFailure: the file cannot be read.
        Changed: it has another size by now; said after the last piece.
    """
    left = source.size - at
    try:
        with source.open() as stream:
            if at:
                stream.seek(at)
            while piece := stream.read(size):
                left -= len(piece)
                yield piece
    except OSError as error:
        raise LocalFailure(f"the local file for {key!r} cannot be read: {error}") from error
    if left:
        raise Changed(f"the local file for {key!r} changed while it was read")
