"""Runs `git storage` in this process and prints the most memory that it had, in bytes."""

from __future__ import annotations

import resource
import sys

from gitstore.__main__ import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.write(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}\n")
    sys.exit(code)
