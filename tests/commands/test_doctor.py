"""`git storage doctor`."""

from __future__ import annotations

from tests.hooks.scenes import script
from tests.lab import NAME, Lab

FILES = {"m31.fits": b"one"}


def test_all_is_well(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("doctor").says("ok      git ", "the pointer names 1 object", "survey")


def test_a_problem_has_a_hint_and_an_exit_status(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.top / ".gitignore").unlink()
    lab.storage("doctor").fails(1).says("problem ", "hint: add the line /data to .gitignore")


def test_a_named_storage_is_tried_out_and_left_as_it_was(lab: Lab) -> None:
    lab.describe(FILES)
    result = lab.storage("doctor", NAME)
    assert len([line for line in result.out.splitlines() if "survey:" in line]) > 10
    assert lab.bucket.objects() == FILES


def test_what_a_trial_that_was_cut_off_has_left_is_told_and_is_no_data(lab: Lab) -> None:
    lab.bucket.put(".git-storage-probe-0123456789ab/a", b"")
    lab.describe(FILES)

    lab.storage("doctor", NAME).says("note    survey: holds 1 object below .git-storage-probe-*")
    lab.storage("stage", "--all")
    assert lab.files() == FILES


def test_a_named_storage_is_told_as_what_it_can_and_cannot_do(lab: Lab) -> None:
    lab.describe(FILES)
    result = lab.storage("doctor", NAME)

    result.says(
        "ok      survey: can be listed",
        "ok      survey: can be read, in parts too",
        "ok      survey: can create an object: the storage refuses it if somebody else was first",
        "note    survey: can replace one: git storage looks right before it",
        "note    survey: cannot give old versions",
        "note    survey: cannot hold objects named like 'double//slash'",
        "ok      survey: creating refuses to replace",
    )


def test_an_unreachable_storage_is_a_problem(lab: Lab) -> None:
    lab.describe(FILES)
    lab.bucket.root.rename(lab.root / "away")
    lab.storage("doctor").fails(1).says("problem ")


def test_the_hooks_are_named_in_the_order_in_which_they_run(lab: Lab) -> None:
    lab.describe(FILES)
    hooks = lab.top / ".git" / "hooks"
    lab.storage("doctor").says(
        f"note    git runs no hook of git storage; it looks for hooks in {hooks}"
    )
    script(hooks / "pre-commit", "exit 0")
    script(hooks / "pre-push", "exec lefthook run pre-push")
    lab.storage("install").fails(1)
    result = lab.storage("doctor").says(f"ok      hooks are in {hooks}")
    result.says(f"pre-commit: {hooks}/pre-commit.before-git-storage, then git storage")
    result.says(f"note    pre-push: {hooks}/pre-push (lefthook)", "hint: git storage install")
    result.says("post-merge, post-rewrite, post-index-change: git storage")
    script(hooks / "pre-commit", "exit 1")
    lab.storage("doctor").says(f"pre-commit.before-git-storage {hooks}/pre-commit  # instead")


def test_hooks_of_another_version_and_of_another_place_are_told(lab: Lab) -> None:
    lab.describe(FILES)
    elsewhere = lab.root / "elsewhere"
    lab.git("config", "core.hooksPath", str(elsewhere))
    lab.storage("install")
    (elsewhere / "pre-push").write_bytes((elsewhere / "pre-push").read_bytes() + b"# older")
    (elsewhere / "post-merge").unlink()
    result = lab.storage("doctor").says(f"{elsewhere}, as core.hooksPath says (local)")
    result.says("note    pre-push: git storage", "hint: git storage install  # renews")
    result.says("note    post-merge: nothing")
