"""Git's configuration files, one scope at a time, read and written by git itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from gitstore.adapters.git import Git, _answered, _environment, _first, _run
from gitstore.core.errors import LocalFailure

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

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a name in this scope, in order."""
        done = self._run("-z", "--get-all", name)
        if not _answered(done, _ABSENT):
            return ()
        return tuple(os.fsdecode(value) for value in done.stdout.split(b"\0")[:-1])

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

    def remove(self, name: str, value: str) -> bool:
        """Remove a value of a name, and the section if nothing else is in it; whether it was set.

        Other values of that name stay.
        """
        done = self._run("--fixed-value", "--unset-all", name, value)
        return _answered(done, _ABSENT)

    def _run(self, *arguments: str) -> CompletedProcess[bytes]:
        scope = [self.scope] if self.scope else []
        return _run(["config", *scope, *arguments], self.where, _environment(os.environ))


def global_file() -> Path:
    """The file that `git config --global` writes; see FILES in git-config(1)."""
    told = os.environ.get("GIT_CONFIG_GLOBAL")
    if told:
        return Path(told)
    own = Path.home() / ".gitconfig"
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "config"
    return xdg if xdg.exists() and not own.exists() else own


def files_of(git: Git) -> tuple[Path, ...] | None:
    """The files that the configuration of a clone follows from, also those that are not there yet.

    None where that cannot be said.
    """
    environment, home = os.environ, Path.home()
    told = environment.get("GIT_CONFIG_GLOBAL")
    xdg = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    found = {Path(told)} if told else {home / ".gitconfig", xdg / "git" / "config"}
    found |= {Path(environment.get("GIT_CONFIG_SYSTEM") or "/etc/gitconfig")}
    found |= {git.common_dir / "config", git.git_dir / "config.worktree"}
    for origin, key, value in git.config_origins():
        kind, _, name = origin.partition(":")
        file = git.top / name
        if kind == "file":
            found.add(file)
        if not key.startswith(("include.", "includeif.")) or not key.endswith(".path"):
            continue
        if kind != "file" or value.startswith("%("):
            return None
        found.add(file.parent / Path(value).expanduser())
        found.add(git.git_dir / "HEAD")  # a branch may be the condition
    return tuple(sorted(found))


def fingerprint(path: Path) -> str | None:
    """What tells whether a file of configuration is the same again; None where there is none."""
    try:
        return _digest(path.read_bytes())
    except FileNotFoundError:
        return None


def _digest(content: bytes) -> str:
    from hashlib import sha256  # late: few commands install anything

    return sha256(content).hexdigest()


def give_back(path: Path, before: str | None) -> None:
    """Undo what git cannot when names are removed: a file that it made, a newline that it added.

    Args:
        path: a file of configuration.
        before: its fingerprint before anything was added to it.

    Raises:
        LocalFailure: the operating system refused it.
    """
    try:
        content = path.read_bytes() if path.exists() else b""
        if before is None and path.exists() and not content.strip():
            path.unlink()
        elif content.endswith(b"\n") and _digest(content[:-1]) == before:
            # As git does it, so that nobody reads half of it; behind a link is the file.
            path = path.resolve()
            lock = path.with_name(path.name + ".lock")
            with lock.open("xb") as stream:
                stream.write(content[:-1])
            lock.chmod(path.stat().st_mode)
            lock.replace(path)
    except OSError as error:
        raise LocalFailure(f"{path} cannot be written: {error.strerror}") from error


def installed_version() -> str:
    """The version of the git binary, e.g. `2.39.5`; needs no repository."""
    done = _run(["version"], Path(), _environment(os.environ))
    _answered(done, set())
    return done.stdout.decode().removeprefix("git version ").strip()


def remove_template(directory: Path) -> bool:
    """Remove what `make_template` has made, and nothing else; whether all is gone."""
    from tempfile import TemporaryDirectory  # late: no other command needs it

    with TemporaryDirectory() as temporary:
        plain = Path(temporary) / "template"
        make_template(plain)
        for path in sorted(directory.rglob("*"), reverse=True):
            same = plain / path.relative_to(directory)
            if path.is_symlink() or not same.exists():
                continue
            if path.is_dir():
                with contextlib.suppress(OSError):
                    path.rmdir()
            elif same.is_file() and path.read_bytes() == same.read_bytes():
                path.unlink()
    with contextlib.suppress(OSError):
        directory.rmdir()
    return not directory.exists()


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
            import shutil  # late: few commands need it

            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
