"""A wheel in a virtual environment: what git, man and three shells find of it, and when."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitstore.commands import COMMANDS
from gitstore.commands.shared import shared
from tests import wheels
from tests.lab import Lab
from tests.wheels import READY, typed

FILES = {"m31.fits": b"one", "m33.fits": b"o", "2023/m13.fits": b"t"}
NO_PAGE = 16  # man's

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel in it."""
    return wheels.install(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def active(lab: Lab, programs: Path) -> Lab:
    """Somebody who has activated the environment."""
    lab.describe(FILES)
    return lab.seeing(PATH=f"{programs}:{os.defpath}", MANPAGER="cat", LC_ALL="C.UTF-8")


@pytest.fixture
def linked(lab: Lab, programs: Path) -> Lab:
    """Somebody whose installer has linked the program into ~/.local/bin, as pipx and uv do."""
    lab.describe(FILES)
    home = lab.root / "home"
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "git-storage").symlink_to(programs / "git-storage")
    return lab.seeing(PATH=f"{home}/.local/bin:{os.defpath}", MANPAGER="cat")


def test_the_wheel_brings_every_page_and_completion(programs: Path) -> None:
    folder = programs.parent / "share"
    there = [path for path in folder.rglob("*") if path.is_file()]
    assert {p.relative_to(folder).as_posix(): p.read_text() for p in there} == shared()


def test_in_an_active_environment_git_and_man_find_the_pages(active: Lab) -> None:
    for command in (("git", "help", "storage"), ("git", "storage", "--help")):
        active.run(*command).says("git-storage - keep data in its own storage")
    for name in COMMANDS:
        active.run("man", f"git-storage-{name}").says(f"git-storage-{name} - ")
    active.git("help", "storage-add").says("git-storage-add - describe")
    active.git("storage", "add", "--help").says("git storage add", "EXAMPLES")


def test_a_linked_program_has_its_pages_after_installing_for_all(linked: Lab) -> None:
    linked.git("storage", "--help").fails(NO_PAGE)
    linked.git("storage", "help").says("usage: git storage")
    linked.git("storage", "install", "--global").says("manual pages", "completion")
    linked.git("storage", "--help").says("git-storage - keep data in its own storage")
    linked.run("man", "git-storage-add").says("git-storage-add - ")
    linked.git("storage", "install", "--global").says("there already: pre-commit", "manual pages")
    linked.git("storage", "install", "--global", "--uninstall").says("manual pages, pre-commit")
    linked.git("storage", "--help").fails(NO_PAGE)


def test_what_others_have_put_there_is_kept(linked: Lab) -> None:
    share = linked.root / "home" / ".local" / "share"
    own = share / "man" / "man1" / "git-storage.1"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    (share / "man" / "man1" / "git-storage-ls.1").symlink_to("gone")
    linked.git("storage", "install", "--global")
    assert own.read_text() == "mine"
    assert (share / "man" / "man1" / "git-storage-ls.1").exists()
    linked.git("storage", "install", "--global", "--uninstall")
    assert [path.name for path in share.rglob("*")] == ["man", "man1", "git-storage.1"]


LINES = [
    ("git storage resto", "git storage restore "),
    ("git storage sync --allow", "git storage sync --allow-deletes"),
    ("git storage sync --keep bo", "git storage sync --keep both "),
    ("git storage start --skip su", "git storage start --skip survey "),
    ("git storage stage da", "git storage stage data/"),
    ("git storage rm data/20", "git storage rm data/2023/"),
    ("git storage rm data/m31", "git storage rm data/m31.fits "),
    ("git storage restore --from v1", "git storage restore --from v1.0 "),
    ("git-storage stage --jobs 2 da", "git-storage stage --jobs 2 data/"),
]


def _completes(lab: Lab, shell: tuple[str, ...]) -> None:
    lab.git("tag", "v1.0")
    lab.git("storage", "install", "--global")
    for line, wanted in LINES:
        assert typed(lab, shell, line + "\t").rstrip("= ") == wanted.rstrip(" "), line


def test_bash_completes(linked: Lab) -> None:
    start = linked.root / "bashrc"
    start.write_text(f". /usr/share/bash-completion/bash_completion\nPS1='{READY}'\n")
    _completes(linked, ("bash", "--noprofile", "--rcfile", str(start), "-i"))


def test_zsh_completes(linked: Lab) -> None:
    start = linked.root / "home" / ".zshrc"
    (told,) = (line for line in _page("install").splitlines() if "fpath+=" in line)
    start.write_text(
        f"fpath+={told.partition('fpath+=')[2].rstrip('.')}\n"
        f"autoload -U compinit; compinit -u\nPS1='{READY}'\nunsetopt prompt_cr prompt_sp\n"
    )
    _completes(linked, ("zsh", "-i"))


def test_fish_completes(linked: Lab) -> None:
    linked.git("tag", "v1.0")
    linked.git("storage", "install", "--global")
    for line, wanted in LINES:
        found = linked.run("fish", "-c", 'complete -C "$argv"', line).out.splitlines()
        words = [word.partition("\t")[0] for word in found]
        assert words == [wanted.split()[-1]], line
    assert "storage" in linked.run("fish", "-c", 'complete -C "git stor"').out


def _page(name: str) -> str:
    from gitstore.commands import command
    from gitstore.commands.pages import page

    return page(command(name))
