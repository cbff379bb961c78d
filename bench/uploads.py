"""The same new files given by each tool in turn, round after round, to an empty prefix."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

from bench.cost import Command, Cost, run
from bench.peers import DVC, GIT_STORAGE, RCLONE, S5CMD
from bench.scene import BUCKET, Scene

Begin = Callable[[Scene], Command]
"""Makes one round's place with the new files in it; the command to measure."""


def rounds(scene: Scene, count: int) -> dict[str, list[Cost]]:
    """What each contestant cost in each round; what has arrived is compared with what was given.

    Args:
        count: how many rounds; in each one everybody has a turn.

    Raises:
        CommandFailed: a command failed, or other objects have arrived.
    """
    contestants: dict[str, tuple[Begin, str]] = {
        "git storage sync": (_git_storage, "data/up"),
        "rclone copy --transfers 16": (_rclone, "data/up"),
        "s5cmd cp": (_s5cmd, "data/up"),
        "dvc push": (_dvc, "dvc"),
    }
    costs: dict[str, list[Cost]] = {contestant: [] for contestant in contestants}
    for number in range(count):
        for contestant, (begin, prefix) in contestants.items():
            scene.do([str(RCLONE), "delete", f"bench:{BUCKET}/{prefix}"], scene.root)
            command = begin(scene)
            cost = run(command)
            if prefix == "data/up":  # DVC's own names and sizes are its own
                _compare(scene)
            costs[contestant].append(cost)
            sys.stderr.write(
                f"{number + 1} up: {contestant}: {cost.wall:.2f} s, cpu {cost.cpu:.2f} s\n"
            )
    scene.place()
    return costs


def _git_storage(scene: Scene) -> Command:
    place = scene.clone("git-storage")
    # As somebody who begins with an empty data path: what was there before it is held back.
    scene.do([str(GIT_STORAGE), "stage", "data/up"], place)
    shutil.copytree(scene.source("small"), place / "data" / "up", dirs_exist_ok=True)
    return scene.command([str(GIT_STORAGE), "sync", "data/up"], place)


def _rclone(scene: Scene) -> Command:
    argv = [str(RCLONE), "copy", "--transfers", "16", "small", f"bench:{BUCKET}/data/up"]
    return scene.command(argv, scene.source(""))


def _s5cmd(scene: Scene) -> Command:
    argv = [str(S5CMD), "--log", "error", "cp", "small/", f"s3://{BUCKET}/data/up/"]
    return scene.command(argv, scene.source(""))


def _dvc(scene: Scene) -> Command:
    # The project that has added the files: its cache holds them, and the remote no longer does.
    place = scene.root / "dvc"
    for known in ("tmp", "cache/runs"):
        shutil.rmtree(place / ".dvc" / known, ignore_errors=True)
    shutil.rmtree(scene.root / "round" / "dvc-site", ignore_errors=True)
    return scene.command([str(DVC), "push"], place)


def _compare(scene: Scene) -> None:
    there = f"bench:{BUCKET}/data/up"
    scene.do([str(RCLONE), "check", str(scene.source("small")), there], scene.root)
