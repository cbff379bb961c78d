"""Everybody in turn, round after round, and once more on a way that counts requests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bench.cost import Command, CommandFailed, Cost, TooSlow, run
from bench.report import Row
from bench.scene import Data, Scene, through

Check = Callable[[], None]
"""Looks at what a round has done; CommandFailed if it is not what it was to do."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is moved.

    Attributes:
        objects: small objects of 4 KiB.
        counted: how many at most where only requests are counted.
        large: bytes of the large object.
        blocks: how many objects of 64 MiB.
        block: bytes of each of these.
        many: objects of a large project.
        commits: how many commits of one changed object.
    """

    objects: int = 20_000
    counted: int = 1_000
    large: int = 1 << 30
    blocks: int = 25
    block: int = 64 << 20
    many: int = 200_000
    commits: int = 40


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a contest is held.

    Attributes:
        root: an empty directory on the RAM disk.
        server: `rclone` or `ministack`; empty for the one that suits the contest.
        rounds: how many, of everybody who is quick enough.
        patience: seconds for all rounds of one contestant, for each round that there may be; one
            that has used up as much has no more turns, but everybody has one.
        limit: seconds for one command.
        delay: seconds of a round trip in the contests with latency.
        sizes: how much is moved.
        beside: beginnings of the names of the tools to be measured beside ours; none means all.
    """

    root: Path
    server: str = ""
    rounds: int = 3
    patience: float = 7
    limit: float = 240
    delay: float = 0.03
    sizes: Sizes = field(default_factory=Sizes)
    beside: tuple[str, ...] = ()

    def chosen(self, tools: Sequence[Tool]) -> list[Tool]:
        """Those that are to be measured."""
        wanted = ("git storage", *self.beside)
        return [tool for tool in tools if not self.beside or tool.name.startswith(wanted)]


@dataclass(frozen=True, slots=True)
class Contest:
    """One thing that is measured.

    Attributes:
        name: for `--only`.
        what: one line about it.
        measure: its rows.
    """

    name: str
    what: str
    measure: Callable[[Terms], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A contestant that moves the objects of one `Data`.

    Attributes:
        name: as it is typed.
        begin: makes one round's place; the command to measure, and what looks at its result.
        prepare: what it needs before the first round of a way to the server.
    """

    name: str
    begin: Callable[[Scene, Data], tuple[Command, Check]]
    prepare: Callable[[Scene, Data], object] = lambda *_: None


@dataclass(slots=True)
class Turns:
    """How one contestant has fared so far."""

    costs: list[Cost] = field(default_factory=list)
    spent: float = 0
    note: str = ""
    requests: Mapping[str, int] | None = None

    def attempt(self, tool: Tool, act: Callable[[], object]) -> None:
        """Do it, unless something has failed before; what fails now is noted."""
        if self.note:
            return
        try:
            act()
        except TooSlow as error:
            self.note = "did not end within the limit"
            say(str(error))
        except CommandFailed as error:
            text = " ".join(str(error).split())
            self.note = "failed"
            say(f"{tool.name} failed: {text}")


def hold(terms: Terms, what: str, scene: Scene, data: Data, tools: Sequence[Tool]) -> list[Row]:
    """Rounds in which everybody has a turn.

    A contestant that fails or takes too long leaves, and its row says so; one that has used up the
    patience has no further turns. In its first turn everything that it moved is compared.
    """
    tools = terms.chosen(tools)
    turns = {tool.name: Turns() for tool in tools}
    for tool in tools:
        turns[tool.name].attempt(tool, partial(tool.prepare, scene, data))
    for _ in range(terms.rounds):
        for tool in tools:
            turn = turns[tool.name]
            if turn.spent < terms.patience * terms.rounds:
                turn.attempt(tool, partial(_measure, terms, scene, data, tool, turn))
    scene.place()
    return [Row(what, name, turn.costs, note=turn.note) for name, turn in turns.items()]


def count(
    terms: Terms, rows: Sequence[Row], scene: Scene, data: Data, tools: Sequence[Tool]
) -> list[Row]:
    """The same rows with the requests of one more round of each tool, of this data, not timed."""
    counted = []
    with through(scene, "counted") as (longer, way):
        for row, tool in zip(rows, terms.chosen(tools), strict=True):
            turn = Turns(note=row.note)

            def ask(tool: Tool = tool, turn: Turns = turn) -> None:
                tool.prepare(longer, data)
                command, check = tool.begin(longer, data)
                way.counted()
                run(command, terms.limit)
                turn.requests = way.counted()
                check()

            turn.attempt(tool, ask)
            counted.append(replace(row, requests=turn.requests, note=turn.note))
    scene.place()
    return counted


def say(text: str) -> None:
    """A line for whoever waits."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _measure(terms: Terms, scene: Scene, data: Data, tool: Tool, turn: Turns) -> None:
    command, check = tool.begin(scene, data)
    cost = run(command, terms.limit)
    if not turn.costs:
        check()
    turn.costs.append(cost)
    turn.spent += cost.wall
    say(f"{data.name}: {tool.name}: {cost.wall:.2f} s, cpu {cost.cpu:.2f} s")
