"""Counting what tests did to the program, for docs/reliability.md.

Tests add to a file that the environment names; without one nothing is counted. `make figures` names
one, runs the tests, and prints what has come together.
"""

from __future__ import annotations

import os
from collections import Counter
from enum import Enum
from pathlib import Path

VARIABLE = "GIT_STORAGE_TALLY"


class Figure(Enum):
    """What is counted."""

    NETWORK = "faults of the network injected"
    SYSTEM = "system calls refused"
    MACHINE = "machines with a limit: room, inodes, descriptors, sizes, permissions"
    HOSTILE = "hostile or broken inputs, each answered by one error and one hint"
    KILLS = "kills at a named step"


def add(figure: Figure, number: int = 1) -> None:
    """Count something that has happened."""
    name = os.environ.get(VARIABLE)
    if name and number:
        # One short line at a time, so that several processes may append.
        with Path(name).open("a", encoding="ascii") as stream:
            stream.write(f"{figure.name}\t{number}\n")


def totals(file: Path) -> dict[Figure, int]:
    """What has been counted in a file."""
    found: Counter[Figure] = Counter()
    for line in file.read_text(encoding="ascii").splitlines() if file.exists() else ():
        name, number = line.split("\t")
        found[Figure[name]] += int(number)
    return {figure: found[figure] for figure in Figure}
