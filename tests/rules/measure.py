"""Runs `git storage` in this process and prints the most memory that it had, in bytes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from gitstore.__main__ import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Not what getrusage(2) says: that counts what this process was before it was this program.
    most = re.search(r"VmHWM:\s*([0-9]+) kB", Path("/proc/self/status").read_text())
    assert most is not None
    sys.stdout.write(f"\n{int(most[1]) * 1024}\n")
    sys.exit(code)
