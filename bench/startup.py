"""What commands cost that move nothing, and whether `status` reads what it need not read."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.cost import Cost, run
from bench.peers import GIT_STORAGE
from bench.scene import Scene

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
sys.stderr.write(f"{opened}\\n")
sys.exit(status)
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """A project whose data is here and untouched.

    Attributes:
        first: the costs of the first `status`.
        second: the costs of the ones after it.
        opened: how many data files the last one opened.
    """

    first: list[Cost]
    second: list[Cost]
    opened: int


def version(scene: Scene, count: int) -> list[Cost]:
    """The costs of `git storage --version`."""
    place = scene.place()
    return [run(scene.command([str(GIT_STORAGE), "--version"], place)) for _ in range(count)]


def status(scene: Scene, files: int, count: int) -> Idle:
    """The costs of `status` where so many files of a directory storage are staged and untouched."""
    place = _staged(scene, files)
    command = scene.command([str(GIT_STORAGE), "status"], place)
    first = [run(command)]
    second = [run(command) for _ in range(count)]
    said = subprocess.run(
        [sys.executable, "-c", _COUNTING],
        cwd=place,
        env=scene.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    return Idle(first, second, int(said.splitlines()[-1]))


def _staged(scene: Scene, files: int) -> Path:
    place = scene.place()
    storage = place.parent / "storage"
    for number in range(files):
        directory = storage / f"{number // 1000:04}"
        if number % 1000 == 0:
            directory.mkdir(parents=True)
        (directory / f"{number:06}.dat").write_bytes(f"{number}\n".encode())
    scene.do(["git", "init", "--quiet", "--initial-branch=main"], place)
    scene.do([str(GIT_STORAGE), "add", "many", str(storage), "--to", "data/many"], place)
    scene.do(["git", "commit", "--quiet", "--message=describe the data"], place)
    scene.do([str(GIT_STORAGE), "stage", "data/many"], place)
    return place
