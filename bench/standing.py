"""Contests in projects that have their data already: nothing changed, or ten objects did."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import describing, down, projects, settled
from bench.cost import Command, CommandFailed, run
from bench.peers import GIT_STORAGE
from bench.relay import Relay
from bench.report import Row
from bench.rounds import Contest, Terms, Tool, Turns, count, hold, say
from bench.scene import BUCKET, Data, Scene, made, through

_SMALL = 4096
_CHANGED = 10


def _unchanged(terms: Terms) -> list[Row]:
    sizes = terms.sizes
    datas = [Data("small", sizes.objects, _SMALL), Data("counted", sizes.counted, _SMALL)]
    tools = [
        *(settled.git_storage("stage"), settled.git_storage("sync"), *_copying()),
        *(settled.dvc("pull"), settled.dvc("push"), settled.lfs()),
    ]
    with made(terms.root, terms.server or "rclone", datas) as scene:
        what = f"{sizes.objects} objects, nothing changed"
        rows = hold(terms, what, scene, datas[0], tools)
        return count(terms, rows, scene, datas[1], tools)


def _many(terms: Terms) -> list[Row]:
    sizes = terms.sizes
    few, many = Data("small", sizes.objects, _SMALL), Data("many", sizes.many, 16)
    ours = [settled.git_storage("stage")]
    with (
        made(terms.root, terms.server or "rclone", [few, many]) as direct,
        through(direct, "counted") as (scene, way),
    ):
        rows = _ten_changed(terms, scene, way, few, [*ours, *_copying()])
        rows += _ten_changed(terms, scene, way, many, ours)
        return rows + _asked(terms, scene, way, many)


CONTESTS = (
    Contest("unchanged", "everything is here and nothing has changed", _unchanged),
    Contest("many", "ten objects of a large project have changed; status --remote", _many),
)


def _copying() -> list[Tool]:
    """Who compares a directory with a listing; each has a directory of its own."""
    return [settled.rclone(), settled.s5cmd()]


def _ten_changed(
    terms: Terms, scene: Scene, way: Relay, data: Data, tools: list[Tool]
) -> list[Row]:
    """Somebody else changes ten objects and, for git storage, commits the new pointer."""
    turns = {tool.name: Turns() for tool in tools}
    for tool in tools:
        turns[tool.name].attempt(tool, partial(tool.prepare, scene, data))
    for number in range(terms.rounds):
        contents = _change(scene, data, number)
        _record(scene, data)
        for tool in tools:
            command, _ = tool.begin(scene, data)
            turn = turns[tool.name]
            way.counted()
            turn.attempt(tool, partial(_bring, command, terms.limit, turn))
            turn.requests = way.counted()
            turn.attempt(tool, partial(_compare, command.where, data, contents))
        say(f"{data.name}: {number + 1}: {_CHANGED} changed")
    what = f"{_CHANGED} of {data.files} objects changed"
    return [Row(what, name, each.costs, each.requests, each.note) for name, each in turns.items()]


def _bring(command: Command, limit: float, turn: Turns) -> None:
    turn.costs.append(run(command, limit))


def _change(scene: Scene, data: Data, number: int) -> dict[str, bytes]:
    contents = {}
    for at in range(_CHANGED):
        path = data.path((number * _CHANGED + at) * 7919 % data.files)
        contents[path] = f"{number} {at} is new here".ljust(data.size + 1).encode()
        key = f"data/{data.name}/{path}"
        scene.server.s3.put_object(Bucket=BUCKET, Key=key, Body=contents[path])
    return contents


def _record(scene: Scene, data: Data) -> None:
    """Somebody syncs and commits, and who has staged everything pulls."""
    project = projects.git_storage(scene, data, "data")
    scene.do([str(GIT_STORAGE), "sync", f"data/{data.name}"], project)
    scene.commit(project)
    clone = settled.kept(scene, data, down.git_storage())
    scene.do(["git", "pull", "--quiet", "--ff-only"], clone)


def _compare(place: Path, data: Data, contents: dict[str, bytes]) -> None:
    top = place / "data" / data.name if (place / ".git").exists() else place
    for path, content in contents.items():
        if (top / path).read_bytes() != content:
            raise CommandFailed(f"{path} is not as it was changed")


def _asked(terms: Terms, scene: Scene, way: Relay, data: Data) -> list[Row]:
    """What status costs where everything is staged, and what asking the storage adds."""
    listing = describing.listings()[0]
    commands = {listing.name: listing.begin(scene, data)[0]}
    for name in ("git storage status", "git storage status --remote"):
        argv = [str(GIT_STORAGE), *name.split()[2:]]
        commands[name] = scene.command(argv, settled.kept(scene, data, down.git_storage()))
    rows = []
    for name, command in reversed(commands.items()):
        way.counted()
        costs = [run(command, terms.limit) for _ in range(terms.rounds)]
        asked = {kind: number // terms.rounds for kind, number in way.counted().items()}
        rows.append(Row(f"{data.files} objects of S3 staged", name, costs, asked))
    return rows
