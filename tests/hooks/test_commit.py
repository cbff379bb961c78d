"""pre-commit: what must not enter git is refused, as it is in the index that git commits."""

from __future__ import annotations

import pytest

from tests.hooks.scenes import hooked, watched, without_the_tool
from tests.lab import Lab

_KEY = "AKIAIOSFODNN7EXAMPLE"


def _commit(lab: Lab, *options: str) -> object:
    return lab.git("commit", "--message", "x", *options)


def test_a_commit_without_anything_of_ours_starts_no_program(lab: Lab) -> None:
    watch = watched(hooked(lab))
    watch.lab.write("note", b"")
    watch.lab.git("add", "note")
    _commit(watch.lab)
    watch.lab.write("note", b"edited")
    _commit(watch.lab, "-a")
    watch.lab.write("note", b"again")
    _commit(watch.lab, "--", "note")
    _commit(watch.lab, "--amend")
    assert watch.calls() == []


def test_a_project_without_data_starts_no_program(lab: Lab) -> None:
    lab.storage("install")
    watch = watched(lab)
    watch.lab.write("a.storage", b"mine")
    watch.lab.git("add", "a.storage")
    _commit(watch.lab)
    watch.lab.git("push", "--quiet", "origin", "HEAD")
    assert watch.calls() == []


@pytest.mark.parametrize("how", [(), ("-a",), ("--", ".storage.yaml"), ("--amend", "-a")])
def test_a_secret_in_the_manifest_is_refused(lab: Lab, how: tuple[str, ...]) -> None:
    hooked(lab)
    text = lab.read(".storage.yaml").decode()
    lab.write(".storage.yaml", f"{text}# {_KEY}\n".encode())
    if not how:
        lab.git("add", ".storage.yaml")
    result = lab.git("commit", "--message", "x", *how).fails(1)
    result.says(f".storage.yaml:{text.count(chr(10)) + 1}: the line holds what looks like a secret")
    result.never_says(_KEY)


def test_the_index_counts_and_not_the_work_tree(lab: Lab) -> None:
    hooked(lab)
    good = lab.read(".storage.yaml")
    lab.write(".storage.yaml", good + b"# password: hunter2\n")
    lab.git("add", ".storage.yaml")
    lab.write(".storage.yaml", good)
    lab.git("commit", "--message", "x").fails(1).says("secret")
    lab.git("add", ".storage.yaml")
    lab.write(".storage.yaml", good + b"# password: hunter2\n")
    _commit(lab, "--allow-empty")


def test_a_secret_in_a_pointer_is_refused(lab: Lab) -> None:
    hooked(lab)
    text = lab.read("data.storage").replace(b"m33.fits", b"ghp_" + b"a" * 36)
    lab.write("data.storage", text)
    lab.git("commit", "-a", "--message", "x").fails(1).says("data.storage:", "secret")


@pytest.mark.parametrize(
    "broken",
    [b"<<<<<<< ours\n", b"git-storage pointer 1\n", b"", b"git-storage pointer 9\nfrom x/\n"],
)
def test_a_pointer_that_cannot_be_read_is_refused(lab: Lab, broken: bytes) -> None:
    hooked(lab)
    lab.write("data.storage", broken)
    lab.git("commit", "-a", "--message", "x").fails(1).says("error: data.storage")


def test_conflict_markers_in_a_pointer_are_refused(lab: Lab) -> None:
    hooked(lab)
    head, _, rest = lab.read("data.storage").partition(b"m31")
    lab.write("data.storage", head + b"<<<<<<< ours\nm31" + rest)
    lab.git("commit", "-a", "--message", "x").fails(1).says("conflict marker")


@pytest.mark.parametrize(
    "name", [".storage.yaml", "data.storage", "data.storage.d", ".gitignore", ".gitattributes"]
)
def test_a_link_in_the_place_of_a_file_is_refused(lab: Lab, name: str) -> None:
    hooked(lab)
    (lab.top / name).unlink(missing_ok=True)
    (lab.top / name).symlink_to("/etc/hostname")
    lab.git("add", "--force", name)
    result = lab.git("commit", "--message", "x").fails(1)
    result.says(f"error: {name} is not a file but a symbolic link", f"--staged -- {name}")
    lab.git("restore", "--staged", "--", name)
    assert lab.git("diff", "--cached").out == ""


def test_a_slice_that_is_a_link_is_refused_and_somebody_elses_link_is_not(lab: Lab) -> None:
    hooked(lab)
    (lab.top / "cold.storage").symlink_to("anything")
    lab.git("add", "cold.storage")
    _commit(lab)
    (lab.top / "data.storage.d").mkdir()
    (lab.top / "data.storage.d" / "00").symlink_to("anything")
    lab.git("add", "data.storage.d")
    lab.git("commit", "--message", "x").fails(1).says("data.storage.d/00 is not a file")


def test_a_manifest_that_cannot_be_read_is_refused(lab: Lab) -> None:
    hooked(lab)
    lab.write(".storage.yaml", b"version: 1\nwhatever: true\n")
    lab.git("commit", "-a", "--message", "x").fails(1).says("error: .storage.yaml")


def test_data_that_was_added_by_force_is_refused(lab: Lab) -> None:
    hooked(lab)
    lab.git("add", "--force", "data/m31.fits")
    result = lab.git("commit", "--message", "x").fails(1)
    result.says("data/m31.fits would enter git", "git rm -r --cached -- data")
    lab.git("commit", "--no-verify", "--message", "x")


def test_a_merge_that_brings_such_data_is_refused(lab: Lab) -> None:
    hooked(lab)
    lab.git("switch", "--quiet", "-c", "side")
    lab.git("add", "--force", "data/m31.fits")
    lab.git("commit", "--quiet", "--no-verify", "--message", "by force")
    lab.git("switch", "--quiet", "main")
    lab.git("commit", "--quiet", "--allow-empty", "--message", "so that it is no fast-forward")
    lab.git("config", "storage.largeFileGuard", "1")  # the others have committed what they have
    result = lab.git("merge", "side").fails(1)
    result.says("data/m31.fits would enter git", "git rm -r --cached -- data")
    lab.git("rm", "-r", "--quiet", "--cached", "--", "data")
    lab.git("commit", "--quiet", "--no-edit")
    assert lab.git("ls-files", "data").out == ""
    lab.git("merge", "--no-verify", "side")


def test_a_merge_without_anything_of_ours_starts_no_program(lab: Lab) -> None:
    hooked(lab)
    lab.git("config", "storage.autoRecord", "true")
    for branch in ("side", "main"):
        lab.git("switch", "--quiet", "-C", branch, "main")
        lab.write(branch, b"")
        lab.git("add", branch)
        lab.git("commit", "--quiet", "--message", branch)
    watch = watched(lab)
    watch.lab.git("merge", "--no-edit", "side")
    assert watch.calls() == []


def test_odd_names_of_data_paths_are_seen(lab: Lab) -> None:
    lab.bucket.put("a", b"1")
    lab.storage("add", "survey", "../bucket", "--to", "my data[1]*/raw ")
    lab.storage("stage", "--all")
    lab.storage("install")
    lab.commit("describe")
    lab.git("add", "--force", "my data[1]*/raw /a")
    lab.git("commit", "--message", "x").fails(1).says("would enter git")


def test_somebody_elses_file_of_that_name_is_not_read(lab: Lab) -> None:
    hooked(lab)
    lab.write("cold.storage", b"anything")
    lab.git("add", "cold.storage")
    _commit(lab)


def test_large_files_are_refused_on_request_only(lab: Lab) -> None:
    hooked(lab)
    lab.write("large", bytes(2048))
    lab.git("add", "large")
    lab.git("config", "storage.largeFileGuard", "1k")
    result = lab.git("commit", "--message", "x").fails(1)
    result.says("large has 2,048 bytes", "git commit --no-verify")
    lab.git("config", "--unset", "storage.largeFileGuard")
    _commit(lab)


def test_what_is_not_recorded_is_told_on_request_only(lab: Lab) -> None:
    hooked(lab)
    lab.write("data/m31.fits", b"edited")
    commit = ("commit", "--allow-empty", "--message", "x")
    lab.git(*commit).never_says("not recorded")
    lab.git("config", "storage.warnUnrecorded", "true")
    lab.git(*commit).says("warning: data/m31.fits changed and is not recorded")
    lab.storage("record")
    lab.git(*commit).never_says("not recorded")


def test_auto_record_records_and_adds_the_pointer(lab: Lab) -> None:
    hooked(lab)
    lab.git("config", "storage.autoRecord", "true")
    lab.write("data/m31.fits", b"edited")
    lab.write("note", b"")
    lab.git("add", "note")
    lab.git("commit", "--message", "x").says("recorded data/m31.fits")
    lab.git("show", "--stat", "HEAD").says("data.storage", "note")
    assert lab.git("status", "--porcelain").out == ""


def test_auto_record_works_for_commit_all(lab: Lab) -> None:
    hooked(lab)
    lab.write("note", b"")
    lab.git("add", "note")
    _commit(lab)
    lab.git("config", "storage.autoRecord", "true")
    lab.write("data/m31.fits", b"edited")
    lab.write("note", b"edited")
    lab.git("commit", "-a", "--message", "x").says("recorded data/m31.fits")
    lab.git("show", "--stat", "HEAD").says("data.storage", "note")
    assert lab.git("status", "--porcelain").out == ""


def test_a_commit_of_nothing_but_what_is_recorded_is_made_by_typing_it_again(lab: Lab) -> None:
    hooked(lab)
    lab.git("config", "storage.autoRecord", "true")
    lab.write("data/m31.fits", b"edited")
    result = lab.git("commit", "--all", "--message", "x").fails(1)
    result.says("recorded data/m31.fits\nhint: type the same once more if git says that")
    result.never_says("warning: ")
    lab.git("commit", "--all", "--message", "x").never_says("hint: ")
    assert lab.git("show", "--format=", "--name-only").out == "data.storage\n"
    assert lab.git("status", "--porcelain").out == ""


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("largeFileGuard", "a size such as 50m"),
        ("autoRecord", "true or false"),
        ("warnUnrecorded", "true or false"),
    ],
)
def test_a_wish_that_nobody_understands_is_named(lab: Lab, key: str, wanted: str) -> None:
    hooked(lab)
    lab.git("config", f"storage.{key}", "maybe")
    result = lab.git("commit", "--allow-empty", "--message", "x").fails(1)
    result.says(f"error: storage.{key} is 'maybe' in git's configuration, not {wanted}")
    result.says(f"hint: git config --unset storage.{key}")


def test_auto_record_leaves_a_commit_of_single_paths_alone(lab: Lab) -> None:
    hooked(lab)
    lab.write("note", b"")
    lab.git("add", "note")
    _commit(lab)
    lab.git("config", "storage.autoRecord", "true")
    lab.write("data/m31.fits", b"edited")
    lab.write("note", b"edited")
    lab.git("commit", "--message", "x", "--", "note").says("is not recorded")
    assert lab.git("status", "--porcelain").out == ""


def test_the_tree_cannot_ask_for_recording(lab: Lab) -> None:
    hooked(lab)
    lab.write(".gitconfig", b"[storage]\n\tautoRecord = true\n")
    lab.git("add", ".gitconfig")
    lab.write("data/m31.fits", b"edited")
    lab.git("commit", "--message", "x").never_says("recorded")


def test_without_the_tool_a_commit_goes_on_with_one_line(lab: Lab) -> None:
    bare = without_the_tool(hooked(lab))
    bare.write("data.storage", b"broken")
    result = bare.git("commit", "-a", "--quiet", "--message", "x")
    assert result.err == (
        "warning: git-storage is not on PATH, so its pre-commit check was left out\n"
    )


def test_literal_pathspecs_of_the_caller_change_nothing(lab: Lab) -> None:
    hooked(lab)
    lab.write("data.storage", b"broken")
    lab.run("git", "--literal-pathspecs", "commit", "-a", "-m", "x").fails(1).says("data.storage")


def test_a_commit_from_a_subdirectory_and_a_worktree_is_looked_at(lab: Lab) -> None:
    hooked(lab)
    lab.git("worktree", "add", "--quiet", "../tree", "-b", "side")
    lab.write("../tree/sub/x", b"")
    lab.write("../tree/data.storage", b"broken")
    done = lab.run("git", "commit", "-a", "-m", "x", at="../tree/sub").fails(1)
    done.says("error: data.storage")


def test_a_data_path_of_one_file_is_named_by_its_own_name(lab: Lab) -> None:
    lab.bucket.put("notes.txt", b"one")
    lab.storage("add", "survey", "../bucket", "--to", "single.txt", "--prefix", "notes.txt")
    lab.storage("stage", "--all")
    lab.storage("install")
    lab.commit("describe")
    lab.write("single.txt", b"edited")
    commit = ("commit", "--allow-empty", "--message", "x")
    told = lab.git("-c", "storage.warnUnrecorded=true", *commit)
    told.says("warning: single.txt changed and is not recorded")
    lab.git("-c", "storage.autoRecord=true", *commit).says("recorded single.txt\n")
    lab.git("push", "origin", "HEAD").fails(1).says("error: single.txt is on the storage with")
    lab.storage("sync")
    lab.storage("undo").fails(1).says("left alone: single.txt: ")
