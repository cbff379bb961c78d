"""Runs `git storage` with little patience, and with small objects for large ones.

    PATIENCE=SECONDS python -m tests.trouble.impatient ARGUMENTS...

So every way of moving bytes is taken by objects that are quickly made: in one piece, through a
file, in ranges, in parts; and a storage that stalls is given up after seconds instead of a minute.
"""

from __future__ import annotations

import os
import sys

from gitstore.__main__ import main
from gitstore.adapters.stores import (
    curl,
    patience,
    s3_connection,
    s3_listing,
    s3_parts,
    s3_writing,
)
from gitstore.shell.transfer import begun, identifying, ranges, upload

IN_MEMORY = 20_000
IN_A_FILE = 100_000
IN_RANGES = 300_000
"""Sizes in bytes, one for each way."""


def hurry() -> None:
    """Change the constants of this process."""
    for module in (curl, s3_connection, s3_listing):
        module.CONNECT = module.SILENCE = int(os.environ["PATIENCE"])  # type: ignore[attr-defined]  # each has its own
    patience.PAUSE = 0.01
    ranges.SPAN, ranges.LARGE, ranges.KEEP = 1 << 16, 4 << 16, 2 << 16
    begun.PARTED = 200_000
    upload.LARGE, identifying._PIECE = 200_000, 1 << 16
    s3_writing.SMALL, s3_parts.PART, s3_parts._MEBIBYTE = 200_000, 1 << 16, 1 << 10


if __name__ == "__main__":
    hurry()
    sys.exit(main(sys.argv[1:]))
