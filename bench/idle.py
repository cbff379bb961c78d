"""Contests of commands that move nothing: status of a large tree, a start, and hooks."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from bench import hooks
from bench.cost import Command, CommandFailed, Cost, TooSlow, run
from bench.peers import AWS, DVC, GIT_STORAGE, RCLONE, S5CMD
from bench.report import Row
from bench.rounds import Contest, Terms, say
from bench.scene import Data, Scene, alone

_FEW = 10

# Runs `git storage status` and counts the data files that it opens.
_COUNTING = """
import sys
opened = 0
def hook(event, args):
    global opened
    if event == "open" and str(args[0]).endswith(".dat"):
        opened += 1
sys.addaudithook(hook)
from gitstore.__main__ import main
sys.argv = ["git-storage", "status"]
status = main()
sys.stdout.write(f"\\n{opened}\\n")
sys.exit(status)
"""


def staged(scene: Scene, data: Data) -> Path:
    """A project with so many files of a directory staged and untouched."""
    place, storage = scene.root / "ours", scene.root / "storage"
    data.write(storage)
    scene.repository(place)
    scene.do([str(GIT_STORAGE), "add", "many", str(storage), "--to", "data/many"], place)
    scene.commit(place)
    scene.do([str(GIT_STORAGE), "stage", "data/many"], place)
    return place


def committed(scene: Scene, data: Data) -> Path:
    """The same files in git itself."""
    place = scene.root / "git"
    scene.repository(place)
    data.write(place / "data" / "many")
    scene.commit(place)
    return place


def tracked_by_dvc(scene: Scene, data: Data) -> Path:
    """The same files in a project of DVC's."""
    place = scene.root / "dvc"
    scene.repository(place)
    data.write(place / "data" / "many")
    scene.do([str(DVC), "init", "--quiet"], place)
    scene.do([str(DVC), "config", "cache.type", "hardlink,copy"], place)
    scene.do([str(DVC), "add", "--quiet", "data/many"], place)
    scene.commit(place)
    return place


def _status(terms: Terms) -> list[Row]:
    contestants = (
        ("git storage status", staged, [str(GIT_STORAGE), "status"]),
        ("git status", committed, ["git", "status"]),
        ("dvc data status", tracked_by_dvc, [str(DVC), "data", "status"]),
    )
    data = Data("many", terms.sizes.many, 16)
    rows = []
    with alone(terms.root) as scene:
        for name, made, argv in contestants:
            say(f"{name}: making {data.files} files")
            where = made(scene, data)
            first = run(scene.command(argv, where), terms.limit)
            note = f"the first one {first.wall:.2f} s"
            if made is staged:
                counting = [sys.executable, "-c", _COUNTING]
                note += f"; opens {scene.do(counting, where).split()[-1]} of the files"
            row = _run(terms, f"{data.files} files", name, scene.command(argv, where))
            rows.append(replace(row, note=row.note or note))
    return rows


def _start(terms: Terms) -> list[Row]:
    programs = {
        "git storage": [str(GIT_STORAGE), "--version"],
        "git": ["git", "--version"],
        "rclone": [str(RCLONE), "version"],
        "s5cmd": [str(S5CMD), "version"],
        "git lfs": ["git", "lfs", "version"],
        "git annex": ["git", "annex", "version"],
        "aws": [str(AWS), "--version"],
        "dvc": [str(DVC), "--version"],
    }
    often = replace(terms, rounds=2 * terms.rounds)
    with alone(terms.root) as scene:
        place = scene.place()
        rows = [
            _run(often, "the version", name, scene.command(argv, place))
            for name, argv in programs.items()
        ]
        where = staged(scene, Data("many", _FEW, 16))
        idle = scene.command([str(GIT_STORAGE), "status"], where)
        return [*rows, _run(often, f"{_FEW} files", "git storage status", idle)]


def _hooks(terms: Terms) -> list[Row]:
    rows = []
    for files in (_FEW, terms.sizes.many // 2):
        top = terms.root / str(files)
        hooks.make(top, files)
        for name, argv, typed in hooks.questions(top):
            command = Command(argv, top, {**os.environ, **hooks.environment()}, typed)
            often = replace(terms, rounds=4 * terms.rounds)
            rows.append(_run(often, f"hooks, {files} files", name, command))
        shutil.rmtree(top)
    return rows


CONTESTS = (
    Contest("status", "status of a large tree, beside git's and DVC's", _status),
    Contest("start", "what starting costs", _start),
    Contest("hooks", "hooks with nothing to do; the first is an empty script", _hooks),
)


def _run(terms: Terms, what: str, who: str, command: Command) -> Row:
    costs: list[Cost] = []
    try:
        while (
            len(costs) < terms.rounds
            and sum(each.wall for each in costs) < terms.patience * terms.rounds
        ):
            costs.append(run(command, terms.limit))
    except (CommandFailed, TooSlow) as error:
        say(f"{who}: {' '.join(str(error).split())}")
        return Row(what, who, costs, note="failed")
    return Row(what, who, costs)
