"""Random histories from seeds, fast: run one, and find the shortest one that still fails."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from gitstore.core.manifest import Track
from tests.disks import MEMORY
from tests.model.bucket import Habit
from tests.model.oracle import Violation
from tests.model.steps import Step, random_history
from tests.model.world import World

_LENGTHS = (8, 15, 25)


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a history is made of.

    Attributes:
        clones: how many.
        habit: what the bucket does with old bytes.
        steps: what happens.
        track: whether there are pointers.
        together: whether the bucket reads and writes many objects at a time.
    """

    clones: int
    habit: Habit
    steps: tuple[Step, ...]
    track: Track = Track.POINTER
    together: bool = False

    def __str__(self) -> str:
        lines = [f"    {step!r}," for step in self.steps]
        return "\n".join(
            [f"Recipe({self.clones}, {self.habit}, (", *lines, f"), {self.track}, {self.together})"]
        )


def recipe(seed: int) -> Recipe:
    """The history that a seed means."""
    random = Random(seed)
    clones = random.choice((2, 3))
    habit = random.choice((Habit.PLAIN, *Habit))
    steps = random_history(random, random.choice(_LENGTHS), clones)
    return Recipe(clones, habit, tuple(steps), together=random.random() < 0.5)


def live_recipe(seed: int) -> Recipe:
    """The same history of live data, which have no pointer."""
    return replace(recipe(seed), track=Track.LIVE)


def place() -> str | None:
    """Where worlds are made: in memory if the system has a directory for that."""
    return str(MEMORY) if MEMORY.is_dir() else None


@contextmanager
def world(
    clones: int, habit: Habit, track: Track = Track.POINTER, together: bool = False
) -> Iterator[World]:
    """A new world, in memory where the system has a place for that; removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="git-storage-model-", dir=place()))
    try:
        yield World(directory, clones, habit, track=track, together=together)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def run(history: Recipe) -> None:
    """Let a history happen, and let everybody meet at its end.

    Raises:
        Violation: a promise of the design was broken.
    """
    with world(history.clones, history.habit, history.track, history.together) as here:
        for step in history.steps:
            here.do(step)
        here.settle()


def failure(history: Recipe) -> str | None:
    """What a history breaks, or None."""
    try:
        run(history)
    except Violation as found:
        return str(found)
    return None


def shortest(history: Recipe) -> Recipe:
    """A history that fails too, from which nothing can be left out."""
    for size in (8, 4, 2, 1, 1):
        at = 0
        while at < len(history.steps):
            fewer = replace(history, steps=history.steps[:at] + history.steps[at + size :])
            if failure(fewer) is not None:
                history = fewer
            else:
                at += size
    return _calmer(history)


def _calmer(history: Recipe) -> Recipe:
    for number, step in enumerate(history.steps):
        if step.trouble is not None:
            calm = _with_step(history.steps, number, replace(step, trouble=None))
            if failure(replace(history, steps=calm)) is not None:
                history = replace(history, steps=calm)
    return history


def _with_step(steps: Sequence[Step], number: int, step: Step) -> tuple[Step, ...]:
    return (*steps[:number], step, *steps[number + 1 :])
