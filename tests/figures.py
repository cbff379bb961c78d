"""`make figures`: run what tries to break the program, and count what it did.

    python -m tests.figures [--quick] [ARGUMENTS OF PYTEST...]

Prints the rows of docs/reliability.md that it has made. Ends with 1 if anything was not survived.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.tally import VARIABLE, Figure, totals

ROOT = Path(__file__).parent.parent
TESTS = (
    "tests/trouble",
    "tests/rules/test_kills.py",
    "tests/rules/test_second_thoughts.py",
    "tests/test_bad_input.py",
    "tests/test_bad_places.py",
    "tests/test_names.py",
)
SLOW = ("tests/trouble/every_refusal.py",)


def main() -> int:
    """Count, and print."""
    arguments = sys.argv[1:]
    quick = "--quick" in arguments
    rest = [each for each in arguments if each != "--quick"]
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "tally"
        # One after the other: pytest passes over a file below a directory that it is given too.
        failed = [run(chosen, rest, file) for chosen in (TESTS, *(() if quick else (SLOW,)))]
        counted = totals(file)
    say(counted)
    if any(failed):
        say_that_some_were_not_survived()
    return int(any(failed))


def run(chosen: Sequence[str], rest: Sequence[str], file: Path) -> bool:
    """Run tests that count into a file; whether any has failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    environment = {**os.environ, VARIABLE: str(file)}
    done = subprocess.run([*command, *chosen, *rest], cwd=ROOT, env=environment, check=False)
    return done.returncode != 0


def say(counted: dict[Figure, int]) -> None:
    """The rows."""
    for figure, number in counted.items():
        sys.stdout.write(f"| {figure.value} | {number:,} |\n")


def say_that_some_were_not_survived() -> None:
    """The numbers are of what was tried, and some of it has failed."""
    sys.stdout.write("some of it was not survived: the failures are above\n")


if __name__ == "__main__":
    sys.exit(main())
