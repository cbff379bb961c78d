"""`install`: git's hooks and drivers, for one clone or for all repositories of a user.

docs/decisions/0010-hooks.md says why it is done like this.
"""

from __future__ import annotations

import contextlib
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
from gitstore.adapters.git_config import (
    Config,
    global_file,
    installed_version,
    make_template,
    remove_template,
)
from gitstore.adapters.hooks import Place
from gitstore.core.blocks import ignored_paths
from gitstore.core.drivers import DRIVERS
from gitstore.repo import installed
from gitstore.repo.hooking import EVENTS
from gitstore.repo.installed import Made

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
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was set up, taken away, or left to the user.

    Attributes:
        what: a hook's name, or `drivers`.
        did: what became of it.
        where: a file or a scope of the configuration.
        hint: what the user is to add or to type, or None.
    """

    what: str
    did: Did
    where: str
    hint: str | None = None


def install_here(start: Path, version: tuple[int, ...]) -> tuple[Step, ...]:
    """Set up hooks and drivers of one clone and its work trees; all is looked at before any change.

    Args:
        start: a directory of the clone.
        version: of git, as `git_version` gives it.

    Raises:
        NotARepository: there is no clone.
        LocalFailure: the operating system refused a file.
    """
    git = Git.find(start)
    config = Config("--local", git.top)
    home = git.common_dir / "storage"
    made = installed.noted(home)
    new = version >= _CONFIG_HOOKS
    places = (home / "hooks",) if new else _places_here(git)
    for place in places:
        hooks.check(place, EVENTS)
    installed.note(home, git.common_dir / "config", _new_values(config, made), places)
    steps = list(_configured_here(git, config) if new else _here(git))
    steps += _drivers(config, made)
    # What is checked out now is no news.
    stamp = _stamp(git)
    stamp.parent.mkdir(exist_ok=True)
    ignore = git.top / ".gitignore"
    known = ignored_paths(ignore.read_text(errors="surrogateescape")) if ignore.exists() else ()
    stamp.write_text(pointers_stamp(git, known))
    return tuple(steps)


def install_everywhere(start: Path, version: tuple[int, ...]) -> tuple[Step, ...]:
    """Set up hooks and drivers of all repositories of this user, or of all that will be made.

    Args:
        start: any directory.
        version: of git, as `git_version` gives it.

    Raises:
        LocalFailure: the operating system refused a file.
    """
    config = Config("--global", start)
    home = _data_home()
    made = installed.noted(home)
    if version >= _CONFIG_HOOKS:
        place = home / "hooks"
    else:
        place = config.path(_PATH) or (config.path(_TEMPLATE) or _own_template()) / "hooks"
    hooks.check(place, EVENTS)
    installed.note(home, global_file(), _new_values(config, made), (place,))
    if version >= _CONFIG_HOOKS:
        steps = list(_configured(config, place, shlex.quote(str(place))))
    else:
        if place == _own_template() / "hooks":
            _make_template(config)
        steps = list(_all_put(place))
    return (*steps, *_drivers(config, made))


def uninstall_here(start: Path) -> tuple[Step, ...]:
    """Take away what `install_here` has set up; what was there before is as it was.

    Raises:
        NotARepository: there is no clone.
        LocalFailure: the operating system refused a file.
    """
    git = Git.find(start)
    config = Config("--local", git.top)
    home = git.common_dir / "storage"
    made = installed.noted(home)
    directories = [git.common_dir / "hooks", *_places_here(git), *(made.hooks if made else ())]
    steps = [*_taken_away(directories), *_unset(config, made)]
    shutil.rmtree(home / "hooks", ignore_errors=True)
    stamp = _stamp(git)
    stamp.unlink(missing_ok=True)
    installed.tidy(home)
    with contextlib.suppress(OSError):  # the data that is staged has its state there
        stamp.parent.rmdir()
    return tuple(steps)


def uninstall_everywhere(start: Path) -> tuple[Step, ...]:
    """Take away what `install_everywhere` has set up. Clones that were made since keep theirs.

    Raises:
        LocalFailure: the operating system refused a file.
    """
    config = Config("--global", start)
    home, template = _data_home(), _own_template()
    made = installed.noted(home)
    directories = [p for p in (config.path(_PATH), _template_hooks(config)) if p is not None]
    directories += [template / "hooks", *(made.hooks if made else ())]
    steps = [*_taken_away(directories), *_unset(config, made)]
    config.remove(_TEMPLATE, str(template))
    shutil.rmtree(home / "hooks", ignore_errors=True)
    if template.exists() and not remove_template(template):
        hint = f"git config --global {_TEMPLATE} {shlex.quote(str(template))}"
        steps.append(Step("template", Did.KEPT, str(template), f"{hint}  # to go on using it"))
    installed.tidy(home)
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
        command = f'hook={shims}/{event}; test ! -f "$hook" || GIT_STORAGE_CONFIGURED=1 sh "$hook"'
        found[f"hook.git-storage-{event}.command"] = command
    return found


def shim() -> bytes:
    """The hook that is put in place, the same for every event."""
    packaged = files("gitstore") / "hooks" / _SHIM
    if packaged.is_file():
        return packaged.read_bytes()
    # Where the project is installed as it lies in its repository.
    return (Path(__file__).resolve().parent.parent.parent / "hooks" / _SHIM).read_bytes()


def _places_here(git: Git) -> tuple[Path, ...]:
    """Where shims go for this clone: nowhere, where that would be for all clones or for everybody.

    A directory for all repositories of a user is not one clone's to change, and one of the work
    tree is the project's.
    """
    directory = hooks_directory(git)
    if Config("", git.top).scope_of(_PATH) in _FOR_ALL:
        return ()
    inside_git = {git.git_dir, git.common_dir} & {directory, *directory.parents}
    return (directory,) if inside_git or git.top not in (directory, *directory.parents) else ()


def _here(git: Git) -> Iterator[Step]:
    for directory in _places_here(git):
        yield from _all_put(directory)
        return
    directory = hooks_directory(git)
    for event in EVENTS:
        if hooks.look(directory, event)[0] is Place.OURS:
            yield Step(event, Did.THERE, str(directory / event))
        elif Config("", git.top).scope_of(_PATH) in _FOR_ALL:
            hint = f"git storage install --global  # {_PATH} is set for all your repositories"
            yield Step(event, Did.ASKED, str(directory / event), hint)
        else:
            yield _asked(directory, event, hooks.look(directory, event)[1])


def _configured_here(git: Git, config: Config) -> Iterator[Step]:
    directory = hooks_directory(git)
    for event in EVENTS:
        hooks.take_away(directory, event)  # of an older git: it would run twice
    hooks.link(directory, EVENTS)
    where = '"$(git rev-parse --git-common-dir)"/storage/hooks'
    return _configured(config, git.common_dir / "storage" / "hooks", where)


def _configured(config: Config, shims: Path, where: str) -> Iterator[Step]:
    changed = [hooks.put(shims, event, shim()) for event in EVENTS]
    changed.append(config.put(config_hooks(where)))
    did = Did.DONE if any(changed) else Did.THERE
    for event in EVENTS:
        yield Step(event, did, f"hook.git-storage-{event} ({config.scope})")


def _all_put(directory: Path) -> Iterator[Step]:
    for event in EVENTS:
        place, manager = hooks.look(directory, event)
        if hooks.two_foreign(directory, event):
            yield _left(directory, event)
        if place is Place.MANAGED or hooks.two_foreign(directory, event):
            yield _asked(directory, event, manager)
            continue
        did = Did.DONE if hooks.put(directory, event, shim()) else Did.THERE
        yield Step(event, did, str(directory / event))
    hooks.link(directory, EVENTS)


def _asked(directory: Path, event: str, manager: str) -> Step:
    if not manager and ".husky" in directory.parts:
        manager = "husky"
    path = str(directory / event)
    hint = _ADD.get(manager, _ADD_TO_HOOK).format(event=event, path=path)
    return Step(event, Did.ASKED, path, hint)


def _left(directory: Path, event: str) -> Step:
    """A hook that ours ran, and that nobody runs since another tool has put its own over ours."""
    path = hooks.kept(directory, event)
    names = (shlex.quote(str(each)) for each in (path, directory / event))
    return Step(event, Did.KEPT, str(path), f"mv {' '.join(names)}  # instead of what is there now")


def _new_values(config: Config, made: Made | None) -> dict[str, str]:
    """What will be ours to remove: not what somebody has set already, be it the same."""
    before = made.values if made else {}
    return {n: v for n, v in DRIVERS if n in before or not config.values(n)}


def _drivers(config: Config, made: Made | None) -> Iterator[Step]:
    """A section in which somebody else has said something of their own stays as it is."""
    known = dict(made.values) if made else {}
    theirs = [
        section
        for section in _DRIVER_SECTIONS
        if not all(
            set(config.values(name)) <= {value, known.get(name, value)}
            for name, value in DRIVERS
            if name.startswith(section + ".")
        )
    ]
    ours = {n: v for n, v in DRIVERS if n.rpartition(".")[0] not in theirs}
    if ours:
        yield Step("drivers", Did.DONE if config.put(ours) else Did.THERE, config.scope)
    for section in theirs:
        command = f"git config {config.scope} --rename-section {section} {section}-of-mine"
        where = f"{section} ({config.scope})"
        yield Step("drivers", Did.ASKED, where, f"{command}  # then: git storage install")


def _taken_away(directories: Iterable[Path]) -> Iterator[Step]:
    for directory in dict.fromkeys(directories):
        for event in EVENTS:
            if hooks.take_away(directory, event):
                yield Step(event, Did.GONE, str(directory / event))
            if hooks.two_foreign(directory, event):
                yield _left(directory, event)
        hooks.link(directory, EVENTS)


def _unset(config: Config, made: Made | None) -> Iterator[Step]:
    for event in EVENTS:
        section = f"hook.git-storage-{event}"
        if config.remove_section(section):
            yield Step(event, Did.GONE, f"{section} ({config.scope})")
    ours = dict(DRIVERS) if made is None else made.values
    removed = [config.remove(name, value) for name, value in ours.items()]
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
