"""The same bytes brought by each tool in turn, round after round."""

from __future__ import annotations

import filecmp
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.cost import Command, CommandFailed, Cost, run
from bench.peers import DVC, GIT_STORAGE, RCLONE, S5CMD
from bench.scene import BUCKET, Scene

Begin = Callable[[Scene], tuple[Command, Path]]
"""Makes one round's empty place; the command to measure, and where its bytes will be."""


def small_objects() -> dict[str, Begin]:
    """Who brings many small objects."""
    return {
        "git storage stage": lambda scene: _git_storage(scene, "small"),
        "rclone copy --transfers 16": lambda scene: _rclone(scene, "small", "--transfers", "16"),
        "s5cmd cp": lambda scene: _s5cmd(scene, "small"),
        "dvc pull": _dvc,
    }


def large_object() -> dict[str, Begin]:
    """Who brings one large object."""
    return {
        "git storage stage": lambda scene: _git_storage(scene, "large"),
        "rclone copy": lambda scene: _rclone(scene, "large"),
        "s5cmd cp": lambda scene: _s5cmd(scene, "large"),
    }


def rounds(
    scene: Scene, name: str, contestants: Mapping[str, Begin], count: int
) -> dict[str, list[Cost]]:
    """What each contestant cost in each round; what it brought is compared byte by byte.

    Args:
        name: `small` or `large`.
        count: how many rounds; in each one everybody has a turn.

    Raises:
        CommandFailed: a command failed or brought other bytes.
    """
    costs: dict[str, list[Cost]] = {contestant: [] for contestant in contestants}
    for number in range(count):
        for contestant, begin in contestants.items():
            command, place = begin(scene)
            cost = run(command)
            _compare(scene.source(name), place, contestant)
            costs[contestant].append(cost)
            sys.stderr.write(
                f"{number + 1} {name}: {contestant}: {cost.wall:.2f} s, cpu {cost.cpu:.2f} s\n"
            )
    scene.place()
    return costs


def _git_storage(scene: Scene, name: str) -> tuple[Command, Path]:
    place = scene.clone("git-storage")
    return scene.command([str(GIT_STORAGE), "stage", f"data/{name}"], place), place / "data" / name


def _rclone(scene: Scene, name: str, *options: str) -> tuple[Command, Path]:
    place = scene.place()
    argv = [str(RCLONE), "copy", *options, f"bench:{BUCKET}/data/{name}", name]
    return scene.command(argv, place), place / name


def _s5cmd(scene: Scene, name: str) -> tuple[Command, Path]:
    place = scene.place()
    argv = [str(S5CMD), "--log", "error", "cp", f"s3://{BUCKET}/data/{name}/*", f"{name}/"]
    return scene.command(argv, place), place / name


def _dvc(scene: Scene) -> tuple[Command, Path]:
    place = scene.clone("dvc")
    return scene.command([str(DVC), "pull"], place), place / "small"


def _compare(source: Path, place: Path, contestant: str) -> None:
    for file in source.rglob("*"):
        brought = place / file.relative_to(source)
        if file.is_dir():
            continue
        if not brought.is_file() or not filecmp.cmp(file, brought, shallow=False):
            raise CommandFailed(f"{contestant} did not bring {brought.name} as it is")
