"""`make mutants`: break the rules one at a time; histories must notice each of them.

First the histories with a name, which are tests of their own, then random ones. Guards that no
history reaches are held against other tests, which pytest runs without them.

python -m tests.model.mutants [--histories N] [--seed S] [--only NAME]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from tests.model import test_disks, test_guards, test_histories, test_races, test_together
from tests.model.driver import failure, recipe
from tests.model.mutated import VARIABLE
from tests.model.mutations import MUTATIONS
from tests.model.mutations_apart import APART
from tests.model.mutations_guards import GUARDS

NONE = "none"
ALL = {**MUTATIONS, **GUARDS}
NAMED: Mapping[str, Callable[[], None]] = {
    name: test
    for module in (test_guards, test_races, test_together, test_disks, test_histories)
    for name, test in vars(module).items()
    if name.startswith("test_")
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one mutation.

    Attributes:
        name: the mutation.
        histories: how many random ones were run.
        found: the history with a name that failed, or what the last random one broke, or None.
        seconds: how long that took.
    """

    name: str
    histories: int
    found: str | None
    seconds: float

    @property
    def right(self) -> bool:
        """Whether it is as it has to be: every mutation is found, and nothing without one."""
        return (self.found is None) == (self.name == NONE)


def judged(name: str, first: int, limit: int) -> Verdict:
    """What notices a mutation: the histories with a name, and random ones where they do not.

    Args:
        name: a mutation, or `none`.
        first: the first seed.
        limit: how many random histories at most.
    """
    began = time.monotonic()
    if name in APART:
        return Verdict(name, 0, failed_apart(name), time.monotonic() - began)
    with _broken(name):
        found = failed()
    if found is not None:
        return Verdict(name, 0, found, time.monotonic() - began)
    verdict = tried(name, first, limit)
    return replace(verdict, seconds=time.monotonic() - began)


def failed() -> str | None:
    """The first history with a name that fails, or None if all hold."""
    for title, test in NAMED.items():
        try:
            test()
        except (AssertionError, LookupError):
            return title
    return None


def failed_apart(name: str) -> str | None:
    """The first test of a guard that no history reaches that fails without it, or None."""
    # Not an option of pytest: what a test starts loads the mutation, too.
    plugin = ["-p", "tests.model.mutated", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", *plugin, *APART[name].tests],
        env={**os.environ, VARIABLE: name},
        stdout=subprocess.PIPE,
        check=False,
    )
    found = re.search(r"^(?:FAILED|ERROR) \S*::(\S+)", done.stdout.decode(), re.MULTILINE)
    return found[1] if found and done.returncode == 1 else None


def _broken(name: str) -> AbstractContextManager[None]:
    return nullcontext() if name == NONE else ALL[name]()


def tried(name: str, first: int, limit: int) -> Verdict:
    """Random histories under a mutation until one of them breaks a promise.

    Args:
        name: a mutation, or `none`.
        first: the first seed.
        limit: how many histories at most.
    """
    began = time.monotonic()
    with _broken(name):
        for number in range(limit):
            found = failure(recipe(first + number))
            if found is not None:
                return Verdict(name, number + 1, found, time.monotonic() - began)
    return Verdict(name, limit, None, time.monotonic() - began)


def main() -> int:
    """Run all of them and print a table; 0 if everything is as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=3000, help="random ones, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="a mutation")
    given = parser.parse_args()
    right = True
    print(f"{'mutation':36} {'random':>9} {'seconds':>7}  found")  # noqa: T201 - a program
    with ProcessPoolExecutor() as pool:
        jobs = [
            pool.submit(judged, name, given.seed, given.histories)
            for name in given.only or (*ALL, *APART, NONE)
        ]
        for job in jobs:
            verdict = job.result()
            right = right and verdict.right
            _show(verdict)
    return 0 if right else 1


def _show(verdict: Verdict) -> None:
    mark = "" if verdict.right else "  <-- WRONG"
    line = f"{verdict.name:36} {verdict.histories:9} {verdict.seconds:7.1f}"
    print(f"{line}  {verdict.found or 'nothing'}{mark}", flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
