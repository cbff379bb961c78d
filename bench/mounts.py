"""Contests of mounts: a large object read from end to end or here and there, and a long listing.

What is measured is the program that reads. The processes behind the mounts have their work to do on
the same processors, so the clock counts it; the processor's time in the table is the reader's own.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import projects
from bench.cost import Command
from bench.peers import GIT_STORAGE, RCLONE
from bench.report import Row
from bench.rounds import Check, Contest, Terms, Tool, count, hold
from bench.scene import BUCKET, Data, Scene, made

_SMALL = 4096
_JUMPS = 500
_CHUNKS = ("--vfs-read-chunk-streams", "4", "--vfs-read-chunk-size", "16M")
_JUMPING = """
import os, random, sys
file, size, jumps = os.open(sys.argv[1], os.O_RDONLY), int(sys.argv[2]), int(sys.argv[3])
order = random.Random(1)
for _ in range(jumps):
    assert len(os.pread(file, 4096, order.randrange(size - 4096))) == 4096
"""

Reading = Callable[[Data], list[str]]
"""The command that reads in a mounted directory."""


def _read(terms: Terms) -> list[Row]:
    return _contest(terms, "one object read", _large(terms), _from_end_to_end)


def _list(terms: Terms) -> list[Row]:
    return _contest(terms, "ls -lR", Data("small", terms.sizes.objects, _SMALL), _listed)


def _jump(terms: Terms) -> list[Row]:
    return _contest(terms, f"{_JUMPS} reads of 4 KiB", _large(terms), _here_and_there)


CONTESTS = (
    Contest("mount-read", "one large object read through a mount", _read),
    Contest("mount-list", "small objects listed through a mount", _list),
    Contest("mount-random", "4 KiB here and there of a large object through a mount", _jump),
)


def git_storage(reading: Reading) -> Tool:
    """`git storage mount` of a new clone, with nothing kept of the rounds before."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        _unmount(scene)
        shutil.rmtree(scene.own / "home" / ".cache", ignore_errors=True)
        place = scene.clone(f"git-storage-data-{data.name}")
        scene.do([str(GIT_STORAGE), "mount", f"data/{data.name}"], place)
        return _reads(scene, data, reading, place / "data" / data.name)

    def prepare(scene: Scene, data: Data) -> None:
        projects.git_storage(scene, data, "data")

    return Tool("git storage mount", begin, prepare)


def rclone(reading: Reading, *options: str) -> Tool:
    """`rclone mount` with these options."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        _unmount(scene)
        cache = ["--cache-dir", str(scene.place() / "cache")]
        # Not in the place of the round, which is emptied while it may still be mounted.
        place = scene.root / "mounted"
        place.mkdir(exist_ok=True)
        argv = [str(RCLONE), "mount", "--daemon", "--read-only", *cache, *options]
        scene.do([*argv, f"bench:{BUCKET}/data/{data.name}", str(place)], scene.root)
        return _reads(scene, data, reading, place)

    return Tool(" ".join(["rclone mount", *options]), begin)


def _contest(terms: Terms, what: str, data: Data, reading: Reading) -> list[Row]:
    tools: Sequence[Tool] = [
        git_storage(reading),
        rclone(reading),
        rclone(reading, "--use-server-modtime"),
        rclone(reading, "--use-server-modtime", "--vfs-cache-mode", "full", *_CHUNKS),
    ]
    with made(terms.root, terms.server or "ministack", [data]) as scene:
        try:
            rows = hold(terms, what, scene, data, tools)
            _unmount(scene)
            return count(terms, rows, scene, data, tools)
        finally:
            _unmount(scene)


def _large(terms: Terms) -> Data:
    return Data("large", 1, terms.sizes.large)


def _from_end_to_end(data: Data) -> list[str]:
    return ["dd", f"if={data.path(0)}", "of=/dev/null", "bs=1M", "status=none"]


def _listed(data: Data) -> list[str]:  # noqa: ARG001 - whatever is there
    return ["sh", "-c", "ls -lR . >/dev/null"]


def _here_and_there(data: Data) -> list[str]:
    return [sys.executable, "-I", "-c", _JUMPING, data.path(0), str(data.size), str(_JUMPS)]


def _reads(scene: Scene, data: Data, reading: Reading, top: Path) -> tuple[Command, Check]:
    argv = ["env", "-C", str(top), *reading(data)]
    # Not from inside: a directory that somebody stands in cannot be unmounted.
    command = scene.command(argv, scene.root / "round" / "here")
    return command, lambda: scene.check(data, top, "the mount")


def _unmount(scene: Scene) -> None:
    """Whatever is mounted of this scene; see proc(5), mountinfo."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    for point in [line.split(" ")[4] for line in lines]:
        if point.startswith(f"{scene.root}/"):
            scene.do(["fusermount3", "-u", "-z", point], scene.root)
