"""Contests around the description: adding a storage, and what one changed object costs git."""

from __future__ import annotations

import statistics
from pathlib import Path

from bench import projects
from bench.cost import Command, run
from bench.peers import AWS, GIT_STORAGE, RCLONE, ROOT, S5CMD
from bench.report import Row
from bench.rounds import Check, Contest, Terms, Tool, count, hold
from bench.scene import BUCKET, Data, Scene, made

_TINY = 16


def add() -> Tool:
    """`git storage add` in a new project."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = scene.place() / "project"
        scene.repository(place)
        url = f"s3://{BUCKET}/data/{data.name}"
        argv = [str(GIT_STORAGE), "add", data.name, url, "--to", "data/added"]
        argv += ["--endpoint", scene.server.endpoint]
        return scene.command(argv, place), lambda: None

    def prepare(scene: Scene, data: Data) -> None:
        # Whoever has logged in once can read with any other project.
        projects.git_storage(scene, data, "data")

    return Tool("git storage add", begin, prepare)


def listings() -> list[Tool]:
    """Everybody's listing; the first is the bound."""
    bare = ["env", f"PYTHONPATH={ROOT}", str(ROOT / ".venv/bin/python"), "-m", "bench.bare"]
    bare += ["list", "data/{name}", ".", "1"]
    aws = [str(AWS), "--endpoint-url", "{endpoint}", "s3", "ls", "--recursive", "s3://{key}/"]
    return [
        listing("obstore, a listing", *bare),
        listing("rclone lsf -R", str(RCLONE), "lsf", "-R", "--fast-list", "bench:{key}"),
        listing("s5cmd ls", str(S5CMD), "ls", "s3://{key}/*"),
        listing("aws s3 ls", *aws),
    ]


def listing(name: str, *argv: str) -> Tool:
    """Who lists the objects, and does no more; `{…}` of the arguments are filled in."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = scene.place()
        key = f"{BUCKET}/data/{data.name}"
        filled = [
            each.format(key=key, endpoint=scene.server.endpoint, name=data.name) for each in argv
        ]
        return scene.command(filled, place), lambda: None

    return Tool(name, begin)


def _add(terms: Terms) -> list[Row]:
    many = Data("many", terms.sizes.many, _TINY)
    tools = [add(), *listings()]
    with made(terms.root, terms.server or "rclone", [many]) as scene:
        rows = hold(terms, f"{many.files} objects listed", scene, many, tools)
        return count(terms, rows, scene, many, tools)


def _commits(terms: Terms) -> list[Row]:
    """One object is edited, recorded and committed, again and again."""
    many = Data("many", terms.sizes.many, _TINY)
    with made(terms.root, terms.server or "rclone", [many]) as scene:
        projects.git_storage(scene, many, "data")
        place = scene.clone(f"git-storage-data-{many.name}")
        paths = [many.path(at * 7919 % many.files) for at in range(terms.sizes.commits)]
        scene.do(_ours("stage", many, *paths), place)
        scene.do(["git", "config", "gc.auto", "0"], place)
        recorded, grown = [], []
        for path in paths:
            (place / "data" / many.name / path).write_text(f"{path}, edited")
            before = _sizes(place)
            recorded.append(run(scene.command(_ours("record", many, path), place), terms.limit))
            scene.commit(place)
            after = _sizes(place)
            grown.append(sum(after[each] for each in after.keys() - before.keys()))
    what = f"{many.files} objects, one edited"
    return [Row(what, "git storage record", recorded, note=_told(grown))]


CONTESTS = (
    Contest("add", "a storage is described; the bound is a listing", _add),
    Contest("commits", "what one changed object costs git's own store", _commits),
)


def _ours(work: str, data: Data, *paths: str) -> list[str]:
    return [str(GIT_STORAGE), work, *(f"data/{data.name}/{path}" for path in paths)]


def _sizes(project: Path) -> dict[str, int]:
    """The bytes of each loose object."""
    objects = project / ".git" / "objects"
    return {str(each): each.stat().st_size for each in objects.glob("??/*")}


def _told(grown: list[int]) -> str:
    last = sorted(grown)[min(len(grown) - 1, int(len(grown) * 0.99))]
    return (
        f"new objects of git in {len(grown)} commits: {statistics.median(grown) / 1000:.1f} kB in "
        f"the median, {last / 1000:.1f} kB at p99"
    )
