"""One kill: a prepared world, a command that dies, and what must hold then and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.crash.scenarios import Case, Scenario, local
from tests.crash.world import Sight, World, age, leftovers
from tests.lab import DATA, Lab

Blow = Callable[[Lab, tuple[str, ...]], bool]
"""Runs a command and kills it; false if it ended before."""


class Broken(AssertionError):
    """A promise of the design was broken."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What there was before the command, when it was dead, and when it had completed."""

    before: Sight
    dead: Sight
    after: Sight


def ordeal(world: World, scenario: Scenario, blow: Blow) -> bool:
    """Let a scenario's command be killed, run it again, and judge.

    Returns:
        Whether the command was killed; else it had ended before.

    Raises:
        Broken: a promise was broken.
    """
    world.settle()
    case = scenario(world)
    before = world.look()
    died = blow(world.lab, case.command)
    dead = world.look()
    age(world)
    _can_be_asked(world)
    if died and case.again(world):
        world.lab.storage(*case.command)
    moments = Moments(before, dead, world.look())
    _old_or_new("here", case.absent, [m.here for m in _all(moments)])
    _old_or_new("there", False, [m.there for m in _all(moments)])
    _nothing_lost(world, moments)
    _completed(world, case, moments)
    if case.command[0] == "sync":
        world.lab.storage("sync").says("nothing to do")
    _tidy(world, case)
    return died


def _all(moments: Moments) -> list[Sight]:
    return [moments.before, moments.dead, moments.after]


def _old_or_new(where: str, absent: bool, sights: list[dict[str, bytes]]) -> None:
    old, middle, new = sights
    for path in {*old, *middle, *new}:
        right = [old.get(path), new.get(path)]
        if middle.get(path) not in right and not (absent and path not in middle):
            raise Broken(f"{where}, {path} held {_short(middle.get(path))} after the kill")


def _nothing_lost(world: World, moments: Moments) -> None:
    for when, sight in (("when killed", moments.dead), ("completed", moments.after)):
        lost = moments.before.written() - sight.found()
        if lost:
            raise Broken(f"{when}: bytes are nowhere: {[_short(data) for data in lost]}")
        strange = sight.found() - world.known - {b""}
        if strange:
            raise Broken(f"{when}: bytes that nobody wrote: {[_short(data) for data in strange]}")


def _completed(world: World, case: Case, moments: Moments) -> None:
    here, there = moments.after.here, moments.after.there
    if case.here is None:
        kept = set(moments.before.here.values()) <= set(here.values())
        if here != local(there) or not kept or not case.there.items() <= there.items():
            raise Broken(f"not both were kept: {sorted(here)}, {sorted(there)}")
        return
    _same("here", here, case.here)
    _same("there", there, case.there)
    if case.tracked not in (None, world.lab.read(f"{DATA}.storage")):
        raise Broken("the pointer is not as it should be")


def _same(where: str, found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> None:
    for path in {*found, *wanted}:
        if found.get(path) != wanted.get(path):
            is_, should = _short(found.get(path)), _short(wanted.get(path))
            raise Broken(f"{where}, {path} is {is_} and should be {should}")


def _can_be_asked(world: World) -> None:
    """Killed or not, git and we can say what there is."""
    lab = world.lab
    for done in (lab.storage("status"), lab.git("status", "--porcelain")):
        done.expected = done.code == 1
        if done.code not in (0, 1):
            raise Broken(f"after the kill: {done}")


def _tidy(world: World, case: Case) -> None:
    left = leftovers(world)
    if left:
        raise Broken(f"left behind: {left}")
    for line in world.lab.git("status", "--porcelain").out.splitlines():
        if line[3:] not in case.written:
            raise Broken(f"git status says: {line}")


def _short(data: bytes | None) -> str:
    return "nothing" if data is None else f"{data[:6].hex()}… ({len(data)} B)"
