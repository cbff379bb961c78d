"""pre-push: no promise is pushed whose bytes the storage does not hold; else nothing is asked."""

from __future__ import annotations

import shutil

import pytest

from tests.hooks.scenes import (
    hooked,
    promise,
    watched,
    watched_git,
    with_hook_files,
    without_the_tool,
)
from tests.lab import Lab

PUSH = ("push", "--quiet", "origin", "HEAD")


def test_a_promise_that_is_not_held_stops_the_push(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    result = lab.git(*PUSH).fails(1)
    result.says("data/m31.fits is on the storage with other bytes", "hint: git storage sync")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--message", "sync")
    lab.git(*PUSH)


def test_a_new_object_that_is_not_there_stops_the_push(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/new", b"new")
    lab.storage("record")
    lab.git("commit", "--quiet", "--message", "x")
    lab.git(*PUSH).fails(1).says("data/new is not on the storage")


def test_a_promise_that_the_storage_holds_counts(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.bucket.put("m31.fits", b"edited")
    lab.git(*PUSH)


def test_what_was_uploaded_since_the_commit_counts(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.storage("sync")
    lab.git("stash", "--quiet")  # the completed line is in no commit
    lab.git(*PUSH)


def test_a_push_without_pointers_starts_no_program(lab: Lab) -> None:
    watch = watched(hooked(lab))
    watch.lab.write("note", b"")
    watch.lab.git("add", "note")
    watch.lab.git("commit", "--quiet", "--message", "note")
    watch.lab.git(*PUSH)
    watch.lab.git("push", "--quiet", "origin", "HEAD:refs/heads/side")
    watch.lab.git("tag", "-a", "v1", "-m", "v1")
    watch.lab.git("push", "--quiet", "origin", "v1")
    watch.lab.git("push", "--quiet", "origin", ":side")
    assert watch.calls() == []


def test_pointers_without_promises_ask_nobody(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/m31.fits", b"edited")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--message", "edit")
    shutil.move(lab.bucket.root, lab.root / "unreachable")
    lab.git(*PUSH)


def test_a_storage_that_does_not_answer_stops_a_promise(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    shutil.move(lab.bucket.root, lab.root / "unreachable")
    lab.git(*PUSH).fails(1).says("error: ")
    lab.git("push", "--quiet", "--no-verify", "origin", "HEAD")


def test_a_storage_that_does_not_answer_is_told_once_with_ways_to_go_on(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/new", b"new")
    promise(lab, b"edited")
    shutil.move(lab.bucket.root, lab.root / "unreachable")
    result = lab.git(*PUSH).fails(1)
    result.says(
        "error: survey does not say whether it holds data/m31.fits and 1 more: no directory"
    )
    result.says("hint: git storage doctor survey", "git -c storage.prePush=off push")
    assert result.err.count("hint:") == 1
    lab.git("-c", "storage.prePush=off", *PUSH)


def test_many_broken_promises_are_told_with_one_hint(lab: Lab) -> None:
    hooked(lab)
    for number in range(9):
        lab.write(f"data/{number}", str(number).encode())
    promise(lab, b"edited")
    result = lab.git(*PUSH).fails(1).says("data/0 is not on the storage", "and 5 more of data")
    assert result.err.count("hint: git storage sync") == 1


@pytest.mark.parametrize("off", ["off", "OFF", "False", "no", "0"])
def test_off_asks_nobody(lab: Lab, off: str) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.git("config", "storage.prePush", off)
    watch = watched(lab)
    watch.lab.git(*PUSH)
    assert watch.calls() == []


@pytest.mark.parametrize("check", ["CHECK", "true", "Yes", "1"])
def test_check_has_many_spellings(lab: Lab, check: str) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.git("config", "storage.prePush", check)
    lab.git(*PUSH).fails(1).says("data/m31.fits is on the storage with other bytes")


def test_a_wish_that_nobody_understands_is_no_wish(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.git("config", "storage.prePush", "uplaod")
    result = lab.git(*PUSH).fails(1)
    result.says(
        "error: storage.prePush is 'uplaod' in git's configuration, not check, upload or off"
    )
    result.says("hint: git config --unset storage.prePush")
    assert lab.bucket.get("m31.fits") == b"one"


def test_what_was_pushed_before_is_not_asked_for_again(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.git("push", "--quiet", "--no-verify", "origin", "HEAD")
    lab.git("commit", "--quiet", "--allow-empty", "--message", "empty")
    lab.git(*PUSH)
    lab.write("data/m33.fits", b"other")
    lab.storage("record")
    lab.git("commit", "--quiet", "--message", "other")
    lab.git(*PUSH).fails(1).says("data/m33.fits").never_says("data/m31.fits")


def test_branches_that_are_not_checked_out_are_looked_at(lab: Lab) -> None:
    hooked(lab)
    lab.git("switch", "--quiet", "-c", "side")
    promise(lab, b"edited")
    lab.git("switch", "--quiet", "main")
    lab.git("push", "--quiet", "origin", "main", "side").fails(1).says("data/m31.fits")
    lab.git("switch", "--quiet", "--detach", "HEAD~1")  # a commit without a manifest
    lab.git("push", "--quiet", "origin", "side").fails(1).says("data/m31.fits")
    lab.git("push", "--quiet", "origin", "main")


def test_tags_force_pushes_and_new_remotes_are_looked_at(lab: Lab) -> None:
    hooked(lab)
    lab.git("commit", "--quiet", "--allow-empty", "--message", "pushed")
    lab.git(*PUSH)
    lab.git("reset", "--quiet", "--hard", "HEAD~1")
    promise(lab, b"edited")
    lab.git("push", "--quiet", "--force", "origin", "HEAD").fails(1).says("data/m31.fits")
    lab.git("tag", "-a", "v1", "-m", "v1")
    lab.git("push", "--quiet", "origin", "v1").fails(1).says("data/m31.fits")
    lab.git("init", "--quiet", "--bare", "../second.git")
    lab.git("push", "--quiet", "../second.git", "HEAD:refs/heads/x").fails(1).says("data/m31.fits")
    lab.git("push", "--quiet", "../second.git", "HEAD~1:refs/heads/y")
    watch = watched(lab)
    watch.lab.git("push", "--quiet", "../second.git", "HEAD:refs/heads/x")
    assert watch.calls() == ["git-storage hook pre-push "]  # a URL may hold a password


def test_a_password_in_a_url_reaches_no_command_line(lab: Lab) -> None:
    lab = with_hook_files(lab)
    hooked(lab)
    promise(lab, b"edited")
    head = lab.git("rev-parse", "HEAD").out.strip()
    lines = f"HEAD {head} refs/heads/main {'0' * 40}\n"
    watch = watched_git(watched(lab).lab)
    for url in ("https://ada:hunter2@example.org/a.git", "git@example.org:hunter2/a.git"):
        # git gives what was typed, and what url.*.insteadOf has made of it.
        watch.lab.run(".git/hooks/pre-push", "example:hunter2", url, tell=lines)
        watch.lab.run(".git/hooks/pre-push", url, url, tell=lines)
    assert [call for call in watch.calls() if "hunter2" in call] == []
    called = (lab.root / "home" / "calls").read_text().splitlines()
    assert called == ["git-storage hook pre-push "] * 4


def test_files_of_a_data_path_are_not_pushed(lab: Lab) -> None:
    hooked(lab)
    lab.git("push", "--quiet", "origin", "HEAD")
    lab.git("switch", "--quiet", "-c", "side")
    lab.git("add", "--force", "data/m31.fits", "data/m33.fits")
    lab.git("commit", "--quiet", "--no-verify", "--message", "by force")
    lab.git("switch", "--quiet", "-c", "picked", "main")
    lab.git("cherry-pick", "side")
    result = lab.git(*PUSH).fails(1)
    result.says("error: data/m31.fits, data/m33.fits would be pushed, but data is in a storage")
    result.says("hint: git rm -r --cached -- data")
    lab.git("rm", "-r", "--quiet", "--cached", "--", "data")
    lab.git("commit", "--quiet", "--message", "out again")
    lab.git(*PUSH)


def test_a_tag_of_no_commit_and_a_deletion_are_nobodys_business(lab: Lab) -> None:
    hooked(lab)
    lab.git("tag", "blob", "HEAD:data.storage")
    lab.git("push", "--quiet", "origin", "blob")
    lab.git("push", "--quiet", "origin", ":blob")


def test_upload_gives_what_is_promised_and_leaves_the_pointer(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.write("data/m33.fits", b"not promised")
    lab.git("config", "storage.prePush", "upload")
    pointer = lab.read("data.storage")
    lab.git(*PUSH)
    assert lab.bucket.objects() == {"m31.fits": b"edited", "m33.fits": b"33"}
    assert lab.read("data.storage") == pointer
    lab.storage("sync")
    assert lab.bucket.objects() == {"m31.fits": b"edited", "m33.fits": b"not promised"}


def test_upload_stops_at_a_conflict(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.bucket.put("m31.fits", b"somebody else")
    lab.git("config", "storage.prePush", "upload")
    lab.git(*PUSH).fails(1).says("data/m31.fits", "git storage sync")
    assert lab.bucket.get("m31.fits") == b"somebody else"


def test_upload_gives_no_bytes_that_changed_since(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.write("data/m31.fits", b"later!")
    lab.git("config", "storage.prePush", "upload")
    lab.git(*PUSH).fails(1).says("data/m31.fits is on the storage with other bytes")
    assert lab.bucket.get("m31.fits") == b"one"


def test_bytes_that_were_recorded_on_the_way_and_are_nowhere_are_told(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"first")
    promise(lab, b"second")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--message", "sync")
    lab.git("branch", "side")
    result = lab.git("push", "--quiet", "origin", "main", "side")
    result.says("warning: data/m31.fits of ", "recorded, changed again and never uploaded")
    assert result.err.count("warning: ") == 1


def test_a_fetch_that_is_missing_is_no_excuse(lab: Lab) -> None:
    hooked(lab)
    other = lab.clone()
    other.write("note", b"")
    other.commit("note")
    promise(lab, b"edited")
    lab.git("push", "--quiet", "--force", "origin", "HEAD").fails(1).says("data/m31.fits")


def test_without_the_tool_a_push_goes_on_with_one_line(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    result = without_the_tool(lab).git(*PUSH)
    assert result.err == (
        "warning: git-storage is not on PATH, so its pre-push check was left out\n"
    )


def test_pre_commit_says_in_the_environment_what_is_pushed(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    old, new = (lab.git("rev-parse", name).out.strip() for name in ("HEAD~1", "HEAD"))
    framework = lab.seeing(PRE_COMMIT_FROM_REF=old, PRE_COMMIT_TO_REF=new)
    framework.storage("hook", "pre-push").fails(1).says("data/m31.fits")
    assert lab.storage("hook", "pre-push", "--json").json()["notes"] == []


def test_many_promises_are_looked_up_in_one_listing(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    lab.storage("stage", "--all")
    lab.storage("install")
    for number in range(70):
        lab.write(f"data/{number}", str(number).encode())
        lab.bucket.put(str(number), str(number).encode())
    lab.bucket.delete("7")
    lab.storage("record")
    lab.git("commit", "--quiet", "--message", "many")
    result = lab.git(*PUSH).fails(1).says("data/7 is not on the storage")
    assert result.err.count("error: data/") == 1


def test_an_upload_can_be_undone_like_a_sync(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    lab.git("config", "storage.prePush", "upload")
    lab.git(*PUSH)
    lab.storage("undo", "--list").says("push")
    lab.storage("status").never_says("edited here")
