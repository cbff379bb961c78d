"""What the hooks say after a checkout, merge or rebase: one line, once, and only if it is news."""

from __future__ import annotations

import pytest

from tests.hooks.scenes import (
    NEWS,
    hooked,
    news,
    promise,
    script,
    two_versions,
    watched,
    watched_git,
    with_hook_files,
    without_the_tool,
)
from tests.lab import Lab


@pytest.mark.parametrize(
    "command",
    [
        ("switch", "--detach", "HEAD~1"),
        ("checkout", "--force", "HEAD~1"),
        ("checkout", "HEAD~1", "--", "data.storage"),
        ("restore", "--source", "HEAD~1", "data.storage"),
        ("reset", "--hard", "HEAD~1"),
        ("revert", "--no-edit", "HEAD"),
        ("read-tree", "-m", "-u", "HEAD", "HEAD~1"),
    ],
    ids=" ".join,
)
def test_an_operation_that_changes_pointers_is_told_once(
    lab: Lab, command: tuple[str, ...]
) -> None:
    two_versions(lab)
    assert news(lab.git(*command)) == 1
    assert news(lab.git("status")) == 0
    assert news(lab.git("checkout", "-b", "other")) == 0


def test_stash_and_pop_are_told_of(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/m31.fits", b"edited")
    assert news(lab.storage("record")) == 0
    assert news(lab.git("stash")) == 1
    assert news(lab.git("stash", "pop")) == 1


def test_cherry_pick_and_merge_are_told_of(lab: Lab) -> None:
    two_versions(lab)
    assert news(lab.git("switch", "--quiet", "-c", "side", "HEAD~1")) == 1
    assert news(lab.git("cherry-pick", "main")) == 1
    assert news(lab.git("reset", "--quiet", "--hard", "HEAD~1")) == 1
    assert news(lab.git("merge", "main")) == 1


def _other_edits(lab: Lab) -> None:
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"theirs")
    other.storage("sync")
    other.commit("theirs")


def test_pull_is_told_of_once(lab: Lab) -> None:
    hooked(lab)
    _other_edits(lab)
    assert news(lab.git("pull", "--quiet", "--no-rebase", "origin", "main")) == 1


def test_a_pull_that_rebases_is_told_of_once_at_its_end(lab: Lab) -> None:
    hooked(lab)
    _other_edits(lab)
    for content in (b"first", b"second"):
        lab.write("data/m33.fits", content)
        lab.storage("record")
        lab.git("commit", "--quiet", "--message", content.decode())
    assert news(lab.git("pull", "--rebase", "origin", "main")) == 1
    assert news(lab.git("switch", "-c", "side")) == 0


def test_a_rebase_over_changed_pointers_is_told_of_once(lab: Lab) -> None:
    two_versions(lab)
    lab.git("switch", "--quiet", "-c", "side", "HEAD~1")
    lab.write("data/m33.fits", b"side")
    lab.git("config", "advice.detachedHead", "false")
    lab.write("note", b"")
    lab.git("add", "note")
    lab.git("commit", "--quiet", "--message", "note")
    assert news(lab.git("rebase", "main")) == 1


def test_nothing_is_said_of_commits_and_of_amending(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/m31.fits", b"edited")
    said = [lab.storage("record"), lab.git("commit", "-m", "record")]
    said += [lab.git("commit", "--amend", "-m", "again"), lab.git("switch", "-c", "x")]
    lab.write("note", b"")
    said += [lab.git("stash", "-u"), lab.git("stash", "pop")]
    assert [news(each) for each in said] == [0] * 6


def test_a_branch_without_data_and_back_is_no_news(lab: Lab) -> None:
    hooked(lab)
    assert news(lab.git("switch", "--detach", "HEAD~1")) == 0
    assert news(lab.git("switch", "main")) == 0


def test_nothing_to_do_starts_no_program_of_ours(lab: Lab) -> None:
    watch = watched(two_versions(lab))
    watch.lab.git("switch", "-c", "side")
    watch.lab.git("reset", "--hard")
    watch.lab.git("commit", "--allow-empty", "-m", "empty")
    watch.lab.git("commit", "--amend", "--allow-empty", "-m", "still empty")
    watch.lab.git("rebase", "HEAD~1")
    assert news(watch.lab.git("switch", "--detach", "HEAD~2")) == 1
    assert watch.calls() == []


def test_nothing_to_do_starts_no_git_either(lab: Lab) -> None:
    lab = with_hook_files(lab)
    watch = watched_git(two_versions(lab))
    head = lab.git("rev-parse", "HEAD").out.strip()
    for event, *arguments in (
        ("post-checkout", head, head, "1"),
        ("post-index-change", "1", "0"),
        ("post-index-change", "0", "0"),
        ("post-rewrite", "amend"),
    ):
        watch.lab.run(f".git/hooks/{event}", *arguments)
    assert watch.calls() == []


def test_slices_are_looked_at_by_their_own_times(lab: Lab) -> None:
    lab = with_hook_files(lab)
    hooked(lab)
    for name in ("00/first", "7f/00000000000000"):
        lab.write(f"data.storage.d/{name}", b"until\n")
        lab.git("add", "data.storage.d")
        lab.git("commit", "--quiet", "--no-verify", "--message", "a slice")
    assert news(lab.git("switch", "--detach")) == 1  # nobody has said so when it was written
    watch = watched_git(lab)
    watch.lab.run(".git/hooks/post-index-change", "1", "0")
    assert watch.calls() == []
    assert news(lab.git("reset", "--hard", "HEAD~1")) == 1
    assert news(lab.git("reset", "--hard", "HEAD@{1}")) == 1


def test_what_records_for_commit_all_is_no_news_afterwards(lab: Lab) -> None:
    hooked(lab)
    lab.git("config", "storage.autoRecord", "true")
    lab.write("note", b"")
    lab.git("add", "note")
    lab.git("commit", "--quiet", "--message", "note")
    said = []
    for how in (("-a", "-m", "x"), ("-a", "--amend", "-m", "y"), ("--amend", "-m", "z")):
        lab.write("data/m31.fits", str(how).encode())
        lab.write("note", str(how).encode())
        said.append(lab.git("commit", *how).says("recorded data/m31.fits"))
        said.append(lab.git("switch", "--detach"))
        said.append(lab.git("reset", "--hard"))
    assert [news(each) for each in said] == [0] * len(said)


@pytest.mark.parametrize("way", [("merge", "side"), ("rebase", "side")])
def test_data_that_git_tracks_since_a_merge_or_rebase_is_told_of(
    lab: Lab, way: tuple[str, ...]
) -> None:
    hooked(lab)
    lab.git("switch", "--quiet", "-c", "side")
    lab.git("add", "--force", "data/m31.fits")
    lab.git("commit", "--quiet", "--no-verify", "--message", "by force")
    lab.git("switch", "--quiet", "main")
    if way[0] == "rebase":
        lab.write("note", b"")
        lab.git("add", "note")
        lab.git("commit", "--quiet", "--message", "note")
    result = lab.git(*way)
    result.says("warning: git tracks files of a data path since then", "git storage doctor")
    lab.git("switch", "-c", "other").never_says("git tracks")


def test_a_clone_that_nobody_uses_says_one_line_and_parses_nothing(lab: Lab) -> None:
    hooked(lab)
    lab.storage("install", "--global")
    lab.git("config", "--global", "storage.autoStage", "true")
    watch = watched(lab)
    result = watch.lab.run("git", "clone", str(lab.root / "remote.git"), "../fresh")
    assert str(result).count("hint: this project keeps data in storages") == 1
    assert watch.calls() == []


def test_auto_stage_makes_no_state_where_nobody_staged(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    fresh = lab.clone()
    fresh.git("config", "storage.autoStage", "true")
    fresh.storage("hook", "post-merge")
    assert not fresh.exists(".git/storage/state.db")


def test_auto_stage_brings_what_is_kept_here_and_no_more(lab: Lab) -> None:
    hooked(lab)
    lab.storage("unstage", "data/m33.fits")
    _other_edits(lab)
    lab.git("config", "storage.autoStage", "true")
    lab.git("pull", "--quiet", "origin", "main").says("data: 1 object staged")
    assert lab.files() == {"m31.fits": b"theirs"}


def test_auto_stage_overwrites_no_edit_and_fails_nothing(lab: Lab) -> None:
    hooked(lab)
    _other_edits(lab)
    lab.git("config", "storage.autoStage", "true")
    lab.write("data/m31.fits", b"mine!!")
    lab.git("pull", "--quiet", "origin", "main").says("data is not all as its pointer says")
    assert lab.read("data/m31.fits") == b"mine!!"


def test_pointers_in_conflict_fail_no_checkout(lab: Lab) -> None:
    hooked(lab)
    lab.git("config", "storage.autoStage", "true")
    lab.write("data.storage", b"<<<<<<< ours\n")
    lab.git("commit", "--quiet", "--no-verify", "-a", "-m", "broken")
    lab.git("switch", "--quiet", "--detach", "HEAD~1")
    lab.git("switch", "--quiet", "main").says("warning: ")


def test_a_foreign_failure_after_a_checkout_stays_its_own(lab: Lab) -> None:
    script(lab.top / ".git" / "hooks" / "post-checkout", 'test "$3" = 0 || exit 7')
    two_versions(lab)
    assert news(lab.git("switch", "--detach", "HEAD~1").fails(1)) == 1


def test_without_the_tool_nothing_is_said(lab: Lab) -> None:
    bare = without_the_tool(two_versions(lab))
    bare.git("switch", "--detach", "HEAD~1").never_says(NEWS, "git-storage")


def test_a_worktree_has_news_of_its_own(lab: Lab) -> None:
    two_versions(lab)
    lab.git("worktree", "add", "../tree", "HEAD~1").says("hint: this project keeps data")
    lab.storage("stage", "--all", at="../tree").fails(1)
    assert news(lab.run("git", "reset", "--hard", "main", at="../tree")) == 1
    assert news(lab.git("reset", "--hard")) == 0


def test_a_submodule_has_news_of_its_own(lab: Lab) -> None:
    two_versions(lab)
    lab.git("push", "--quiet", "origin", "HEAD")
    lab.run("git", "init", "--quiet", "../outer")
    allowed = ("-c", "protocol.file.allow=always")
    add = ("submodule", "--quiet", "add", str(lab.root / "remote.git"), "inner")
    lab.run("git", *allowed, *add, at="../outer")
    lab.storage("install", at="../outer/inner")
    lab.storage("ls", at="../outer/inner")
    assert news(lab.run("git", "reset", "--hard", "HEAD~1", at="../outer/inner")) == 0
    (lab.root / "outer" / "bucket").symlink_to("../bucket")
    lab.storage("stage", "--all", at="../outer/inner").fails(1)
    assert news(lab.run("git", "reset", "--hard", "HEAD@{1}", at="../outer/inner")) == 1


def test_shallow_and_sparse_clones_are_told_like_others(lab: Lab) -> None:
    two_versions(lab)
    lab.write("other/file", b"")
    lab.commit("file")
    url = f"file://{lab.root}/remote.git"
    lab.run("git", "clone", "--quiet", "--depth=2", "--sparse", url, "../shallow")
    lab.storage("install", at="../shallow")
    lab.storage("stage", "--all", at="../shallow")
    assert news(lab.run("git", "checkout", "--quiet", "HEAD~1", at="../shallow")) == 0
    promise(lab, b"promised")
    lab.git("push", "--quiet", "--no-verify", "origin", "HEAD")
    lab.run("git", "fetch", "--quiet", "origin", at="../shallow")
    assert news(lab.run("git", "checkout", "origin/main", at="../shallow")) == 1


def test_slices_and_odd_names_are_news_too(lab: Lab) -> None:
    for name in ("a", "b"):
        lab.bucket.put(name, b"1")
    lab.storage("add", "survey", "../bucket", "--to", "my data[1]*/raw ")
    lab.storage("stage", "--all")
    lab.storage("install")
    lab.commit("describe")
    sliced = lab.top / "my data[1]*" / "raw .storage.d" / "00" / "first"
    sliced.parent.mkdir(parents=True)
    sliced.write_bytes(b"until\n")
    lab.git("add", "--all")
    lab.git("commit", "--quiet", "--no-verify", "--message", "a slice")
    assert news(lab.git("reset", "--hard", "HEAD~1")) == 0  # as it was when it was last looked at
    assert news(lab.git("reset", "--hard", "HEAD@{1}")) == 1
    lab.write("my data[1]*/raw .storage", b"git-storage pointer 1\n")
    lab.git("commit", "--quiet", "--no-verify", "-a", "--message", "a pointer")
    assert news(lab.git("switch", "--detach", "HEAD~2")) == 1
