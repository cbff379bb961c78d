"""Tools that bring objects here: each round into a new empty place, or a new clone."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from bench import projects
from bench.cost import Command
from bench.peers import AWS, DVC, GIT_STORAGE, RCLONE, ROOT, S5CMD
from bench.rounds import Check, Tool
from bench.scene import BUCKET, Data, Scene

_RANGES = 8


def git_storage() -> Tool:
    """`git storage stage` in a new clone."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = scene.clone(f"git-storage-data-{data.name}")
        argv = [str(GIT_STORAGE), "stage", f"data/{data.name}"]
        return _brought(scene, data, argv, place, place / "data" / data.name)

    def prepare(scene: Scene, data: Data) -> None:
        projects.git_storage(scene, data, "data")

    return Tool("git storage stage", begin, prepare)


def rclone(*options: str) -> Tool:
    """`rclone copy` with these options."""
    return _copying(
        " ".join(["rclone copy", *options]),
        lambda _, data: [
            str(RCLONE),
            "copy",
            *options,
            f"bench:{BUCKET}/data/{data.name}",
            ".",
        ],
    )


def s5cmd(*options: str) -> Tool:
    """`s5cmd cp` with these options of `cp`."""
    return _copying(
        " ".join(["s5cmd cp", *options]),
        lambda _, data: [
            *(str(S5CMD), "--log", "error", "cp", *options),
            *(f"s3://{BUCKET}/data/{data.name}/*", "./"),
        ],
    )


def aws() -> Tool:
    """`aws s3 cp --recursive`."""
    return _copying(
        "aws s3 cp",
        lambda scene, data: [
            *(str(AWS), "--endpoint-url", scene.server.endpoint, "s3", "cp", "--recursive"),
            *("--only-show-errors", f"s3://{BUCKET}/data/{data.name}/", "."),
        ],
    )


def bare(threads: int) -> Tool:
    """The bound for small objects: a loop around obstore."""
    return _copying(
        f"obstore loop, {threads} threads",
        lambda _, data: [
            *("env", f"PYTHONPATH={ROOT}", str(ROOT / ".venv/bin/python"), "-m", "bench.bare"),
            *("down", f"data/{data.name}", ".", str(threads)),
        ],
    )


def curl() -> Tool:
    """The bound for a large object: signed ranges side by side, into a file each."""

    def argv(scene: Scene, data: Data) -> list[str]:
        each = -(-data.size // _RANGES)
        name, server = data.path(0), scene.server
        signed = f"aws:amz:{server.region}:s3"
        common = ["curl", "--silent", "--fail", "--aws-sigv4", signed]
        common += ["--user", f"{server.access_key}:{server.secret_key}"]
        url = f"{server.endpoint}/{BUCKET}/data/{data.name}/{name}"
        ranges = [
            [*common, "--range", f"{start}-{min(start + each, data.size) - 1}"]
            for start in range(0, data.size, each)
        ]
        lines = [f"mkdir -p {shlex.quote(str(Path(name).parent))}", "all="]
        for at, line in enumerate(ranges):
            one = shlex.join([*line, "--output", f"{name}.{at}", url])
            lines.append(f'{one} & all="$all $!"')
        return ["sh", "-ec", "\n".join([*lines, "for each in $all; do wait $each; done"])]

    return _copying(f"curl, {_RANGES} ranges", argv)


def dvc() -> Tool:
    """`dvc pull` in a new clone."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = _cloned(scene, scene.root / f"dvc-{data.name}")
        projects.point_dvc(scene, place)
        return _brought(scene, data, [str(DVC), "pull", "--quiet"], place, place / "tree")

    return Tool("dvc pull", begin, projects.fill_dvc)


def annex() -> Tool:
    """`git annex get` in a new clone, from a directory."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = _cloned(scene, scene.root / f"annex-{data.name}")
        scene.do(["git", "annex", "init", "round"], place)
        projects.enable_annex(scene, place)
        argv = ["git", "annex", "get", "--quiet", "-J16", "--from", projects.ANNEX_REMOTE, "tree"]
        return _brought(scene, data, argv, place, place / "tree")

    return Tool("git annex get -J16, a directory", begin, projects.fill_annex)


def lfs() -> Tool:
    """`git lfs pull` in a new clone."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = _cloned(scene, scene.root / f"lfs-{data.name}")
        scene.do(["git", "lfs", "install", "--local"], place)
        return _brought(scene, data, ["git", "lfs", "pull"], place, place / "tree")

    return Tool("git lfs pull", begin, projects.fill_lfs)


def _copying(name: str, argv: Callable[[Scene, Data], list[str]]) -> Tool:
    """Without a project: it runs in an empty directory."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = scene.place()
        return _brought(scene, data, argv(scene, data), place, place)

    return Tool(name, begin)


def _brought(
    scene: Scene, data: Data, argv: list[str], place: Path, top: Path
) -> tuple[Command, Check]:
    command = scene.command(argv, place)
    return command, lambda: scene.check(data, top, argv[0])


def _cloned(scene: Scene, project: Path) -> Path:
    place = scene.place()
    scene.do(["git", "clone", "--quiet", str(project), "."], place)
    return place
