"""What git users do with their repositories, and what they expect of a command of git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab import DATA, Lab, content

OBJECTS = {"a.txt": b"one", "sub/b.txt": b"two"}
FATAL = 128


@pytest.fixture
def described(lab: Lab) -> Lab:
    """A project with a data path, committed and staged."""
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    return lab


def everything(root: Path) -> dict[str, bytes]:
    """Every file below a directory, git's own too."""
    return {str(path): content(path) for path in sorted(root.rglob("*"))}


# Where a command is run


def test_targets_are_relative_to_the_subdirectory(described: Lab) -> None:
    described.write("code/x.py", b"x")
    described.write(f"{DATA}/a.txt", b"edited")
    described.storage("status", f"../{DATA}", at="code").says("../data/a.txt")
    described.storage("status", ".", at="code").fails(FATAL)
    described.storage("sync", f"../{DATA}/a.txt", at="code")
    assert described.bucket.get("a.txt") == b"edited"


def test_inside_the_data_path_a_dot_is_what_is_below(described: Lab) -> None:
    described.write(f"{DATA}/a.txt", b"edited")
    described.write(f"{DATA}/sub/new", b"new")
    told = described.storage("status", ".", at=f"{DATA}/sub").says("new").out
    assert "a.txt" not in told
    described.storage("status", ".", at=DATA).says("a.txt", "sub/new")
    described.storage("sync", ".", at=f"{DATA}/sub")
    assert described.bucket.objects() == {**OBJECTS, "sub/new": b"new"}


def test_a_directory_can_be_named_before_the_verb(described: Lab) -> None:
    described.storage("-C", "project", "-C", DATA, "status", ".", at="..").says("2 of 2 objects")


def test_spaces_and_letters_of_all_scripts_in_the_paths(lab: Lab) -> None:
    lab.bucket.put("a b/\u00e9", b"x")
    path = "my d\u00e4ta/new [one] #1 ! *"
    lab.storage("add", "survey", "../bucket", "--to", path)
    lab.commit("describe the data")
    assert lab.git("status", "--porcelain").out == ""
    lab.storage("stage", path)
    assert lab.read(f"{path}/a b/\u00e9") == b"x"
    assert lab.git("status", "--porcelain").out == ""
    other = lab.clone()
    other.storage("stage", "--all")
    assert other.files(path) == lab.files(path)


def test_the_environment_names_the_repository(described: Lab) -> None:
    (described.root / "elsewhere").mkdir()
    top = described.top
    seeing = described.seeing(GIT_DIR=str(top / ".git"), GIT_WORK_TREE=str(top))
    seeing.storage("status", at="../elsewhere").says("2 of 2 objects here")
    relative = described.seeing(GIT_DIR=".git", GIT_WORK_TREE=".")
    relative.write(f"{DATA}/a.txt", b"edited")
    relative.storage("sync")
    assert described.git("diff", "--cached", "--name-only").out == "data.storage\n"


# Kinds of repositories


def test_a_linked_worktree_has_a_state_of_its_own(described: Lab) -> None:
    described.git("worktree", "add", "--quiet", "../linked", "-b", "side")
    described.storage("status", at="../linked").says("0 of 2 objects here")
    described.storage("stage", f"{DATA}/a.txt", at="../linked")
    described.storage("status", at="../linked").says("1 of 2 objects here")
    described.storage("status").says("2 of 2 objects here")


def test_the_trash_survives_the_worktree(described: Lab) -> None:
    described.git("worktree", "add", "--quiet", "../linked", "-b", "side")
    described.storage("stage", "--all", at="../linked")
    (described.root / "linked" / DATA / "a.txt").write_bytes(b"hours of work")
    described.storage("rm", f"{DATA}/a.txt", at="../linked")
    described.git("worktree", "remove", "--force", "../linked")
    kept = [p for p in (described.top / ".git").rglob("*") if content(p) == b"hours of work"]
    assert kept


def test_a_submodule_is_a_project_of_its_own(described: Lab) -> None:
    described.git("init", "--quiet", "../super")
    remote = str(described.root / "remote.git")
    add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", remote, "inner"]
    described.run("git", *add, at="../super")
    described.storage("stage", "--all", at="../super/inner").fails(128).says("not approved")
    (described.root / "super" / "bucket").symlink_to("../bucket")
    described.storage("stage", "--all", at="../super/inner")
    described.storage("status", at="../super/inner").says("2 of 2 objects here")
    refusal = described.storage("add", "s", "../bucket", "--to", "inner/more", at="../super")
    refusal.fails(FATAL).says("submodule")


def test_a_sparse_checkout_stays_sparse(described: Lab) -> None:
    described.write("code/x.py", b"x")
    described.storage("mv", DATA, "deep/data")
    described.commit("move")
    described.git("sparse-checkout", "set", "--no-cone", "/code/")
    assert not described.exists(".storage.yaml")
    assert not described.exists("deep/data.storage")
    described.storage("status").says("deep/data", "of 2 objects here")
    described.remove("deep/data/a.txt")
    described.storage("stage", "--all")
    assert described.files("deep/data") == OBJECTS
    assert not described.exists(".storage.yaml")
    assert not described.exists("deep/data.storage")
    assert described.git("status", "--porcelain").out == ""


def test_a_sparse_index_is_read(described: Lab) -> None:
    described.write("code/x.py", b"x")
    described.storage("mv", DATA, "deep/data")
    described.commit("move")
    described.git("sparse-checkout", "set", "--cone", "--sparse-index", "code")
    assert not described.exists("deep/data.storage")
    described.storage("status").says("deep/data", "0 of 2 objects here")
    described.storage("stage", "--all")
    assert not described.exists("deep/data.storage")
    assert described.git("status", "--porcelain").out == ""


def test_a_partial_clone_fetches_what_it_needs(described: Lab) -> None:
    described.run("git", "config", "uploadpack.allowFilter", "true", at="../remote.git")
    described.write(f"{DATA}/new", b"new")
    described.storage("sync")
    described.commit("more")
    described.run("git", "config", "uploadpack.allowAnySHA1InWant", "true", at="../remote.git")
    url = f"file://{described.root / 'remote.git'}"
    described.run("git", "clone", "--quiet", "--filter=blob:none", url, "../partial")
    described.storage("diff", "HEAD~1..HEAD", at="../partial").says("+ data/new")
    described.git("-C", "../partial", "checkout", "--quiet", "HEAD~1")
    described.storage("stage", "--all", at="../partial")
    assert Lab(described.root, described.root / "partial", described.bucket, {}).files() == OBJECTS


def test_a_detached_head(described: Lab) -> None:
    described.git("checkout", "--quiet", "--detach")
    described.write(f"{DATA}/a.txt", b"edited")
    described.storage("sync")
    described.storage("diff", "HEAD").says("~ data/a.txt")


def test_a_bare_repository_is_refused(described: Lab) -> None:
    for args in (["status"], ["sync"], ["add", "s", "../bucket", "--to", "data"]):
        described.storage(*args, at="../remote.git").fails(FATAL).says("bare", "hint:")


def test_a_repository_with_sha256(lab: Lab) -> None:
    lab.git("init", "--quiet", "--object-format=sha256", "../long")
    lab.bucket.put("a", b"x")
    lab.storage("add", "survey", "../bucket", "--to", DATA, at="../long")
    lab.git("-C", "../long", "commit", "--quiet", "--message", "data")
    lab.storage("stage", "--all", at="../long")
    (lab.root / "long" / DATA / "a").write_bytes(b"y")
    lab.storage("sync", at="../long")
    lab.storage("diff", "HEAD", at="../long").says("~ data/a")
    lab.storage("restore", "--from", "HEAD", "data/a", at="../long").fails(1)


def test_a_repository_without_a_commit(lab: Lab) -> None:
    lab.git("init", "--quiet", "../young")
    lab.bucket.put("a", b"x")
    for args in (["status"], ["ls"], ["add", "survey", "../bucket", "--to", DATA]):
        lab.storage(*args, at="../young")
    lab.storage("stage", "--all", at="../young")
    lab.storage("sync", at="../young")
    lab.storage("status", "--explain", "data/a", at="../young")
    lab.storage("diff", at="../young")
    lab.storage("undo", at="../young")


# What only reads


READING = (
    ["ls"],
    ["ls", DATA],
    ["status"],
    ["status", "--remote"],
    ["status", "--only-here"],
    ["status", "--explain", f"{DATA}/a.txt"],
    ["diff"],
    ["diff", "HEAD"],
    ["diff", "HEAD..HEAD"],
    ["sync", "-n"],
    ["stage", "-n", "--all"],
    ["doctor"],
)


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_reading_changes_nothing(described: Lab, args: list[str]) -> None:
    described.write(f"{DATA}/a.txt", b"edited")
    described.bucket.put("there", b"new")
    before = described.snapshot()
    described.storage(*args)
    assert described.snapshot() == before
    assert described.git("status", "--porcelain").out == ""


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_without_optional_locks_reading_writes_nothing_at_all(
    described: Lab, args: list[str]
) -> None:
    described.write(f"{DATA}/a.txt", b"abc")
    described.bucket.put("there", b"new")
    seeing = described.seeing(GIT_OPTIONAL_LOCKS="0")
    before = everything(described.root)
    seeing.storage(*args)
    assert everything(described.root) == before


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_without_optional_locks_reading_makes_no_state(lab: Lab, args: list[str]) -> None:
    lab.describe(OBJECTS)
    other = lab.clone().seeing(GIT_OPTIONAL_LOCKS="0")
    before = everything(lab.root)
    other.storage(*args)
    assert everything(lab.root) == before


@pytest.mark.parametrize("args", [*READING, ["sync"], ["record"], ["undo"]], ids=" ".join)
def test_json_is_one_document_with_a_version(described: Lab, args: list[str]) -> None:
    described.write(f"{DATA}/a.txt", b"edited")
    result = described.storage(*args, "--json")
    result.expected = True
    found = result.json()
    assert found["version"] == 1
    assert found["command"] == args[0]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    "args", [["status", "-z"], ["status", "--only-here", "-z"], ["diff", "-z"]], ids=" ".join
)
def test_lists_for_programs_are_ended_by_nul(described: Lab, args: list[str]) -> None:
    described.write(f"{DATA}/new\nline", b"new")
    assert described.storage(*args).out == f"{DATA}/new\nline\0"


def test_what_a_closer_look_shows_is_not_kept_without_optional_locks(lab: Lab) -> None:
    lab.describe(OBJECTS)
    other = lab.clone().seeing(GIT_OPTIONAL_LOCKS="0")
    other.write(f"{DATA}/a.txt", OBJECTS["a.txt"])
    before = everything(lab.root)
    for args in (["status"], ["status", "--remote"], ["sync", "-n"]):
        other.storage(*args)
    assert everything(lab.root) == before


# Branches


def test_rules_for_ignoring_keep_their_bytes(lab: Lab) -> None:
    own = b"*.o\r\n# caf\xe9\n*.tmp\n"
    lab.write(".git/info/exclude", own)
    lab.write(".gitignore", own)
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.storage("doctor")
    assert lab.read(".git/info/exclude").startswith(own)
    assert lab.read(".gitignore").startswith(own)
    assert lab.git("status", "--porcelain").out == ""


def test_a_branch_without_the_data_path_does_not_show_the_data(described: Lab) -> None:
    described.git("checkout", "--quiet", "-b", "before", "HEAD~1")
    assert not described.exists(".gitignore")
    assert described.files() == OBJECTS
    assert described.git("status", "--porcelain").out == ""
    described.git("add", "--all")
    assert described.git("diff", "--cached", "--name-only").out == ""
    described.git("checkout", "--quiet", "main")
    described.storage("status").says("nothing to do")
