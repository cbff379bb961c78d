"""`git storage install`: hooks beside whatever is there, and everything as it was afterwards."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gitstore.core.drivers import DRIVERS
from gitstore.repo.hooking import EVENTS
from gitstore.repo.installing import config_hooks, git_version, install_here, shim, uninstall_here
from tests.hooks.scenes import CONFIG_HOOKS, everything, news, noting, script, with_hook_files
from tests.lab import Lab

FILES = {"m31.fits": b"one"}


@pytest.fixture
def lab(lab: Lab) -> Lab:
    """A clone whose git takes hooks from files; what lines of configuration do is asked by name."""
    return with_hook_files(lab)


def test_installing_twice_changes_nothing_and_uninstalling_everything(lab: Lab) -> None:
    git_dir = lab.top / ".git"
    noting(git_dir / "hooks" / "pre-push", lab.root / "log")
    before = everything(git_dir)
    lab.storage("install").says("installed: pre-commit, pre-merge-commit, pre-push", "drivers")
    installed = everything(git_dir)
    assert installed != before
    lab.storage("install").says("there already: pre-commit, pre-merge-commit, pre-push", "drivers")
    assert everything(git_dir) == installed
    lab.storage("install", "--uninstall").says(
        "removed: pre-commit, pre-merge-commit, pre-push", "drivers"
    )
    assert everything(git_dir) == before
    lab.storage("install", "--uninstall").says("nothing to take away")
    assert everything(git_dir) == before


@pytest.mark.parametrize("place", ["post-merge", "post-merge.before-git-storage"])
def test_a_directory_in_the_place_of_a_hook_stops_everything_before_it_begins(
    lab: Lab, place: str
) -> None:
    (lab.top / ".git" / "hooks" / place).mkdir()
    before = everything(lab.top / ".git")
    result = lab.storage("install").fails(128)
    result.says(f"{place} is a directory, but the place of a hook", "hint: mv ")
    assert everything(lab.top / ".git") == before


def test_a_hooks_path_that_is_no_directory_is_told(lab: Lab) -> None:
    lab.git("config", "core.hooksPath", "/dev/null")
    before = everything(lab.top / ".git")
    result = lab.storage("install").fails(128).says("/dev/null is not a directory")
    result.says("hint: git config --show-origin core.hooksPath")
    assert everything(lab.top / ".git") == before


@pytest.mark.parametrize("everywhere", [(), ("--global",)])
def test_uninstalling_gives_back_files_without_an_end_and_places_that_were_not_there(
    lab: Lab, everywhere: tuple[str, ...]
) -> None:
    config = lab.top / ".git" / "config"
    config.write_bytes(config.read_bytes().rstrip(b"\n"))
    shutil.rmtree(lab.top / ".git" / "hooks")
    shutil.rmtree(lab.root / "home")
    (lab.root / "home").mkdir()
    before = everything(lab.root)
    for _ in range(2):
        lab.storage("install", *everywhere)
    assert everything(lab.root) != before
    lab.storage("install", "--uninstall", *everywhere)
    assert everything(lab.root) == before


def test_what_came_into_the_configuration_since_stays(lab: Lab) -> None:
    lab.storage("install")
    lab.storage("install", "--global")
    config = lab.top / ".git" / "config"
    lab.git("config", "merge.git-storage.recursive", "binary")
    lab.git("config", "--global", "user.name", "Ada")
    lab.storage("install", "--uninstall")
    lab.storage("install", "--global", "--uninstall")
    assert config.read_text().endswith('[merge "git-storage"]\n\trecursive = binary\n')
    assert (lab.root / "home" / ".gitconfig").read_text() == "[user]\n\tname = Ada\n"


def test_a_driver_of_somebody_else_under_our_name_is_kept(lab: Lab) -> None:
    lab.git("config", "merge.git-storage.driver", "mine %O %A %B")
    lab.git("config", "--add", "diff.git-storage.xfuncname", "^mine")
    before = (lab.top / ".git" / "config").read_bytes()
    result = lab.storage("install").fails(1)
    result.says("merge.git-storage (--local) is not changed", "diff.git-storage (--local) is not")
    result.says("hint: git config --local --rename-section merge.git-storage")
    assert (lab.top / ".git" / "config").read_bytes() == before
    lab.storage("install", "--uninstall")
    assert (lab.top / ".git" / "config").read_bytes() == before


def test_what_somebody_has_set_like_us_is_still_theirs(lab: Lab) -> None:
    lab.git("config", *DRIVERS[0])
    before = (lab.top / ".git" / "config").read_bytes()
    lab.storage("install")
    lab.storage("install", "--uninstall")
    assert (lab.top / ".git" / "config").read_bytes() == before


def test_what_a_user_put_into_our_template_stays(lab: Lab) -> None:
    lab.storage("install", "--global")
    template = Path(lab.git("config", "--global", "init.templateDir").out.strip())
    script(template / "hooks" / "commit-msg", "exit 0")
    told = lab.storage("install", "--global", "--uninstall").fails(1)
    told.says(f"{template} is kept", f"git config --global init.templateDir {template}")
    assert [p.name for p in template.rglob("*") if p.is_file()] == ["commit-msg"]


def test_hooks_that_an_older_place_still_has_are_taken_away(lab: Lab) -> None:
    elsewhere = lab.root / "elsewhere"
    lab.git("config", "core.hooksPath", str(elsewhere))
    lab.storage("install")
    lab.git("config", "--unset", "core.hooksPath")
    lab.storage("install", "--uninstall")
    assert not elsewhere.exists()


def test_a_hooks_path_outside_the_work_tree_is_where_hooks_go(lab: Lab) -> None:
    lab.describe(FILES)
    elsewhere = lab.root / "my hooks"
    script(elsewhere / "pre-commit", "echo mine >&2")
    lab.git("config", "core.hooksPath", str(elsewhere))
    before = everything(elsewhere)
    lab.storage("install")
    lab.write("data.storage", b"broken")
    lab.git("commit", "-a", "-m", "x").fails(1).says("mine", "error: data.storage")
    lab.storage("install", "--uninstall")
    assert everything(elsewhere) == before


def test_a_hooks_path_in_the_work_tree_is_the_projects(lab: Lab) -> None:
    script(lab.top / ".githooks" / "pre-commit", "exit 0")
    lab.git("config", "core.hooksPath", ".githooks")
    lab.storage("install").fails(1).says('git storage hook pre-commit "$1"', "pre-push")
    assert [path.name for path in (lab.top / ".githooks").iterdir()] == ["pre-commit"]
    lab.git("config", "core.hooksPath", ".husky/_")
    lab.storage("install").fails(1).says("add to .husky/pre-push")


def test_a_hooks_path_for_all_repositories_is_not_one_clones_to_change(lab: Lab) -> None:
    lab.describe(FILES)
    shared = lab.root / "shared"
    script(shared / "pre-commit", "echo shared >&2")
    lab.git("config", "--global", "core.hooksPath", str(shared))
    before = everything(shared)
    lab.storage("install").fails(1).says("git storage install --global")
    assert everything(shared) == before
    lab.storage("install", "--global").says("installed: pre-commit")
    lab.storage("install").says("there already")
    lab.write("data.storage", b"broken")
    lab.git("commit", "-a", "-m", "x").fails(1).says("shared", "error: data.storage")
    lab.storage("install", "--uninstall")
    assert everything(shared) != before
    lab.storage("install", "--global", "--uninstall")
    assert everything(shared) == before


def test_a_plain_clone_works_after_installing_for_all(lab: Lab) -> None:
    lab.describe(FILES)
    home = lab.root / "home"
    lab.git("config", "--global", "user.note", "kept")
    before = everything(home)
    lab.storage("install", "--global", at="..")
    lab.storage("install", "--global", at="..").says("there already")
    lab.run("git", "clone", "--quiet", str(lab.root / "remote.git"), "../fresh")
    assert (lab.root / "fresh" / ".git" / "description").exists()
    lab.write("../fresh/data.storage", b"broken")
    lab.run("git", "commit", "-a", "-m", "x", at="../fresh").fails(1).says("error: data.storage")
    lab.storage("install", at="../fresh").says("there already: pre-commit")
    lab.storage("install", "--global", "--uninstall", at="..")
    assert everything(home) == before


def test_a_template_of_the_user_keeps_what_is_in_it(lab: Lab) -> None:
    template = lab.root / "template"
    script(template / "hooks" / "post-checkout", "echo theirs >&2")
    lab.git("config", "--global", "init.templateDir", str(template))
    before = everything(template)
    lab.storage("install", "--global")
    lab.run("git", "clone", "--quiet", str(lab.root / "remote.git"), "../fresh").says("theirs")
    lab.storage("install", "--global", "--uninstall")
    assert everything(template) == before
    assert lab.git("config", "--global", "init.templateDir").out.strip() == str(template)


def test_all_work_trees_of_a_clone_share_its_hooks(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("worktree", "add", "--quiet", "../tree", "-b", "side")
    lab.storage("install", at="../tree")
    lab.write("data.storage", b"broken")
    lab.git("commit", "-a", "-m", "x").fails(1).says("error: data.storage")
    lab.storage("install", "--uninstall")
    lab.git("commit", "--quiet", "-a", "-m", "x")


def test_newer_gits_get_configuration_instead_of_files(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in lab.environment.items():
        monkeypatch.setenv(name, value)
    git_dir = lab.top / ".git"
    noting(git_dir / "hooks" / "pre-push", lab.root / "log")
    before = everything(git_dir)
    install_here(lab.top, (2, 53))
    install_here(lab.top, CONFIG_HOOKS)
    hooks = {name: kept for name, kept in everything(git_dir).items() if name[:6] == "hooks/"}
    assert hooks == {name: kept for name, kept in before.items() if name[:6] == "hooks/"}
    for event in EVENTS:
        assert lab.git("config", "--local", f"hook.git-storage-{event}.event").out.strip() == event
    assert {step.did.value for step in install_here(lab.top, CONFIG_HOOKS)} == {"there already"}
    uninstall_here(lab.top)
    assert everything(git_dir) == before


def test_the_configured_command_runs_the_hook_and_survives_its_loss(lab: Lab) -> None:
    lab.describe(FILES)
    shims = lab.root / "some where"
    shims.mkdir()
    (shims / "pre-commit").write_bytes(shim())
    command = config_hooks(f"'{shims}'")["hook.git-storage-pre-commit.command"]
    lab.write("data.storage", b"broken")
    lab.git("add", "data.storage")
    # As git does it: the arguments stand behind the command.
    lab.run("sh", "-c", f'{command} "$@"', command).fails(1).says("error: data.storage")
    (shims / "pre-commit").unlink()
    lab.run("sh", "-c", f'{command} "$@"', command)


def test_the_version_is_that_of_git() -> None:
    said = subprocess.run(["git", "version"], capture_output=True, check=True, text=True).stdout
    assert ".".join(map(str, git_version())) in said


def test_what_is_checked_out_while_installing_is_no_news(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("install")
    lab.git("branch", "side")
    assert news(lab.git("switch", "side")) == 0


def test_json_says_what_was_left_to_the_user(lab: Lab) -> None:
    script(lab.top / ".git" / "hooks" / "pre-push", "exec lefthook run pre-push")
    found = lab.storage("install", "--json").fails(1).json()["steps"]
    asked = [step for step in found if step["did"] == "left to you"]
    assert [step["what"] for step in asked] == ["pre-push"]
    assert "lefthook.yml" in asked[0]["hint"]


def test_outside_a_repository_a_clone_is_missed(lab: Lab) -> None:
    lab.storage("install", at="..").fails(128).says("not in a git repository")
