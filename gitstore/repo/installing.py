"""`install`: git's hooks and drivers, for one clone or for all repositories of a user.

docs/decisions/0010-hooks.md says why it is done like this.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from pathlib import Path

from gitstore.adapters import hooks
from gitstore.adapters.git import Git
from gitstore.adapters.git_changes import hooks_directory, pointers_stamp
from gitstore.adapters.git_config import Config, installed_version, make_template
from gitstore.adapters.hooks import Place
from gitstore.core.blocks import ignored_paths
from gitstore.core.drivers import DRIVERS
from gitstore.repo.hooking import EVENTS

_SHIM = "git-storage-hook"
_CONFIG_HOOKS = (2, 54)  # the first git that takes hooks from its configuration
_DRIVER_SECTIONS = tuple(dict.fromkeys(name.rpartition(".")[0] for name, _ in DRIVERS))
_TEMPLATE = "init.templateDir"
_PATH = "core.hooksPath"
_FOR_ALL = ("global", "system")
_ADD = {
    "pre-commit": "add a local hook to .pre-commit-config.yaml: `entry: git storage hook {event}`,"
    " `stages: [{event}]`, `always_run: true`, `pass_filenames: false`",
    "husky": 'add to .husky/{event}: git storage hook {event} "$1"',
    "lefthook": "add to lefthook.yml, under {event}: commands: git-storage:"
    " run: git storage hook {event} {{1}}",
    "overcommit": "add to .overcommit.yml, under {event}: command: [git, storage, hook, {event}]",
}
_ADD_TO_HOOK = 'add to {path}: git storage hook {event} "$1"'


class Did(Enum):
    """What became of one thing; the value is the word that people and `--json` see."""

    DONE = "installed"
    THERE = "there already"
    GONE = "removed"
    ASKED = "left to you"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was set up, taken away, or left to the user.

    Attributes:
        what: a hook's name, or `drivers`.
        did: what became of it.
        where: a file or a scope of the configuration.
        hint: what the user is to add, or None.
    """

    what: str
    did: Did
    where: str
    hint: str | None = None


def install_here(start: Path, version: tuple[int, ...]) -> tuple[Step, ...]:
    """Set up hooks and drivers of one clone and its work trees.

    Args:
        start: a directory of the clone.
        version: of git, as `git_version` gives it.

    Raises:
        NotARepository: there is no clone.
        LocalFailure: the operating system refused a file.
    """
    git = Git.find(start)
    config = Config("--local", git.top)
    steps = list(_here(git, config, version))
    # What is checked out now is no news.
    stamp = _stamp(git)
    stamp.parent.mkdir(exist_ok=True)
    ignore = git.top / ".gitignore"
    known = ignored_paths(ignore.read_text(errors="surrogateescape")) if ignore.exists() else ()
    stamp.write_text(pointers_stamp(git, known))
    return (*steps, _drivers(config))


def install_everywhere(start: Path, version: tuple[int, ...]) -> tuple[Step, ...]:
    """Set up hooks and drivers of all repositories of this user, or of all that will be made.

    Args:
        start: any directory.
        version: of git, as `git_version` gives it.

    Raises:
        LocalFailure: the operating system refused a file.
    """
    config = Config("--global", start)
    return (*_everywhere(config, version), _drivers(config))


def uninstall_here(start: Path) -> tuple[Step, ...]:
    """Take away what `install_here` has set up; what was there before is as it was.

    Raises:
        NotARepository: there is no clone.
        LocalFailure: the operating system refused a file.
    """
    git = Git.find(start)
    config = Config("--local", git.top)
    directories = [git.common_dir / "hooks"]
    if Config("", git.top).scope_of(_PATH) not in _FOR_ALL:
        directories.append(hooks_directory(git))
    steps = [*_taken_away(directories), *_unset(config)]
    shutil.rmtree(git.common_dir / "storage" / "hooks", ignore_errors=True)
    _stamp(git).unlink(missing_ok=True)
    return tuple(steps)


def uninstall_everywhere(start: Path) -> tuple[Step, ...]:
    """Take away what `install_everywhere` has set up. Clones that were made since keep theirs.

    Raises:
        LocalFailure: the operating system refused a file.
    """
    config = Config("--global", start)
    directories = [p for p in (config.path(_PATH), _template_hooks(config)) if p is not None]
    steps = [*_taken_away(directories), *_unset(config)]
    if config.path(_TEMPLATE) == _own_template():
        config.remove(_TEMPLATE)
    for directory in (_own_template(), _data_home() / "hooks"):
        shutil.rmtree(directory, ignore_errors=True)
    return tuple(steps)


def git_version() -> tuple[int, ...]:
    """The version of the git binary, e.g. (2, 39)."""
    found = re.findall(r"\d+", installed_version())
    return tuple(int(number) for number in found[:2])


def config_hooks(shims: str) -> Mapping[str, str]:
    """The configuration that runs the shims of a directory, for git 2.54 and later.

    A directory that has gone, e.g. with the clone that it was moved from, fails nothing.

    Args:
        shims: the directory, as a shell understands it.
    """
    found: dict[str, str] = {}
    for event in EVENTS:
        found[f"hook.git-storage-{event}.event"] = event
        command = f'hook={shims}/{event}; test ! -f "$hook" || sh "$hook"'
        found[f"hook.git-storage-{event}.command"] = command
    return found


def shim() -> bytes:
    """The hook that is put in place, the same for every event."""
    packaged = files("gitstore") / "hooks" / _SHIM
    if packaged.is_file():
        return packaged.read_bytes()
    # Where the project is installed as it lies in its repository.
    return (Path(__file__).resolve().parent.parent.parent / "hooks" / _SHIM).read_bytes()


def _here(git: Git, config: Config, version: tuple[int, ...]) -> Iterator[Step]:
    directory = hooks_directory(git)
    if version >= _CONFIG_HOOKS:
        for event in EVENTS:
            hooks.take_away(directory, event)  # of an older git: it would run twice
        where = '"$(git rev-parse --git-common-dir)"/storage/hooks'
        yield from _configured(config, git.common_dir / "storage" / "hooks", where)
        return
    scope = Config("", git.top).scope_of(_PATH)
    if scope in _FOR_ALL:
        for event in EVENTS:
            if hooks.look(directory, event)[0] is Place.OURS:
                yield Step(event, Did.THERE, str(directory / event))
            else:
                hint = f"git storage install --global  # {_PATH} is set for all your repositories"
                yield Step(event, Did.ASKED, str(directory / event), hint)
        return
    outside = git.top not in (directory, *directory.parents)
    inside_git = {git.git_dir, git.common_dir} & {directory, *directory.parents}
    for event in EVENTS:
        if outside or inside_git:
            yield _put(directory, event)
        else:
            # A directory of the work tree is the project's: what is there is for everybody.
            yield _asked(directory, event, hooks.look(directory, event)[1])


def _everywhere(config: Config, version: tuple[int, ...]) -> Iterator[Step]:
    if version >= _CONFIG_HOOKS:
        shims = _data_home() / "hooks"
        yield from _configured(config, shims, shlex.quote(str(shims)))
        return
    directory = config.path(_PATH)
    if directory is None:
        if config.get(_TEMPLATE) is None:
            _make_template(config)
        directory = _template_hooks(config)
    if directory is not None:
        for event in EVENTS:
            yield _put(directory, event)


def _configured(config: Config, shims: Path, where: str) -> Iterator[Step]:
    changed = [hooks.put(shims, event, shim()) for event in EVENTS]
    changed.append(config.put(config_hooks(where)))
    did = Did.DONE if any(changed) else Did.THERE
    for event in EVENTS:
        yield Step(event, did, f"hook.git-storage-{event} ({config.scope})")


def _put(directory: Path, event: str) -> Step:
    place, manager = hooks.look(directory, event)
    if place in (Place.MANAGED, Place.NAMED):
        return _asked(directory, event, manager)
    two = place is Place.FOREIGN and os.path.lexists(directory / (event + hooks.BEFORE))
    if two:
        return _asked(directory, event, "")
    did = Did.DONE if hooks.put(directory, event, shim()) else Did.THERE
    return Step(event, did, str(directory / event))


def _asked(directory: Path, event: str, manager: str) -> Step:
    if not manager and ".husky" in directory.parts:
        manager = "husky"
    path = str(directory / event)
    hint = _ADD.get(manager, _ADD_TO_HOOK).format(event=event, path=path)
    return Step(event, Did.ASKED, path, hint)


def _drivers(config: Config) -> Step:
    did = Did.DONE if config.put(dict(DRIVERS)) else Did.THERE
    return Step("drivers", did, config.scope)


def _taken_away(directories: Iterable[Path]) -> Iterator[Step]:
    for directory in dict.fromkeys(directories):
        for event in EVENTS:
            if hooks.take_away(directory, event):
                yield Step(event, Did.GONE, str(directory / event))


def _unset(config: Config) -> Iterator[Step]:
    for event in EVENTS:
        section = f"hook.git-storage-{event}"
        if config.remove_section(section):
            yield Step(event, Did.GONE, f"{section} ({config.scope})")
    removed = [config.remove_section(section) for section in _DRIVER_SECTIONS]
    if any(removed):
        yield Step("drivers", Did.GONE, config.scope)


def _stamp(git: Git) -> Path:
    return git.git_dir / "storage" / "pointers"


def _data_home() -> Path:
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "git-storage"


def _own_template() -> Path:
    return _data_home() / "template"


def _template_hooks(config: Config) -> Path | None:
    template = config.path(_TEMPLATE)
    return None if template is None else template / "hooks"


def _make_template(config: Config) -> None:
    """A template like git's own, so that new repositories lack nothing that they had so far."""
    template = _own_template()
    if not template.exists():
        make_template(template)
    config.put({_TEMPLATE: str(template)})
