"""Reads an object in Python, one way or another, and writes down the digest of what it read.

    python -m bench.reading gitstore.open|gitstore://|s3fs all|parts NAME DIGEST [ENDPOINT]

`all` reads from the first byte to the last, a mebibyte at a time; `parts` jumps.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

PARTS = 300
PART = 4096
_PIECE = 1 << 20


def positions(size: int) -> Iterator[int]:
    """Where the parts of an object of this size begin: the same for everybody."""
    numbers = random.Random(size)  # noqa: S311 - for places
    return iter([numbers.randrange(max(1, size - PART)) for _ in range(PARTS)])


def digest(stream: IO[bytes], what: str, size: int) -> str:
    """The SHA-256 of everything, or of the parts."""
    sha256 = hashlib.sha256()
    if what == "all":
        while piece := stream.read(_PIECE):
            sha256.update(piece)
        return sha256.hexdigest()
    for start in positions(size):
        stream.seek(start)
        sha256.update(stream.read(PART))
    return sha256.hexdigest()


def _opened(way: str, name: str, endpoint: str) -> Any:
    if way == "gitstore.open":
        import gitstore

        return gitstore.open(name)
    import fsspec

    if way == "gitstore://":
        return fsspec.filesystem("gitstore").open(name)
    return fsspec.filesystem("s3", endpoint_url=endpoint).open(name)


def main() -> int:
    """Read, and write down what came."""
    way, what, name, kept, *more = sys.argv[1:]
    with _opened(way, name, *(more or [""])) as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        Path(kept).write_text(digest(stream, what, size), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
