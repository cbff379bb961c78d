"""Where the story plays: a server with a versioned bucket, a git remote, and people's clones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo import fits
from demo.catalogue import MESSIER, as_csv, by_number
from demo.telling import Person
from tests.servers import Bucket, S3Server, ministack

BUCKET = "sky-survey"
RELEASE = "release-3/"
KEYS = "keys.txt"
"""A file beside the clones with the credentials of everybody in the lab."""
IMAGES = (13, 27, 31, 33, 42, 43, 51, 57, 81, 82, 101, 104)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the story needs.

    Attributes:
        root: a directory that holds everything local.
        server: the S3 server.
        bucket: the storage, as people without git use it.
        ada: has begun the project.
    """

    root: Path
    server: S3Server
    bucket: Bucket
    ada: Person

    def clone_for(self, name: str) -> Person:
        """Somebody who will clone the project into a directory of that name."""
        return _person(self.root, name)

    def stored(self) -> dict[str, bytes]:
        """The current objects below the release, by their names there."""
        found = self.bucket.contents(RELEASE)
        return {key.removeprefix(RELEASE): content for key, content in found.items()}

    def downloads(self) -> int:
        """How many bytes of data lie in the clones."""
        return sum(p.stat().st_size for p in self.root.glob("*/data/raw/**/*") if p.is_file())


@contextmanager
def begun(root: Path) -> Iterator[Scene]:
    """The scene in a directory, with its server running until the end of the block."""
    with ministack() as server:
        server.s3.create_bucket(Bucket=BUCKET)
        server.s3.put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        bucket = Bucket(server, BUCKET, server.s3)
        for name, content in release().items():
            bucket.put(RELEASE + name, content)
        keys = root / KEYS
        keys.touch(mode=0o600)
        keys.write_text(f"access={server.access_key}\nsecret={server.secret_key}\n")
        ada = _person(root, "ada")
        _begin_project(root, ada)
        yield Scene(root, server, bucket, ada)


def release() -> dict[str, bytes]:
    """The data: a catalogue, and an image of some of its objects."""
    images = {f"images/m{n}.fits": fits.image(by_number(n)) for n in IMAGES}
    # M110 is left out: somebody adds it in the story.
    known = [each for each in MESSIER if each.messier != 110]
    return {"catalogue.csv": as_csv(known).encode(), **images}


def _begin_project(root: Path, ada: Person) -> None:
    at_root = Person(ada.name, root, ada.environment)
    at_root.asks("git", "init", "--quiet", "--bare", "project.git")
    at_root.asks("git", "clone", "--quiet", "project.git", "ada")
    (ada.top / "README").write_text("How bright is the sky?\n")
    ada.asks("git", "add", "README")
    ada.asks("git", "commit", "--quiet", "--message", "begin")
    ada.asks("git", "push", "--quiet", "origin", "HEAD")


def _person(root: Path, name: str) -> Person:
    """Somebody with a new user's shell, whom git knows, and who has no credentials yet."""
    home = root / "homes" / name
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text(
        f"[user]\n\tname = {name.capitalize()}\n\temail = {name}@example.org\n"
        "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
    )
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    return Person(name, root / name, environment)
