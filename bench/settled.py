"""Tools in projects that have their data already, so that there is nothing or little to bring."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench import down
from bench.cost import Command, run
from bench.peers import AWS, DVC, GIT_STORAGE, RCLONE, S5CMD
from bench.rounds import Check, Tool
from bench.scene import BUCKET, Data, Scene

_TRANSFERS = ("--transfers", "16", "--checkers", "16")


def git_storage(work: str, *options: str) -> Tool:
    """`git storage WORK`, of the data path where the work takes one."""

    def argv(_: Scene, data: Data) -> list[str]:
        path = [] if work == "status" else [f"data/{data.name}"]
        return [str(GIT_STORAGE), work, *options, *path]

    return settled(" ".join(["git storage", work, *options]), down.git_storage(), argv)


def rclone() -> Tool:
    """`rclone copy` once more."""
    return settled(
        f"rclone copy {' '.join(_TRANSFERS)}",
        down.rclone(*_TRANSFERS),
        lambda _, data: [str(RCLONE), "copy", *_TRANSFERS, _url("bench:", data), "."],
    )


def s5cmd() -> Tool:
    """`s5cmd sync` of what `s5cmd cp` has brought."""
    return settled(
        "s5cmd sync",
        down.s5cmd(),
        lambda _, data: [str(S5CMD), "sync", f"{_url('s3://', data)}/*", "."],
    )


def aws() -> Tool:
    """`aws s3 sync` of what `aws s3 cp` has brought."""
    return settled(
        "aws s3 sync",
        down.aws(),
        lambda scene, data: [
            *(str(AWS), "--endpoint-url", scene.server.endpoint, "s3", "sync"),
            *("--only-show-errors", _url("s3://", data), "."),
        ],
    )


def dvc(*words: str) -> Tool:
    """`dvc` with these words after `dvc pull`."""
    argv = [str(DVC), *words, "--quiet"]
    return settled(" ".join(["dvc", *words]), down.dvc(), lambda *_: argv)


def lfs() -> Tool:
    """`git lfs pull` once more."""
    return settled("git lfs pull", down.lfs(), lambda *_: ["git", "lfs", "pull"])


def settled(name: str, brought_by: Tool, argv: Callable[[Scene, Data], Sequence[str]]) -> Tool:
    """A tool whose command is run again and again where another one has brought everything.

    Args:
        name: as the table has it.
        brought_by: brings everything, once for each way to the server.
        argv: the command that is measured.
    """

    def prepare(scene: Scene, data: Data) -> None:
        if kept(scene, data, brought_by).exists():
            return
        brought_by.prepare(scene, data)
        command, check = brought_by.begin(scene, data)
        run(remembering(scene, command))
        check()
        keep(scene, data, brought_by, command)

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.place()
        command = scene.command(argv(scene, data), kept(scene, data, brought_by))
        return remembering(scene, command), lambda: None

    return Tool(name, begin, prepare)


def keep(scene: Scene, data: Data, tool: Tool, command: Command) -> None:
    """Where a tool's command has brought everything stays, and need not be made again."""
    kept(scene, data, tool).parent.mkdir(exist_ok=True)
    shutil.move(command.where, kept(scene, data, tool))


def kept(scene: Scene, data: Data, tool: Tool) -> Path:
    """Where a tool has brought everything."""
    word = "".join(each if each.isalnum() else "-" for each in tool.name)
    return scene.own / "kept" / f"{word}-{data.name}"


def remembering(scene: Scene, command: Command) -> Command:
    """The command with a memory of DVC's that lasts; another place would not have it."""
    lasting = {"DVC_SITE_CACHE_DIR": str(scene.own / "kept-by-dvc")}
    return replace(command, environment={**command.environment, **lasting})


def _url(scheme: str, data: Data) -> str:
    return f"{scheme}{BUCKET}/data/{data.name}"
