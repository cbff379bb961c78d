"""Clones with hooks, and programs that remember being called."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from gitstore.repo.installing import git_version
from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}
CONFIG_HOOKS = (2, 54)
"""The first git that takes hooks from its configuration."""
_TOOL = "git-storage"
NEWS = "hint: pointers changed"


def hooked(lab: Lab) -> Lab:
    """A clone with its data staged and its hooks installed."""
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("install")
    return lab


def promise(lab: Lab, content: bytes, message: str = "promise") -> None:
    """Edit a file, record it, commit that."""
    lab.write("data/m31.fits", content)
    lab.storage("record")
    lab.git("commit", "--quiet", "--no-verify", "--message", message)


def two_versions(lab: Lab) -> Lab:
    """A clone with hooks whose last two commits have different pointers."""
    hooked(lab)
    lab.write("data/m31.fits", b"edited")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--message", "edit")
    return lab


def news(result: object) -> int:
    """How often a command said that pointers changed."""
    return str(result).count(NEWS)


def script(path: Path, body: str) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@dataclass(slots=True)
class Watched:
    """A clone in whose PATH git-storage and Python only remember that they were called."""

    lab: Lab
    log: Path

    def calls(self) -> list[str]:
        """The calls so far, each as `program arguments`; forgotten with the answer."""
        found = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return found


def watched(lab: Lab) -> Watched:
    """The same clone, with programs that remember."""
    programs, log = lab.root / "home" / "programs", lab.root / "home" / "calls"
    for name in ("git-storage", "python", "python3"):
        script(programs / name, f'echo "{name} $*" >>"{log}"')
    path = os.pathsep.join([str(programs), lab.environment["PATH"]])
    return Watched(lab.seeing(PATH=path), log)


def watched_git(lab: Lab) -> Watched:
    """The same clone, with a git that remembers and does what it is told."""
    programs, log = lab.root / "home" / "remembering", lab.root / "home" / "git calls"
    real = shutil.which("git", path=lab.environment["PATH"])
    script(programs / "git", f'echo "git $*" >>"{log}"\nexec "{real}" "$@"')
    path = os.pathsep.join([str(programs), lab.environment["PATH"]])
    return Watched(lab.seeing(PATH=path), log)


def with_hook_files(lab: Lab) -> Lab:
    """The same clone with a git that takes hooks from files, as all before 2.54; or says so."""
    if git_version() < CONFIG_HOOKS:
        return lab
    real = shutil.which("git", path=lab.environment["PATH"])
    older = f'test "$1" != version || {{ echo git version 2.53.0; exit; }}\nexec "{real}" "$@"'
    programs = script(lab.root / "home" / "older" / "git", older).parent
    return lab.seeing(PATH=os.pathsep.join([str(programs), lab.environment["PATH"]]))


def without_the_tool(lab: Lab) -> Lab:
    """The same clone where git-storage is not on PATH, and all that was beside it is."""
    directories = lab.environment["PATH"].split(os.pathsep)
    bare = lab.seeing(PATH=os.pathsep.join(_beside(lab, Path(each)) for each in directories))
    bare.run("sh", "-c", f"! command -v {_TOOL}")
    return bare


def _beside(lab: Lab, directory: Path) -> str:
    if not (directory / _TOOL).exists():
        return str(directory)
    found = lab.root / "home" / "beside" / str(directory).strip("/")
    found.mkdir(parents=True, exist_ok=True)
    for program in directory.iterdir():
        if program.name != _TOOL and not (found / program.name).is_symlink():
            (found / program.name).symlink_to(program)
    return str(found)


def everything(directory: Path) -> dict[str, tuple[int, bytes]]:
    """All that is in a directory and what of it counts, links as what they point to."""
    return {
        str(path.relative_to(directory)): (path.lstat().st_mode, bytes_at(path))
        for path in sorted(directory.rglob("*"))
    }


def bytes_at(path: Path) -> bytes:
    """The bytes of a file, or where a link leads."""
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return b"" if path.is_dir() else path.read_bytes()


def noting(path: Path, log: Path) -> Path:
    """A hook that remembers its name, arguments and input."""
    return script(path, f'echo "$0" "$@" >>"{log}"\ncat >>"{log}"')
