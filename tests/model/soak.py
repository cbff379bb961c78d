"""`make soak`: random histories, until one breaks a promise or their number is reached.

    python -m tests.model.soak [--histories N] [--seed S]

A failing history is shortened and printed as a `Recipe` for tests/model/test_histories.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import count, islice

from tests.model.driver import failure, live_recipe, recipe, shortest

_LIVE = 5  # every fifth history is of live data


def main() -> int:
    """Run histories with rising seeds; 1 if one of them broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=None, help="stop after so many")
    parser.add_argument("--seed", type=int, default=None, help="the first; default: the time")
    given = parser.parse_args()
    first = time.time_ns() // 1_000_000 if given.seed is None else given.seed
    print(f"the first seed is {first}", flush=True)  # noqa: T201 - a program
    began = time.monotonic()
    for number, seed in enumerate(islice(count(first), given.histories), 1):
        history = live_recipe(seed) if number % _LIVE == 0 else recipe(seed)
        if failure(history) is not None:
            short = shortest(history)
            print(f"seed {seed}: {failure(short)}\n{short}")  # noqa: T201 - a program
            return 1
        if number % 500 == 0:
            rate = number / (time.monotonic() - began)
            print(f"{number} histories, {rate:.1f} per second", flush=True)  # noqa: T201 - a program
    return 0


if __name__ == "__main__":
    sys.exit(main())
