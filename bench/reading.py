"""Reads objects in Python, one way or another, and writes down the digests of what it read.

    python -m bench.reading gitstore.open|gitstore://|s3fs all|each|parts NAMES DIGEST [ENDPOINT]

`all` and `each` read from the first byte to the last, a mebibyte at a time; `parts` jumps. The file
NAMES has a line for each object.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

PARTS = 300
PART = 4096
_PIECE = 1 << 20


def positions(size: int) -> Iterator[int]:
    """Where the parts of an object of this size begin: the same for everybody."""
    numbers = random.Random(size)  # noqa: S311 - for places
    return iter([numbers.randrange(max(1, size - PART)) for _ in range(PARTS)])


def digest(file: IO[bytes], what: str) -> str:
    """The SHA-256 of everything in a file, or of the parts; closes it."""
    sha256 = hashlib.sha256()
    with file as stream:
        if what != "parts":
            while piece := stream.read(_PIECE):
                sha256.update(piece)
            return sha256.hexdigest()
        for start in positions(stream.seek(0, 2)):
            stream.seek(start)
            sha256.update(stream.read(PART))
        return sha256.hexdigest()


def _opener(way: str, endpoint: str) -> Callable[[str], Any]:
    if way == "gitstore.open":
        import gitstore

        return gitstore.open
    import fsspec

    if way == "gitstore://":
        return fsspec.filesystem("gitstore").open  # type: ignore[no-any-return]  # no types
    return fsspec.filesystem("s3", endpoint_url=endpoint).open  # type: ignore[no-any-return]  # likewise


def main() -> int:
    """Read, and write down what came."""
    way, what, names, kept, *more = sys.argv[1:]
    opened = _opener(way, *(more or [""]))
    read = [digest(opened(name), what) for name in Path(names).read_text("ascii").splitlines()]
    Path(kept).write_text("".join(read), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
