"""Contests in projects that have their data already: nothing changed, or ten objects did."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import down, projects
from bench.cost import Command, CommandFailed, run
from bench.peers import AWS, DVC, GIT_STORAGE, RCLONE, S5CMD
from bench.relay import Relay
from bench.report import Row
from bench.rounds import Check, Contest, Terms, Tool, Turns, count, hold, say
from bench.scene import BUCKET, Data, Scene, made, through

_SMALL = 4096
_CHANGED = 10


def settled(name: str, brought_by: Tool, argv: Callable[[Scene, Data], list[str]]) -> Tool:
    """A tool whose command is run again and again where another one has brought everything.

    Args:
        name: as the table has it.
        brought_by: brings everything, once for each way to the server.
        argv: the command that is measured.
    """

    def prepare(scene: Scene, data: Data) -> None:
        if _kept(scene, data, brought_by).exists():
            return
        brought_by.prepare(scene, data)
        command, check = brought_by.begin(scene, data)
        run(_remembering(scene, command))
        check()
        _kept(scene, data, brought_by).parent.mkdir(exist_ok=True)
        shutil.move(command.where, _kept(scene, data, brought_by))

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.place()
        command = scene.command(argv(scene, data), _kept(scene, data, brought_by))
        return _remembering(scene, command), lambda: None

    return Tool(name, begin, prepare)


def _unchanged(terms: Terms) -> list[Row]:
    sizes = terms.sizes
    datas = [Data("small", sizes.objects, _SMALL), Data("counted", sizes.counted, _SMALL)]
    ours, lfs, dvc = down.git_storage(), down.lfs(), down.dvc()
    tools = [
        settled("git storage stage", ours, lambda _, data: _ours("stage", data)),
        settled("git storage sync", ours, lambda _, data: _ours("sync", data)),
        *_copying(),
        settled("dvc pull", dvc, lambda *_: [str(DVC), "pull", "--quiet"]),
        settled("dvc push", dvc, lambda *_: [str(DVC), "push", "--quiet"]),
        settled("git lfs pull", lfs, lambda *_: ["git", "lfs", "pull"]),
    ]
    with made(terms.root, terms.server or "rclone", datas) as scene:
        what = f"{sizes.objects} objects, nothing changed"
        rows = hold(terms, what, scene, datas[0], tools)
        return count(terms, rows, scene, datas[1], tools)


def _many(terms: Terms) -> list[Row]:
    sizes = terms.sizes
    few, many = Data("small", sizes.objects, _SMALL), Data("many", sizes.many, 16)
    ours = [settled("git storage stage", down.git_storage(), lambda _, data: _ours("stage", data))]
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
    transfers = ("--transfers", "16", "--checkers", "16")
    return [
        settled(
            f"rclone copy {' '.join(transfers)}",
            down.rclone("--transfers", "16"),
            lambda _, data: [str(RCLONE), "copy", *transfers, _url("bench:", data), "."],
        ),
        settled(
            "s5cmd sync",
            down.s5cmd(),
            lambda _, data: [str(S5CMD), "sync", f"{_url('s3://', data)}/*", "."],
        ),
        settled(
            "aws s3 sync",
            down.aws(),
            lambda scene, data: [
                *(str(AWS), "--endpoint-url", scene.server.endpoint, "s3", "sync"),
                *("--only-show-errors", _url("s3://", data), "."),
            ],
        ),
    ]


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
    scene.do(_ours("sync", data), project)
    scene.commit(project)
    clone = _kept(scene, data, down.git_storage())
    scene.do(["git", "pull", "--quiet", "--ff-only"], clone)


def _compare(place: Path, data: Data, contents: dict[str, bytes]) -> None:
    top = place / "data" / data.name if (place / ".git").exists() else place
    for path, content in contents.items():
        if (top / path).read_bytes() != content:
            raise CommandFailed(f"{path} is not as it was changed")


def _asked(terms: Terms, scene: Scene, way: Relay, data: Data) -> list[Row]:
    """What status costs where everything is staged, and what asking the storage adds."""
    rows = []
    for name in ("git storage status", "git storage status --remote"):
        argv = [str(GIT_STORAGE), *name.split()[2:]]
        command = scene.command(argv, _kept(scene, data, down.git_storage()))
        way.counted()
        costs = [run(command, terms.limit) for _ in range(terms.rounds)]
        asked = {kind: number // terms.rounds for kind, number in way.counted().items()}
        rows.append(Row(f"{data.files} objects of S3 staged", name, costs, asked))
    return rows


def _kept(scene: Scene, data: Data, tool: Tool) -> Path:
    word = "".join(each if each.isalnum() else "-" for each in tool.name)
    return scene.own / "kept" / f"{word}-{data.name}"


def _remembering(scene: Scene, command: Command) -> Command:
    # DVC's memory is of use here, and every new place would remove it.
    kept = {"DVC_SITE_CACHE_DIR": str(scene.own / "kept-by-dvc")}
    return replace(command, environment={**command.environment, **kept})


def _ours(work: str, data: Data) -> list[str]:
    return [str(GIT_STORAGE), work, f"data/{data.name}"]


def _url(scheme: str, data: Data) -> str:
    return f"{scheme}{BUCKET}/data/{data.name}"
