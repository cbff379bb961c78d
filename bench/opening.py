"""Contests in which a program in Python reads what is not here: `gitstore.open` against s3fs."""

from __future__ import annotations

from functools import partial

from bench import projects
from bench.cost import Command, CommandFailed
from bench.peers import ROOT
from bench.reading import PARTS, digest
from bench.report import Row
from bench.rounds import Check, Contest, Terms, Tool, count, hold
from bench.scene import BUCKET, Data, Scene, made, through

_PYTHON = str(ROOT / ".venv" / "bin" / "python")


def _reader(way: str, what: str) -> Tool:
    """A program that opens the first object in some way, and reads all of it or parts.

    Args:
        way: `gitstore.open`, `gitstore://` or `s3fs`.
        what: `all` or `parts`.
    """

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        ours = way != "s3fs"
        place = scene.clone(f"git-storage-data-{data.name}") if ours else scene.place()
        name = f"{'' if ours else BUCKET + '/'}data/{data.name}/{data.path(0)}"
        argv = ["env", f"PYTHONPATH={ROOT}", _PYTHON, "-m", "bench.reading"]
        argv += [way, what, name, "digest", scene.server.endpoint]

        def check() -> None:
            with (scene.source(data) / data.path(0)).open("rb") as stream:
                wanted = digest(stream, what, data.size)
            if (place / "digest").read_text(encoding="ascii") != wanted:
                raise CommandFailed(f"{way} did not read what is there")

        return scene.command(argv, place), check

    def prepare(scene: Scene, data: Data) -> None:
        if way != "s3fs":
            projects.git_storage(scene, data, "data")

    return Tool(way, begin, prepare)


def _open(what: str, told: str, terms: Terms) -> list[Row]:
    tools = [_reader(way, what) for way in ("gitstore.open", "gitstore://", "s3fs")]
    data = Data("large", 1, terms.sizes.large)
    with made(terms.root, terms.server or "ministack", [data]) as scene:
        size = f"one object of {data.size >> 20} MiB"
        rows = hold(terms, f"{told} of {size}", scene, data, tools)
        rows = count(terms, rows, scene, data, tools)
        with through(scene, "far", terms.delay) as (far, _):
            away = f"{told} of {size}, {terms.delay * 1000:.0f} ms away"
            return rows + hold(terms, away, far, data, tools)


CONTESTS = (
    Contest("open-all", "an object read in Python", partial(_open, "all", "all")),
    Contest("open-parts", "parts of it", partial(_open, "parts", f"{PARTS} parts of 4 KiB")),
)
