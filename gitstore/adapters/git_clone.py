"""`git clone`, and the directory that it makes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gitstore.core.errors import StorageError, UsageError

_STDERR = 2  # git's talk goes where ours goes: standard output is for results
_AUTHORITY = re.compile(r"[^/@]*@")
_PORT = re.compile(r":\d*$")
_CONTROL = re.compile(r"[\x00-\x20]+")

# What ties a process to a repository: `git rev-parse --local-env-vars`, without what configures.
_OF_A_REPOSITORY = (
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE"),
    *("GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_PREFIX"),
    *("GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_REPLACE_REF_BASE"),
    *("GIT_SHALLOW_FILE", "GIT_WORK_TREE"),
)


def leave_repository() -> None:
    """Forget the repository that the environment names, as git does before it makes another."""
    for name in _OF_A_REPOSITORY:
        os.environ.pop(name, None)


def clone(url: str, directory: Path, options: Sequence[str]) -> None:
    """Clone a repository; git itself says how it goes, and asks for what it needs to know.

    Args:
        url: whatever `git clone` takes.
        directory: the new work tree.
        options: of `git clone`.

    Raises:
        StorageError: git failed; it has said why.
    """
    command = ["git", "clone", *options, "--", url, str(directory)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=_STDERR, check=False)
    except (FileNotFoundError, PermissionError) as error:
        raise StorageError(
            "git cannot be started", hint="install git, or put it on PATH"
        ) from error
    if done.returncode != 0:
        # Without the URL, in which some people write a password.
        raise StorageError("git clone failed; git said why", hint="git clone URL  # without data")


def directory_of(url: str) -> str:
    """The directory that `git clone` makes of a URL (`git_url_basename` in git's dir.c).

    Raises:
        UsageError: none can be guessed.
    """
    rest = url.partition("://")[2] or url
    rest = _AUTHORITY.sub("", rest, count=1).rstrip("/ \t\n")
    rest = re.sub(r"(?<=.)/\.git$", "", rest).rstrip("/")
    if "/" not in rest:
        rest = _PORT.sub("", rest)
    last = re.split("[/:]", rest)[-1]
    bundle = last.endswith(".bundle") and Path(url).is_file()
    name = _CONTROL.sub(" ", last.removesuffix(".bundle" if bundle else ".git")).strip()
    if not name:
        raise UsageError(
            "no directory name can be guessed from the URL", hint="git storage clone URL DIR"
        )
    return name
