"""One S3 server, one bucket, the objects in it, and the ways that lead there."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.cost import Command, CommandFailed
from bench.lfs import lfs_server
from bench.peers import LEAN, RCLONE, ROOT
from bench.relay import Relay, relay
from tests.servers import S3Server, free_port, ministack, rclone, running

BUCKET = "bench"
SERVERS = ("lean", "ministack", "rclone")
_IN_A_DIRECTORY = 500
_PIECE = 1 << 20
_DELETED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Data:
    """Objects of one size, in `data/NAME/` of the bucket.

    Attributes:
        name: of the directory.
        files: how many.
        size: bytes of each.
    """

    name: str
    files: int
    size: int

    def path(self, number: int) -> str:
        """Where one of the files is, relative to the directory."""
        return f"{number // _IN_A_DIRECTORY:04}/{number:07}.dat"

    def content(self, number: int) -> Iterator[bytes]:
        """One file's bytes: the same in every run, and nothing that could be compressed."""
        random_bytes = random.Random(f"{self.name} {number}")  # noqa: S311 - for content
        for start in range(0, self.size, _PIECE):
            yield random_bytes.randbytes(min(_PIECE, self.size - start))

    def write(self, top: Path) -> None:
        """All files, below a directory that is not there yet."""
        for number in range(self.files):
            file = top / self.path(number)
            if number % _IN_A_DIRECTORY == 0:
                file.parent.mkdir(parents=True)
            with file.open("wb") as out:
                out.writelines(self.content(number))


@dataclass(frozen=True, slots=True)
class Scene:
    """Where everything is, and one way to the server.

    Attributes:
        root: the directory of this contest, on the RAM disk.
        own: the directory of this way: a home, and repositories that name its endpoint.
        environment: with which every program runs.
        server: as it is reached on this way.
        datas: what the bucket holds in `data/`.
        far: where the same server is far away, if it can be.
    """

    root: Path
    own: Path
    environment: dict[str, str]
    server: S3Server
    datas: Sequence[Data]
    far: str | None = None
    _digests: dict[Path, bytes] = field(default_factory=dict)

    def source(self, data: Data | str) -> Path:
        """The files as they are in the bucket."""
        return _files(self.root) / (data if isinstance(data, str) else data.name)

    def place(self) -> Path:
        """A new empty directory for one round."""
        shutil.rmtree(self.root / "round", ignore_errors=True)
        place = self.root / "round" / "here"
        place.mkdir(parents=True)
        return place

    def clone(self, name: str) -> Path:
        """A new clone of one of the repositories of this way, for one round."""
        place = self.place()
        self.do(["git", "clone", "--quiet", str(self.own / name), "."], place)
        return place

    def do(self, argv: Sequence[str], where: Path, typed: str = "") -> str:
        """Run a command that is not measured; what it said.

        Args:
            typed: its standard input.

        Raises:
            CommandFailed: it ended with another status than 0.
        """
        done = subprocess.run(
            list(argv),
            cwd=where,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr)[-2000:]
            raise CommandFailed(f"{' '.join(argv)}: {said}")
        return done.stdout

    def command(self, argv: Sequence[str], where: Path) -> Command:
        """A command that is measured."""
        return Command(list(argv), where, self.environment)

    def repository(self, project: Path) -> None:
        """A new git repository."""
        project.mkdir(parents=True)
        self.do(["git", "init", "--quiet", "--initial-branch=main"], project)

    def commit(self, project: Path) -> None:
        """Commit everything there."""
        self.do(["git", "add", "--all"], project)
        self.do(["git", "commit", "--quiet", "--message=describe the data"], project)

    def clear(self, prefix: str) -> None:
        """Delete the objects of a prefix."""
        client = self.server.s3
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
            keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
            for at in range(0, len(keys), _DELETED_AT_ONCE):
                some = keys[at : at + _DELETED_AT_ONCE]
                client.delete_objects(Bucket=BUCKET, Delete={"Objects": some, "Quiet": True})

    def digest(self, file: Path) -> bytes:
        """The SHA-256 of a file of `source`, computed once."""
        if file not in self._digests:
            self._digests[file] = _digest([file])
        return self._digests[file]

    def remove_source(self, data: Data) -> None:
        """Remove the files that a server in memory has a copy of, and remember their digests."""
        if _files(self.root) == self.root / "source":
            for number in range(data.files):
                self.digest(self.source(data) / data.path(number))
            shutil.rmtree(self.source(data))

    def check(self, data: Data, place: Path, who: str) -> None:
        """Compare what was brought with what is in the bucket; pieces `X.0`, `X.1` … count as X.

        Raises:
            CommandFailed: something is missing, or has other bytes.
        """
        for number in range(data.files):
            source, brought = self.source(data) / data.path(number), place / data.path(number)
            parts = [brought] if brought.is_file() else _parts(brought)
            if not parts or _digest(parts) != self.digest(source):
                raise CommandFailed(f"{who} did not bring {data.path(number)} as it is")


@contextmanager
def made(root: Path, server: str, datas: Sequence[Data], seconds: float = 0) -> Iterator[Scene]:
    """A server with these objects, as long as the block lasts.

    Args:
        root: an empty directory.
        server: one of `SERVERS`; `rclone` serves the very files of `Scene.source`.
        seconds: of a round trip, where the server is to be far away, too.
    """
    with ExitStack() as stack:
        if server == "rclone":
            (root / "served" / BUCKET / "data").mkdir(parents=True)
        for data in datas:
            data.write(_files(root) / data.name)
        far = f"http://127.0.0.1:{free_port()}" if server == "lean" and seconds else None
        here = stack.enter_context(_running(server, root, far, seconds))
        scene = replace(stack.enter_context(_scene(root, "direct", here, datas)), far=far)
        if server != "rclone":
            scene.server.s3.create_bucket(Bucket=BUCKET)
            for data in datas:
                upload(scene, scene.source(data), f"data/{data.name}")
        yield scene


@contextmanager
def alone(root: Path) -> Iterator[Scene]:
    """A scene without a server, as long as the block lasts.

    Args:
        root: an empty directory.
    """
    with _scene(root, "alone", S3Server("http://127.0.0.1:9"), ()) as scene:
        yield scene


@contextmanager
def through(scene: Scene, name: str, seconds: float = 0) -> Iterator[tuple[Scene, Relay]]:
    """The same scene with a longer way to the server, on which requests are counted.

    Args:
        name: of the way, which nobody had before.
        seconds: of a round trip.
    """
    with relay(scene.server.endpoint, seconds) as way:
        server = replace(scene.server, endpoint=way.endpoint)
        with _scene(scene.root, name, server, scene.datas) as longer:
            yield replace(longer, _digests=scene._digests), way


@contextmanager
def far_away(scene: Scene, seconds: float) -> Iterator[Scene]:
    """The same scene with a longer way to the server, which is its own where it has one.

    Args:
        seconds: of a round trip.
    """
    if scene.far is None:
        with through(scene, "far", seconds) as (longer, _):
            yield longer
    else:
        server = replace(scene.server, endpoint=scene.far)
        with _scene(scene.root, "far", server, scene.datas) as longer:
            yield replace(longer, _digests=scene._digests)


def upload(scene: Scene, files: Path, prefix: str) -> None:
    """Put the files of a directory on the server, unmeasured."""
    argv = [str(RCLONE), "copy", "--transfers", "16", "--s3-no-check-bucket", "--copy-links"]
    scene.do([*argv, str(files), f"bench:{BUCKET}/{prefix}"], scene.root)


@contextmanager
def _running(name: str, root: Path, far: str | None, seconds: float) -> Iterator[S3Server]:
    if name == "rclone":
        with rclone(root / "served") as server:
            yield server
    else:
        with _lean(far, seconds) if name == "lean" else ministack() as server:
            yield server


@contextmanager
def _lean(far: str | None, seconds: float) -> Iterator[S3Server]:
    """The S3 that costs least: `lean_s3.py`; at `far`, too, where it takes longer."""
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}")
    argv = [str(LEAN), "-B", str(ROOT / "bench" / "lean.py"), str(port), "0"]
    argv += [] if far is None else [far.rpartition(":")[2], str(seconds)]
    with running(argv, {"PATH": os.environ["PATH"]}, server.endpoint):
        yield server


@contextmanager
def _scene(root: Path, name: str, server: S3Server, datas: Sequence[Data]) -> Iterator[Scene]:
    own = root / "ways" / name
    (own / "home").mkdir(parents=True)
    environment = _environment(root, own, server, datas)
    with lfs_server(server, BUCKET) as url:
        yield Scene(root, own, {**environment, **_git_configuration(url)}, server, datas)


def _files(root: Path) -> Path:
    """Where the objects' files are: what serves a directory serves these."""
    served = root / "served" / BUCKET / "data"
    return served if served.is_dir() else root / "source"


def _git_configuration(url: str) -> dict[str, str]:
    """Only for git-lfs and git-annex.

    Args:
        url: the LFS server's.
    """
    values = {
        "lfs.url": url,
        "lfs.locksverify": "false",
        "annex.security.allowed-ip-addresses": "all",  # also servers of this machine
    }
    numbered = {f"GIT_CONFIG_KEY_{at}": name for at, name in enumerate(values)}
    numbered |= {f"GIT_CONFIG_VALUE_{at}": value for at, value in enumerate(values.values())}
    # What is measured is `git lfs pull`.
    return {"GIT_CONFIG_COUNT": str(len(values)), **numbered, "GIT_LFS_SKIP_SMUDGE": "1"}


def _environment(root: Path, own: Path, server: S3Server, datas: Sequence[Data]) -> dict[str, str]:
    home = own / "home"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "bench",
        "GIT_AUTHOR_EMAIL": "bench@example.org",
        "GIT_COMMITTER_NAME": "bench",
        "GIT_COMMITTER_EMAIL": "bench@example.org",
        # For everybody else. It is not AWS, so that git storage has to log in.
        **server.environment,
        "S3_ENDPOINT_URL": server.endpoint,
        "GIT_STORAGE_TRUST_WRITE": _approved(server, datas),
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


def _approved(server: S3Server, datas: Sequence[Data]) -> str:
    """What clones may read from and write to, as `git storage trust --list` spells it."""
    host = server.endpoint.partition("://")[2]
    names = [f"s3://{host}/{BUCKET}/{top}/{data.name}" for data in datas for top in ("data", "up")]
    return "\n".join(f"{name} at {server.endpoint}" for name in names)


def _parts(file: Path) -> list[Path]:
    found = file.parent.glob(f"{file.name}.*") if file.parent.is_dir() else ()
    return sorted(found, key=lambda part: int(part.suffix[1:]))


def _digest(files: Sequence[Path]) -> bytes:
    sha256 = hashlib.sha256()
    for each in files:
        with each.open("rb") as file:
            while piece := file.read(_PIECE):
                sha256.update(piece)
    return sha256.digest()
