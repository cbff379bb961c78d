"""Contests in which a program in Python reads what is not here: `gitstore.open` against s3fs.

The large object is of 256 MiB at most: reading is measured here, and with latency it is read once
more by everybody.
"""

from __future__ import annotations

from functools import partial

from bench import projects
from bench.cost import Command, CommandFailed
from bench.peers import ROOT
from bench.reading import PARTS, digest
from bench.report import Row
from bench.rounds import Check, Contest, Terms, Tool, count, hold
from bench.scene import BUCKET, Data, Scene, made, through

_LARGEST = 256 << 20  # bytes
_SMALL = 4096
_MOST = 1000  # small objects
_PYTHON = str(ROOT / ".venv" / "bin" / "python")


def _reader(way: str, what: str) -> Tool:
    """A program that opens objects in some way, and reads all of them or parts.

    Args:
        way: `gitstore.open`, `gitstore://` or `s3fs`.
        what: `all` or `parts`.
    """

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        ours = way != "s3fs"
        place = scene.clone(f"git-storage-data-{data.name}") if ours else scene.place()
        top = f"{'' if ours else BUCKET + '/'}data/{data.name}/"
        names = "".join(f"{top}{data.path(number)}\n" for number in range(data.files))
        (place / "names").write_text(names, encoding="ascii")
        argv = ["env", f"PYTHONPATH={ROOT}", _PYTHON, "-m", "bench.reading"]
        argv += [way, what, "names", "digest", scene.server.endpoint]

        def check() -> None:
            files = (scene.source(data) / data.path(number) for number in range(data.files))
            wanted = "".join(digest(file.open("rb"), what) for file in files)
            if (place / "digest").read_text(encoding="ascii") != wanted:
                raise CommandFailed(f"{way} did not read what is there")

        return scene.command(argv, place), check

    def prepare(scene: Scene, data: Data) -> None:
        if way != "s3fs":
            projects.git_storage(scene, data, "data")

    return Tool(way, begin, prepare)


def _open(what: str, told: str, terms: Terms) -> list[Row]:
    tools = [_reader(way, what) for way in ("gitstore.open", "gitstore://", "s3fs")]
    if what == "each":
        data = Data("small", min(terms.sizes.objects, _MOST), _SMALL)
        told = f"{data.files} objects of {data.size >> 10} KiB, one by one"
    else:
        data = Data("large", 1, min(terms.sizes.large, _LARGEST))
        told = f"{told} of one object of {data.size >> 20} MiB"
    with made(terms.root, terms.server or "ministack", [data]) as scene:
        rows = count(terms, hold(terms, told, scene, data, tools), scene, data, tools)
        with through(scene, "far", terms.delay) as (far, _):
            away = f"{told}, {terms.delay * 1000:.0f} ms away"
            return rows + hold(terms, away, far, data, tools)


CONTESTS = (
    Contest("open-all", "an object read in Python", partial(_open, "all", "all")),
    Contest("open-parts", "parts of it", partial(_open, "parts", f"{PARTS} parts of 4 KiB")),
    Contest("open-each", "small objects opened in Python", partial(_open, "each", "")),
)
