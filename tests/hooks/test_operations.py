"""Every operation of git in every setting: what our hooks say, what they leave alone, and that
hooks of others run as if ours were not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gitstore.core.pointer import parse
from gitstore.repo.installing import git_version
from tests.hooks.operations import (
    BROKEN,
    COMMITS,
    OPERATIONS,
    PROMISE,
    PUSHES,
    SILENT,
    Operation,
)
from tests.hooks.scenes import CONFIG_HOOKS, NEWS
from tests.hooks.worlds import MAIN, POINTER, SETTINGS, WORK, World, history, without_ours, world
from tests.lab import Lab, Result

IN_CONFLICT = "hint: pointers are in conflict"
IN_FULL = ("plain", "foreign hooks")
WITH_FOREIGN = ("foreign hooks", "hooks path")
ALONE = tuple(setting for setting in SETTINGS if setting not in WITH_FOREIGN)

Worlds = Callable[[str], World]


def case(setting: str, typed: object) -> object:
    """Those of one setting go to one process, which makes the world."""
    return pytest.param(setting, typed, marks=pytest.mark.xdist_group(setting))


def cases(settings: Iterable[str]) -> list[object]:
    """Every operation in the settings that hooks can tell apart; in the others a third of those
    that are told of, each time another one. `whole_operations.py` has the rest."""
    return [case(s, o) for s, o in _every(settings) if s in IN_FULL or _has_its_turn(s, o)]


def cases_left(settings: Iterable[str]) -> list[object]:
    """What `cases` leaves out."""
    return [case(s, o) for s, o in _every(settings) if s not in IN_FULL and not _has_its_turn(s, o)]


def _every(settings: Iterable[str]) -> Iterator[tuple[str, Operation]]:
    for setting in settings:
        yield from ((setting, one) for one in OPERATIONS if setting not in one.without)


def _has_its_turn(setting: str, operation: Operation) -> bool:
    turn = (OPERATIONS.index(operation) + list(SETTINGS).index(setting)) % 3 == 0
    return turn and bool(operation.told or operation.conflicts)


def some(typed: tuple[str, ...]) -> list[object]:
    """All of them in the plain setting, and two in every other."""
    return [
        case(each, line) for each in SETTINGS for line in typed[: None if each == "plain" else 2]
    ]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """A world by its setting, or by `git's own `, the same without our hooks."""
    made: dict[str, World] = {}

    def look(name: str) -> World:
        if name not in made:
            root = tmp_path_factory.mktemp("world")
            if name == "history":
                made[name] = history(root)
            elif name.startswith("git's own "):
                made[name] = without_ours(look(name.removeprefix("git's own ")), root)
            else:
                made[name] = world(look("history"), name, root)
        return made[name]

    return look


def run(lab: Lab, operation: Operation) -> tuple[Result, str]:
    """What an operation says, and what the hooks of others have noted meanwhile."""
    log = lab.root / "log"
    noted = replace(lab, environment={**lab.environment, "FOREIGN_LOG": str(log)})
    if operation.before:
        noted.run("sh", "-ec", operation.before)
    log.write_text("")
    return noted.run("sh", "-c", operation.typed), log.read_text()


def said(content: bytes) -> str:
    """What a pointer says; it must be one."""
    found = parse({"": content}, POINTER).entries if content else {}
    return " ".join(f"{path.removesuffix('.fits')}:{v.size}" for path, v in found.items())


def check(lab: Lab, setting: str, operation: Operation) -> str:
    """Run an operation and look at what became of it; what the hooks of others have noted."""
    result, noted = run(lab, operation)
    index = lab.run("sh", "-c", f"git show :{POINTER} 2>/dev/null || true").out.encode()
    assert said(index) == operation.pointer
    if lab.exists(POINTER) and setting != "sparse":
        assert said(lab.read(POINTER)) == (operation.here or operation.pointer)
    # With storage.autoStage the hooks do what they otherwise say.
    assert str(result).count(NEWS) == (0 if setting == "autostage" else operation.told)
    assert str(result).count(IN_CONFLICT) == operation.conflicts
    assert {path: lab.read(path) for path in WORK} == WORK
    if setting == "autostage" and "m42" in (operation.here or operation.pointer):
        assert lab.read("deep/data/m42.fits") == b"4444"
    # Git runs those of its configuration before those in files, whoever has put them there.
    if noted and NEWS in result.err and git_version() < CONFIG_HOOKS:
        assert "foreign post-" in result.err.partition(NEWS)[0].splitlines()[-1]
    return noted


def check_beside(worlds: Worlds, root: Path, setting: str, operation: Operation) -> None:
    """Run an operation among the hooks of others, with ours and without; they note the same."""
    ours, alone = root / "ours", root / "alone"
    noted = check(worlds(setting).copy(ours), setting, operation)
    _, wanted = run(worlds(f"git's own {setting}").copy(alone), operation)
    assert decided(noted.replace(str(ours), "")) == decided(wanted.replace(str(alone), ""))


def decided(noted: str) -> str:
    """Without what the clock decides: an index is written anew if times in it are doubtful."""
    return noted.replace("post-index-change 0 0\n", "")


@pytest.mark.parametrize(("setting", "operation"), cases(ALONE), ids=str)
def test_pointers_are_right_news_is_told_and_work_is_kept(
    worlds: Worlds, tmp_path: Path, setting: str, operation: Operation
) -> None:
    check(worlds(setting).copy(tmp_path), setting, operation)


@pytest.mark.parametrize(("setting", "operation"), cases(WITH_FOREIGN), ids=str)
def test_hooks_of_others_run_as_without_ours(
    worlds: Worlds, tmp_path: Path, setting: str, operation: Operation
) -> None:
    check_beside(worlds, tmp_path, setting, operation)


@pytest.mark.parametrize(("setting", "typed"), some(COMMITS))
def test_no_broken_pointer_is_committed(
    worlds: Worlds, tmp_path: Path, setting: str, typed: str
) -> None:
    lab = worlds(setting).copy(tmp_path)
    head = lab.git("rev-parse", "HEAD").out
    result, noted = run(lab, Operation(typed, SILENT, MAIN, before=BROKEN))
    result.fails(1)
    assert result.err.count(f"error: {POINTER}") == 1
    assert lab.git("rev-parse", "HEAD").out == head
    assert noted.count("pre-commit") == (1 if setting in WITH_FOREIGN else 0)


@pytest.mark.parametrize(("setting", "typed"), some(PUSHES))
def test_no_promise_that_the_storage_does_not_hold_is_pushed(
    worlds: Worlds, tmp_path: Path, setting: str, typed: str
) -> None:
    lab = worlds(setting).copy(tmp_path)
    there = lab.git("ls-remote", "origin").out
    result, noted = run(lab, Operation(typed, SILENT, MAIN, before=PROMISE))
    result.fails(1)
    assert result.err.count("error: deep/data/m31.fits") == 1
    assert lab.git("ls-remote", "origin").out == there
    assert noted.count("pre-push") == (1 if setting in WITH_FOREIGN else 0)


def test_the_project_around_a_submodule_moves_it(worlds: Worlds, tmp_path: Path) -> None:
    lab = worlds("submodule").copy(tmp_path)
    lab.git("switch", "--quiet", "ahead")
    result = lab.run("git", "submodule", "update", at="..")
    assert str(result).count(NEWS) == 1
    assert said(lab.read(POINTER)) == MAIN


def test_a_rebase_that_stops_is_told_of_where_it_ends(worlds: Worlds, tmp_path: Path) -> None:
    lab = worlds("plain").copy(tmp_path)
    editor = "sed -i '1s/^pick/edit/'"
    lab.git("commit", "--quiet", "--allow-empty", "--message", "second")
    stopped = lab.seeing(GIT_SEQUENCE_EDITOR=editor).git("rebase", "-i", "side")
    assert str(stopped).count(NEWS) == 0
    assert str(lab.git("rebase", "--continue")).count(NEWS) == 1
