"""A small vocabulary for scenarios: real git, a real directory for a storage, real processes.

    lab.describe({"m31.fits": b"one"})         # a bucket with an object, described and pushed
    lab.storage("stage", "--all")
    other = lab.clone()                        # somebody else's clone, with the same bucket
    lab.bucket.put("m31.fits", b"two")         # somebody without git
    lab.write("data/m31.fits", b"three")
    lab.storage("sync").fails(1).says("conflict")

A command that fails without `fails` right behind it fails the test, at the latest when it ends.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests import forked

DATA = "data"
NAME = "survey"
URL = "../bucket"
STORAGES = ("bucket", "archive", "library", "second", "other", "copy")
"""Directories beside the clones that every clone may use; about others it is asked."""

_FEW = 20  # objects that are worth to be copied with their descriptions
_PLACES = {"approved": ("origin", "place"), "listed": ("origin", "place"), "seen": ("origin",)}


@dataclass(slots=True)
class Result:
    """What a command did.

    Attributes:
        command: as it would be typed.
        code: the exit status.
        out: standard output.
        err: standard error.
    """

    command: str
    code: int
    out: str
    err: str
    expected: bool = False

    def fails(self, code: int) -> Result:
        """Expect this exit status, which is not 0."""
        self.expected = True
        assert code != 0, "a command that succeeds needs no fails()"
        assert self.code == code, f"exit status {self.code}, not {code}\n{self}"
        return self

    def says(self, *texts: str) -> Result:
        """Expect these texts on either stream."""
        for text in texts:
            assert text in self.out + self.err, f"{text!r} is not said\n{self}"
        return self

    def never_says(self, *texts: str) -> Result:
        """Expect that none of these texts is on either stream."""
        for text in texts:
            assert text not in self.out + self.err, f"{text!r} is said\n{self}"
        return self

    def json(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)

    def check(self) -> None:
        """Fail the test if the command failed and nobody expected it."""
        assert self.code == 0 or self.expected, f"failed unexpectedly\n{self}"

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.out}{self.err}[exit status {self.code}]"


@dataclass(slots=True)
class Bucket:
    """The storage as people without git see it: a directory."""

    root: Path

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def get(self, key: str) -> bytes:
        """Read an object."""
        return (self.root / key).read_bytes()

    def delete(self, key: str) -> None:
        """Remove an object."""
        (self.root / key).unlink()

    def objects(self) -> dict[str, bytes]:
        """Every object with its content."""
        files = sorted(p for p in self.root.rglob("*") if p.is_file())
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in files}


@dataclass(slots=True)
class Lab:
    """One clone of a project, its bare remote and the bucket that all clones share.

    Attributes:
        root: a directory of this test, which holds everything.
        top: the top level of this clone's work tree.
        bucket: the storage that `describe` describes.
        environment: what every command of this clone sees.
    """

    root: Path
    top: Path
    bucket: Bucket
    environment: dict[str, str]
    results: list[Result] = field(default_factory=list)
    clones: int = 0

    def git(self, *args: str) -> Result:
        """Run git at the top level of this clone."""
        return self.run("git", *args)

    def storage(self, *args: str, at: str = ".", tell: str = "") -> Result:
        """Run `git storage`.

        Args:
            at: the directory to run it in, relative to the top level.
            tell: standard input.
        """
        self.check()
        found = forked.run(args, self.top / at, self.environment, tell.encode())
        return self._noted(("git storage", *args), *found)

    def module(self, name: str, *args: str) -> Result:
        """Run a module that runs `git storage` and does something to it."""
        self.check()
        return self._noted((name, *args), *forked.run(args, self.top, self.environment, b"", name))

    def run(self, *command: str, at: str = ".", tell: str = "") -> Result:
        """Run any program."""
        self.check()
        done = subprocess.run(
            command,
            cwd=self.top / at,
            env=self.environment,
            input=tell.encode(),
            capture_output=True,
            check=False,
        )
        return self._noted(command, done.returncode, done.stdout, done.stderr)

    def _noted(self, command: Sequence[str], code: int, out: bytes, err: bytes) -> Result:
        told = [stream.decode(errors="surrogateescape") for stream in (out, err)]
        result = Result(" ".join(command), code, told[0], told[1])
        self.results.append(result)
        return result

    def check(self) -> None:
        """Fail the test if the last command failed and nobody expected it."""
        if self.results:
            self.results[-1].check()

    def describe(self, objects: Mapping[str, bytes], *options: str) -> None:
        """Put objects into the bucket, describe it as `survey` for `data`, commit and push.

        In a new lab, what that makes is copied from another one: it takes a third of a short test.
        """
        if len(objects) <= _FEW and self._is_new():
            _copy_over(_described(tuple(objects.items()), options), self.root)
            self.git("update-index", "-q", "--refresh")
        else:
            self.describe_anew(objects, *options)

    def _is_new(self) -> bool:
        as_made = Lab(self.root, self.root / "project", self.bucket, _approved(self.root))
        folders = (self.bucket.root, self.root / "home", self.root / "project")
        found = [entry.name for folder in folders for entry in folder.iterdir()]
        return self == as_made and found == [".git"]

    def describe_anew(self, objects: Mapping[str, bytes], *options: str) -> None:
        """The same by the commands that it takes."""
        for key, content in objects.items():
            self.bucket.put(key, content)
        self.storage("add", NAME, URL, "--to", DATA, *options)
        self.commit("describe the data")

    def commit(self, message: str) -> None:
        """Commit everything that git sees, and push it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")

    def pull(self) -> None:
        """Take what others have pushed."""
        self.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")

    def clone(self) -> Lab:
        """Somebody else's clone of the project, on the same machine."""
        self.clones += 1
        name = f"clone{self.clones}"
        self.run("git", "clone", "--quiet", str(self.root / "remote.git"), str(self.root / name))
        # The results are shared, so that the fixture sees the last failure of every clone.
        return Lab(self.root, self.root / name, self.bucket, self.environment, self.results)

    def write(self, path: str, content: bytes) -> None:
        """Write a local file, with the directories that it needs."""
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_bytes(content)

    def read(self, path: str) -> bytes:
        """Read a local file."""
        return (self.top / path).read_bytes()

    def remove(self, path: str) -> None:
        """Remove a local file, as `rm` does."""
        (self.top / path).unlink()

    def exists(self, path: str) -> bool:
        """Whether there is something at a path."""
        return os.path.lexists(self.top / path)

    def files(self, path: str = DATA) -> dict[str, bytes]:
        """The local files below a path with their contents."""
        return Bucket(self.top / path).objects()

    def seeing(self, **variables: str) -> Lab:
        """The same clone with more variables in its environment."""
        return replace(self, environment={**self.environment, **variables})

    def snapshot(self) -> dict[str, bytes]:
        """Everything a command that is refused leaves as it is.

        That is the whole directory of the test: work trees, buckets and whatever is beside them;
        of git directories only the index and the rules for ignoring, of the home nothing.
        """
        found = {"index": self.run("git", "ls-files", "--stage", "-t").out.encode()}
        for folder, directories, names in os.walk(self.root):
            if folder == str(self.root):
                directories[:] = [d for d in directories if d not in ("home", "remote.git")]
            if ".git" in directories:
                directories.remove(".git")
                exclude = Path(folder) / ".git" / "info" / "exclude"
                found[str(exclude)] = exclude.read_bytes() if exclude.exists() else b""
            for name in (*names, *directories):
                path = Path(folder) / name
                found[str(path)] = content(path)
        return found


def content(path: Path) -> bytes:
    """What is at a path: a file's bytes, else a link's target, else its kind."""
    if path.is_symlink():
        return b"link to " + os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() else b"no file"


def make(root: Path) -> Lab:
    """A project with an empty first commit, pushed to a bare remote, and an empty bucket."""
    _copy_over(_begun(), root)
    return Lab(root, root / "project", Bucket(root / "bucket"), _approved(root))


def _copy_over(template: Path, root: Path) -> None:
    """Give a new lab what is in another one, where only git and the grants know where they are."""
    shutil.copytree(template, root, dirs_exist_ok=True, copy_function=_replaced)
    file = root / "project" / ".git" / "config"
    file.write_text(file.read_text().replace(str(template), str(root)))
    grants = root / "project" / ".git" / "storage" / "grants.db"
    if grants.exists():
        with closing(sqlite3.connect(grants)) as connection, connection:
            for table, columns in _PLACES.items():
                for each in columns:
                    change = f"UPDATE {table} SET {each} = replace({each}, ?, ?)"  # noqa: S608 - constants
                    connection.execute(change, (str(template), str(root)))


def _replaced(found: str, place: str) -> None:
    Path(place).unlink(missing_ok=True)  # git's objects may not be written to
    shutil.copy2(found, place)


def _new_root() -> Path:
    root = Path(tempfile.mkdtemp(prefix="git-storage-test-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root


@cache
def _described(objects: tuple[tuple[str, bytes], ...], options: tuple[str, ...]) -> Path:
    lab = make(_new_root())
    lab.describe_anew(dict(objects), *options)
    lab.check()
    return lab.root


@cache
def _begun() -> Path:
    """What a lab is made of, with a bare remote and its clone as `git` makes them."""
    root = _new_root()
    for name in ("home", "bucket", "project"):
        (root / name).mkdir()
    lab = Lab(root, root / "project", Bucket(root / "bucket"), _environment(root / "home"))
    lab.git("init", "--quiet", "--bare", "--initial-branch=main", "../remote.git")
    lab.git("init", "--quiet", "--initial-branch=main")
    lab.git("remote", "add", "origin", "../remote.git")
    lab.git("commit", "--quiet", "--allow-empty", "--message", "begin")
    lab.git("push", "--quiet", "--set-upstream", "origin", "main")
    lab.git("remote", "set-url", "origin", str(root / "remote.git"))
    lab.check()
    return root


def approving(*places: str) -> dict[str, str]:
    """What a machine that approves storages has in its environment, so that no clone asks."""
    return {"GIT_STORAGE_TRUST_WRITE": "\n".join(places)}


def _approved(root: Path) -> dict[str, str]:
    storages = (f"file://{root.resolve()}/{name}" for name in STORAGES)
    return {**_environment(root / "home"), **approving(*storages)}


def _environment(home: Path) -> dict[str, str]:
    """What a new user's shell has, with this Python's programs first on PATH."""
    programs = Path(sys.executable).parent
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(home),
        "PYTHONSAFEPATH": "1",
        "PYTHONWARNINGS": "error",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.org"}
    return environment
