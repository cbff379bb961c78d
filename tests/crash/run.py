"""`make crash`: kill add, stage, record, sync, undo and others, at random system calls or at all.

    python -m tests.crash.run [--kills N] [--seed S] [--only NAME] [--on STORAGE] [--every|--steps]

Each scenario is first run unharmed under strace(1), which gives the moments; then it is killed at
random ones of them, on a directory and on an S3 server. With --steps it is killed at the named
steps of `tests.rules.driver` instead, at the first, second and last end of each. Prints what was
killed how often.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from random import Random

from tests.crash.ordeal import Broken, ordeal
from tests.crash.scenarios import SCENARIOS
from tests.crash.tracing import Point, killed, points
from tests.crash.world import World, world
from tests.lab import Lab
from tests.rules.driver import KILLED
from tests.rules.scenes import driven
from tests.servers import ministack

_OF_STATE = 0.2  # the share of kills inside of SQLite, which makes most of the calls


class Killer:
    """Kills one scenario, again and again, in one world."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.tried = self.died = 0
        self.points: list[Point] = []
        self.steps: dict[str, None] = {}
        self.at = ""

    def learn(self) -> None:
        """Run the scenario unharmed, and see where it can be killed."""

        def unharmed(lab: Lab, command: tuple[str, ...]) -> bool:
            self.points = points(lab, *command)
            return False

        self.at = "nothing"
        ordeal(self.world, SCENARIOS[self.name], unharmed)

    def kill(self, point: Point) -> None:
        """Run the scenario and kill it at a moment."""
        self.at = str(point)
        self.tried += 1

        def blow(lab: Lab, command: tuple[str, ...]) -> bool:
            return killed(lab, point, *command)

        self.died += ordeal(self.world, SCENARIOS[self.name], blow)

    def learn_steps(self) -> None:
        """Run the scenario unharmed, and see how often each named step ends."""

        def unharmed(lab: Lab, command: tuple[str, ...]) -> bool:
            counts = lab.root / "counts"
            driven(lab, "count", str(counts), *command).expected = True
            for step, count in json.loads(counts.read_text()).items():
                ends = {1, min(2, count), count}
                self.steps |= {f"{step} {end}": None for end in sorted(ends)}
            return False

        # Twice, because some scenarios take turns.
        for self.at in ("nothing", "nothing again"):
            ordeal(self.world, SCENARIOS[self.name], unharmed)

    def kill_at_steps(self) -> None:
        """Run the scenario and kill it at the named steps that it has."""
        for step in self.steps:
            self.at = step

            def blow(lab: Lab, command: tuple[str, ...], at: str = step) -> bool:
                done = driven(lab, *_step(at), *command)
                done.expected = done.code in (1, KILLED)
                return done.code == KILLED

            self.tried += 1
            self.died += ordeal(self.world, SCENARIOS[self.name], blow)

    def chosen(self, random: Random, count: int) -> Iterator[Point]:
        """Random moments; most of them not inside of SQLite."""
        inside = [p for p in self.points if p.is_state]
        outside = [p for p in self.points if not p.is_state]
        for _ in range(count):
            share = random.random()
            yield random.choice(inside if inside and share < _OF_STATE else outside)


def _step(at: str) -> tuple[str, int]:
    step, _, count = at.rpartition(" ")
    return step, int(count)


def rehearse(name: str, on: World, random: Random, kills: int | None) -> Killer:
    """Kill a scenario.

    Args:
        kills: how often, at random; None means at every moment, 0 at every named step.
    """
    killer = Killer(on, name)
    try:
        if kills == 0:
            killer.learn_steps()
            killer.kill_at_steps()
        else:
            killer.learn()
            for point in killer.points if kills is None else killer.chosen(random, kills):
                killer.kill(point)
        killer.at = "the end"
        on.settle()
    except AssertionError as broken:
        raise Broken(f"{name}, killed at {killer.at}: {broken}") from broken
    return killer


def main() -> int:
    """Kill, and print a table; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="per scenario and storage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=sorted(SCENARIOS), help="a scenario")
    parser.add_argument("--on", choices=("directory", "s3"), action="append")
    parser.add_argument("--every", dest="kills", action="store_const", const=None)
    parser.add_argument("--steps", dest="kills", action="store_const", const=0)
    given = parser.parse_args()
    broken = died = 0
    for kind in given.on or ("directory", "s3"):
        with nullcontext() if kind == "directory" else ministack() as server:
            for name in given.only or SCENARIOS:
                began = time.monotonic()
                try:
                    with world(given.seed, server) as on:
                        done = rehearse(name, on, Random(given.seed), given.kills)
                except Broken as error:
                    broken += 1
                    _say(f"{kind:9} {name:14} BROKEN {error}")
                    continue
                died += done.died
                took = time.monotonic() - began
                number = len(done.points) or len(done.steps)
                moments = f"{done.died:4} of {done.tried:4} killed, {number:4} moments"
                _say(f"{kind:9} {name:14} {moments}, {took:6.1f} s")
    _say(f"{died} processes killed, {broken} scenarios broken")
    return 1 if broken else 0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
