"""Git's configuration files, one scope at a time, read and written by git itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from gitstore.adapters.git import _answered, _environment, _first, _run

_OF_A_REPOSITORY = ("HEAD", "config", "objects", "refs", "reftable")
_ABSENT = {1, 5}  # not set, for reading and for removing; see git-config(1)


@dataclass(frozen=True, slots=True)
class Config:
    """One scope of configuration.

    Attributes:
        scope: `--local`, `--global`, or `''` for what counts in the end.
        where: a directory of the repository; any directory for `--global`.
    """

    scope: str
    where: Path

    def get(self, name: str) -> str | None:
        """The value of a name, or None when it is not set in this scope."""
        done = self._run("-z", "--get", name)
        return _first(done) if _answered(done, _ABSENT) else None

    def path(self, name: str) -> Path | None:
        """The value of a name as a path, with `~` understood, or None."""
        done = self._run("-z", "--type=path", "--get", name)
        return Path(_first(done)) if _answered(done, _ABSENT) else None

    def number(self, name: str) -> int | None:
        """The value of a name as a number, with `k`, `m` and `g` understood, or None.

        Raises:
            StorageError: the value is no number.
        """
        done = self._run("-z", "--type=int", "--get", name)
        return int(_first(done)) if _answered(done, _ABSENT) else None

    def scope_of(self, name: str) -> str | None:
        """Where the value that counts comes from: `system`, `global`, `local`, ...; or None."""
        done = self._run("-z", "--show-scope", "--get", name)
        return _first(done) if _answered(done, _ABSENT) else None

    def put(self, values: Mapping[str, str]) -> bool:
        """Set names to values; whether anything changed."""
        changed = {name: value for name, value in values.items() if self.get(name) != value}
        for name, value in changed.items():
            _answered(self._run("--replace-all", name, value), set())
        return bool(changed)

    def remove_section(self, name: str) -> bool:
        """Remove a section; whether there was one."""
        done = self._run("--remove-section", name)
        if done.returncode and b"no such section" in done.stderr.lower():
            return False
        return _answered(done, set())

    def remove(self, name: str) -> bool:
        """Remove a name, and its section when it was the only one in it; whether it was set."""
        return _answered(self._run("--unset-all", name), _ABSENT)

    def _run(self, *arguments: str) -> CompletedProcess[bytes]:
        scope = [self.scope] if self.scope else []
        return _run(["config", *scope, *arguments], self.where, _environment(os.environ))


def installed_version() -> str:
    """The version of the git binary, e.g. `2.39.5`; needs no repository."""
    done = _run(["version"], Path(), _environment(os.environ))
    _answered(done, set())
    return done.stdout.decode().removeprefix("git version ").strip()


def make_template(directory: Path) -> None:
    """A directory with what git's own template puts into new repositories.

    Raises:
        StorageError: git cannot make it.
    """
    # Hooks have variables that would lead to their repository.
    plain = {k: v for k, v in _environment(os.environ).items() if not k.startswith("GIT_DIR")}
    directory.mkdir(parents=True)
    _answered(_run(["init", "--quiet", "--bare", "."], directory, plain), set())
    for name in _OF_A_REPOSITORY:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
