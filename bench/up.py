"""Tools that give new files: each round to an empty prefix of the bucket."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from bench import projects
from bench.cost import Command, CommandFailed
from bench.peers import AWS, DVC, GIT_STORAGE, RCLONE, ROOT, S5CMD
from bench.rounds import Check, Tool
from bench.scene import BUCKET, Data, Scene


def git_storage() -> Tool:
    """`git storage sync` in a new clone with new files at the data path."""

    def prepare(scene: Scene, data: Data) -> None:
        scene.clear(f"up/{data.name}/")
        projects.git_storage(scene, data, "up")

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.clear(f"up/{data.name}/")
        place = scene.clone(f"git-storage-up-{data.name}")
        path = f"data/{data.name}"
        # As somebody who begins with an empty data path: what was there before it is held back.
        scene.do([str(GIT_STORAGE), "stage", path], place)
        shutil.copytree(scene.source(data), place / path, copy_function=os.link, dirs_exist_ok=True)
        return scene.command([str(GIT_STORAGE), "sync", path], place), _arrived(scene, data)

    return Tool("git storage sync", begin, prepare)


def rclone(*options: str) -> Tool:
    """`rclone copy` with these options."""
    return _copying(
        " ".join(["rclone copy", *options]),
        lambda _, data: [str(RCLONE), "copy", *options, ".", f"bench:{BUCKET}/up/{data.name}"],
    )


def s5cmd(*options: str) -> Tool:
    """`s5cmd cp` with these options of `cp`."""
    return _copying(
        " ".join(["s5cmd cp", *options]),
        lambda _, data: [
            *(str(S5CMD), "--log", "error", "cp", *options),
            *("./", f"s3://{BUCKET}/up/{data.name}/"),
        ],
    )


def aws() -> Tool:
    """`aws s3 cp --recursive`."""
    return _copying(
        "aws s3 cp",
        lambda scene, data: [
            *(str(AWS), "--endpoint-url", scene.server.endpoint, "s3", "cp", "--recursive"),
            *("--only-show-errors", ".", f"s3://{BUCKET}/up/{data.name}/"),
        ],
    )


def bare(threads: int) -> Tool:
    """The bound for small objects: a loop around obstore, create-only."""
    return _copying(
        f"obstore loop, {threads} threads",
        lambda _, data: [
            *("env", f"PYTHONPATH={ROOT}", str(ROOT / ".venv/bin/python"), "-m", "bench.bare"),
            *("up", f"up/{data.name}", ".", str(threads)),
        ],
    )


def dvc() -> Tool:
    """`dvc push` of a project whose cache holds everything."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.clear("dvc/")
        scene.place()  # what DVC knows of remotes lies there
        place = projects.dvc(scene, data)
        for known in ("tmp", "cache/runs"):
            shutil.rmtree(place / ".dvc" / known, ignore_errors=True)
        # One for each object, and one for the tree.
        check = _counted(scene, "dvc/files/", data.files + 1)
        return scene.command([str(DVC), "push", "--quiet"], place), check

    return Tool("dvc push", begin, projects.dvc)


def annex() -> Tool:
    """`git annex copy` of a project that holds everything, to a directory."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.place()
        kept = projects.annex(scene, data)
        projects.empty_annex(scene)
        place = scene.root / "round" / "annex"
        # A copy each round, as it remembers what the remote has.
        scene.do(["cp", "--archive", str(kept), str(place)], kept)

        def check() -> None:
            if projects.annexed(scene) != data.files:
                raise CommandFailed(f"git annex copied {projects.annexed(scene)} objects")

        argv = ["git", "annex", "copy", "--quiet", "-J16", "--to", projects.ANNEX_REMOTE, "tree"]
        return scene.command(argv, place), check

    return Tool("git annex copy -J16, a directory", begin, projects.annex)


def lfs() -> Tool:
    """`git lfs push` of a project that holds everything."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.clear("lfs/")
        scene.place()
        place = projects.lfs(scene, data)
        other = scene.root / "round" / "hosted"
        scene.do(["git", "init", "--quiet", "--bare", str(other)], place)
        argv = ["git", "lfs", "push", str(other), "main"]
        return scene.command(argv, place), _counted(scene, "lfs/", data.files)

    return Tool("git lfs push", begin, projects.lfs)


def _copying(name: str, argv: Callable[[Scene, Data], list[str]]) -> Tool:
    """Without a project: it runs where the files are."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        scene.clear(f"up/{data.name}/")
        scene.place()
        command = scene.command(argv(scene, data), scene.source(data))
        return command, _arrived(scene, data)

    return Tool(name, begin)


def _arrived(scene: Scene, data: Data) -> Check:
    """All objects are there with the bytes of their files."""

    def check() -> None:
        argv = [str(RCLONE), "check", "--download", str(scene.source(data))]
        scene.do([*argv, f"bench:{BUCKET}/up/{data.name}"], scene.root)

    return check


def _counted(scene: Scene, prefix: str, files: int) -> Check:
    """As many objects are there as must be; what is in them is the tool's own format."""

    def check() -> None:
        pages = scene.server.s3.get_paginator("list_objects_v2")
        found = sum(
            len(page.get("Contents", ())) for page in pages.paginate(Bucket=BUCKET, Prefix=prefix)
        )
        if found != files:
            raise CommandFailed(f"{found} objects are below {prefix}, not {files}")

    return check
