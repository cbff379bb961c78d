"""One S3 server, one bucket, the objects in it, and repositories that describe them."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cost import Command, CommandFailed
from bench.peers import DVC, GIT_STORAGE, RCLONE
from tests.servers import S3Server, ministack, rclone

BUCKET = "bench"
_IN_A_DIRECTORY = 500
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is moved.

    Attributes:
        objects: how many small objects.
        small: bytes of each.
        large: bytes of the large one.
    """

    objects: int
    small: int
    large: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Where everything is.

    Attributes:
        root: the directory of this run, on the RAM disk.
        environment: with which every program runs.
    """

    root: Path
    environment: dict[str, str]

    def source(self, name: str) -> Path:
        """The files as they were uploaded: of `small` or `large`."""
        return self.root / "source" / name

    def place(self) -> Path:
        """A new empty directory for one round."""
        shutil.rmtree(self.root / "round", ignore_errors=True)
        place = self.root / "round" / "here"
        place.mkdir(parents=True)
        return place

    def clone(self, name: str) -> Path:
        """A new clone of one of the repositories, for one round."""
        place = self.place()
        self.do(["git", "clone", "--quiet", str(self.root / name), "."], place)
        return place

    def do(self, argv: list[str], where: Path, typed: str = "") -> None:
        """Run a command that is not measured.

        Args:
            typed: its standard input.

        Raises:
            CommandFailed: it ended with another status than 0.
        """
        done = subprocess.run(
            argv,
            cwd=where,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{' '.join(argv)}: {done.stderr[-2000:]}")

    def command(self, argv: list[str], where: Path) -> Command:
        """A command that is measured."""
        return Command(argv, where, self.environment)


@contextmanager
def made(root: Path, server: str, sizes: Sizes) -> Iterator[Scene]:
    """The scene, as long as the block lasts.

    Args:
        root: an empty directory.
        server: `ministack` or `rclone`.
    """
    with ExitStack() as stack:
        if server == "rclone":
            (root / "served").mkdir()
            running = stack.enter_context(rclone(root / "served"))
        else:
            running = stack.enter_context(ministack())
        scene = Scene(root, _environment(root, running))
        _fill(scene, sizes)
        _upload(scene)
        _describe(scene, running)
        _track_with_dvc(scene, running)
        yield scene


def _environment(root: Path, server: S3Server) -> dict[str, str]:
    home = root / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "bench",
        "GIT_AUTHOR_EMAIL": "bench@example.org",
        "GIT_COMMITTER_NAME": "bench",
        "GIT_COMMITTER_EMAIL": "bench@example.org",
        # For DVC and s5cmd. It is not AWS, so that git storage has to log in.
        **server.environment,
        "S3_ENDPOINT_URL": server.endpoint,
        "GIT_STORAGE_TRUST_WRITE": _approved(server),
        "RCLONE_CONFIG": str(home / "rclone.conf"),
        "RCLONE_CONFIG_BENCH_TYPE": "s3",
        "RCLONE_CONFIG_BENCH_PROVIDER": "Other",
        "RCLONE_CONFIG_BENCH_ENDPOINT": server.endpoint,
        "RCLONE_CONFIG_BENCH_REGION": server.region,
        "RCLONE_CONFIG_BENCH_ACCESS_KEY_ID": server.access_key,
        "RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY": server.secret_key,
        "DVC_NO_ANALYTICS": "1",
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc-system"),
        # Emptied with the round: DVC keeps what it knows of remotes and files there.
        "DVC_SITE_CACHE_DIR": str(root / "round" / "dvc-site"),
    }


def _approved(server: S3Server) -> str:
    """What clones may read from and write to, as `git storage trust --list` spells it."""
    host = server.endpoint.partition("://")[2]
    names = [f"s3://{host}/{BUCKET}/data/{name}" for name in ("small", "large", "up")]
    return "\n".join(f"{name} at {server.endpoint}" for name in names)


def _fill(scene: Scene, sizes: Sizes) -> None:
    # The same bytes in every run, and nothing that a file system could compress.
    bytes_ = random.Random(20)  # noqa: S311 - for content, not for secrets
    small, large = scene.source("small"), scene.source("large")
    for number in range(sizes.objects):
        directory = small / f"{number // _IN_A_DIRECTORY:03}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{number:06}.dat").write_bytes(bytes_.randbytes(sizes.small))
    large.mkdir(parents=True)
    with (large / "large.dat").open("wb") as file:
        for start in range(0, sizes.large, _PIECE):
            file.write(bytes_.randbytes(min(_PIECE, sizes.large - start)))


def _upload(scene: Scene) -> None:
    source = scene.root / "source"
    scene.do([str(RCLONE), "mkdir", f"bench:{BUCKET}"], scene.root)
    scene.do([str(RCLONE), "copy", "--transfers", "16", ".", f"bench:{BUCKET}/data"], source)


def _describe(scene: Scene, server: S3Server) -> None:
    project = scene.root / "git-storage"
    _repository(scene, project)
    program, endpoint = str(GIT_STORAGE), ["--endpoint", server.endpoint]
    keys = f"access={server.access_key}\nsecret={server.secret_key}\n"
    scene.do([program, "login", "--stdin", f"s3://{BUCKET}", *endpoint], project, keys)
    for name in ("small", "large", "up"):
        url = f"s3://{BUCKET}/data/{name}"
        scene.do([program, "add", name, url, "--to", f"data/{name}", *endpoint], project)
    _commit(scene, project)


def _track_with_dvc(scene: Scene, server: S3Server) -> None:
    project = scene.root / "dvc"
    _repository(scene, project)
    dvc = str(DVC)
    shutil.copytree(scene.source("small"), project / "small")
    scene.do([dvc, "init", "--quiet"], project)
    scene.do([dvc, "remote", "add", "--default", "bench", f"s3://{BUCKET}/dvc"], project)
    scene.do([dvc, "remote", "modify", "bench", "endpointurl", server.endpoint], project)
    scene.do([dvc, "add", "--quiet", "small"], project)
    scene.do([dvc, "push", "--quiet"], project)
    _commit(scene, project)


def _repository(scene: Scene, project: Path) -> None:
    project.mkdir()
    scene.do(["git", "init", "--quiet", "--initial-branch=main"], project)


def _commit(scene: Scene, project: Path) -> None:
    scene.do(["git", "add", "--all"], project)
    scene.do(["git", "commit", "--quiet", "--message=describe the data"], project)
