"""The git adapter, asked about real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitstore.adapters.git import Git
from gitstore.core.errors import Locked, NotARepository, StorageError, UnknownName


def git(where: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    settings += ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return subprocess.run(
        ["git", *settings, *arguments],
        cwd=where,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def made(where: Path, **files: str) -> Path:
    where.mkdir(parents=True)
    git(where, "init", "-q")
    for name, content in files.items():
        (where / name).write_text(content)
    git(where, "add", "-A")
    git(where, "commit", "-q", "--allow-empty", "-m", "first")
    return where


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", ["plain", "with space", "with\nnewline", "x\nfalse\n", "é"])
def test_a_work_tree_is_found_whatever_its_path(tmp_path: Path, name: str) -> None:
    top = made(tmp_path / name)
    (top / "a" / "b\nc").mkdir(parents=True)
    found = Git.find(top / "a" / "b\nc")
    assert (found.top, found.git_dir, found.common_dir) == (top, top / ".git", top / ".git")
    assert found.prefix == "a/b\nc"
    assert Git.find(top).prefix == ""
    assert found.exclude_file() == top / ".git" / "info" / "exclude"


def test_links_on_the_way_to_the_work_tree_are_resolved(tmp_path: Path) -> None:
    top = made(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert Git.find(tmp_path / "link").top == top


def test_a_linked_work_tree_shares_the_common_directory(tmp_path: Path) -> None:
    top = made(tmp_path / "main", f="x")
    git(top, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    found = Git.find(tmp_path / "linked")
    assert found.top == tmp_path / "linked"
    assert found.git_dir == top / ".git" / "worktrees" / "linked"
    assert found.common_dir == top / ".git"
    assert found.exclude_file() == top / ".git" / "info" / "exclude"
    assert found.commit("HEAD") == Git.find(top).commit("HEAD")  # detached, but there
    assert found.has_head()


def test_a_submodule_is_a_work_tree_and_its_path_is_known_outside(tmp_path: Path) -> None:
    inner, outer = made(tmp_path / "inner", f="x"), made(tmp_path / "outer", g="y")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    found = Git.find(outer / "sub")
    assert found.top == outer / "sub"
    assert found.git_dir == outer / ".git" / "modules" / "sub"
    asked = Git.find(outer)
    assert asked.is_submodule_path("sub")
    assert asked.is_submodule_path("sub/data/raw")
    assert not asked.is_submodule_path("subway")
    assert not asked.is_submodule_path("g")


def test_a_bare_repository_has_an_error_of_its_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(NotARepository, match="bare repository"):
        Git.find(tmp_path / "bare.git")


def test_a_git_directory_is_not_a_work_tree(tmp_path: Path) -> None:
    top = made(tmp_path / "r")
    with pytest.raises(NotARepository, match="in a git directory"):
        Git.find(top / ".git")


def test_no_repository_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotARepository) as caught:
        Git.find(tmp_path)
    assert caught.value.hint == "git init"
    with pytest.raises(NotARepository, match="not a directory"):
        Git.find(tmp_path / "nowhere")


def test_a_repository_of_somebody_else_is_refused_in_gits_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = made(tmp_path / "r")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotARepository, match="dubious ownership") as caught:
        Git.find(top)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("git config --global --add safe.directory")


def test_the_environment_says_where_the_repository_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = made(tmp_path / "r", f="x")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("GIT_DIR", "../r/.git")
    monkeypatch.setenv("GIT_WORK_TREE", "../r")
    found = Git.find(tmp_path / "elsewhere")
    assert (found.top, found.git_dir) == (top, top / ".git")
    assert found.tracked("") == ["f"]


def test_the_index_of_a_hook_is_the_one_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = made(tmp_path / "r", f="x")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other-index"))
    assert Git.find(top).tracked("") == []


def test_configuration_is_read_with_its_types(tmp_path: Path) -> None:
    found = Git.find(made(tmp_path / "r"))
    git(found.top, "config", "storage.jobs", "two\nlines")
    git(found.top, "config", "storage.autoRecord", "yes")
    git(found.top, "config", "storage.odd", "perhaps")
    assert found.config("storage.jobs") == "two\nlines"
    assert found.config("storage.nothing") is None
    assert found.config_bool("storage.autoRecord", default=False)
    assert found.config_bool("storage.nothing", default=True)
    with pytest.raises(StorageError, match="perhaps"):
        found.config_bool("storage.odd", default=False)


def test_paths_are_never_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = made(tmp_path / "r", **{"a*": "1", "ab": "2", ":(top)x": "3", "é\n": "4"})
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    found = Git.find(top)
    assert found.tracked("a*") == ["a*"]
    assert found.tracked("A*") == []
    assert found.tracked(":(top)x") == [":(top)x"]
    assert found.tracked("é\n") == ["é\n"]
    head = found.commit("HEAD")
    assert list(found.files(head, "a*")) == ["a*"]
    assert list(found.index_files("a*")) == ["a*"]
    assert set(found.files(head, "")) == {"a*", "ab", ":(top)x", "é\n"}


def test_the_rule_that_ignores_a_path_is_named(tmp_path: Path) -> None:
    top = made(tmp_path / "r", **{".gitignore": "*.storage\n!kept.storage\n/data\n"})
    found = Git.find(top)
    assert found.ignored_by("raw.storage") == ".gitignore:1:*.storage"
    assert found.ignored_by("kept.storage") is None
    assert found.ignored_by("other") is None
    assert found.ignored_by("data/x\ny") == ".gitignore:3:/data"
    assert found.ignored_by("*.storage") == ".gitignore:1:*.storage"


def test_a_tracked_file_is_ignored_all_the_same(tmp_path: Path) -> None:
    top = made(tmp_path / "r", f="x")
    (top / ".gitignore").write_text("f\n")
    assert Git.find(top).ignored_by("f") == ".gitignore:1:f"


def test_contents_come_from_a_commit_and_from_the_index(tmp_path: Path) -> None:
    top = made(tmp_path / "r", f="one\n", g="", h="\x00 blob 3\n")
    (top / "link").symlink_to("f")
    git(top, "add", "link")
    git(top, "commit", "-q", "-m", "link")
    found = Git.find(top)
    files = found.files(found.commit("HEAD"), "")
    assert set(files) == {"f", "g", "h"}  # a link is no file
    assert found.blobs([files["h"], files["f"], files["g"], files["f"]]) == [
        b"\x00 blob 3\n",
        b"one\n",
        b"",
        b"one\n",
    ]
    assert found.index_files("f") == {"f": files["f"]}
    assert found.blobs([]) == []
    with pytest.raises(StorageError, match="has not got the blob"):
        found.blobs(["0" * 40])


def test_revisions_are_never_options(tmp_path: Path) -> None:
    top = made(tmp_path / "r", f="x")
    found = Git.find(top)
    git(top, "tag", "-a", "-m", "t", "v1")
    assert found.commit("v1") == found.commit("HEAD")
    for wrong in ("nothing", "--all", "-x", "", "HEAD..HEAD", "a\0b", "HEAD:f"):
        with pytest.raises(UnknownName):
            found.commit(wrong)
    git(top, "update-ref", "refs/heads/-odd", "HEAD")
    assert found.commit("-odd") == found.commit("HEAD")


def test_a_repository_without_commits_has_no_head(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    found = Git.find(tmp_path)
    assert not found.has_head()
    assert found.who_added("f", "x") is None
    with pytest.raises(UnknownName):
        found.commit("HEAD")


def test_who_brought_a_text_is_known(tmp_path: Path) -> None:
    top = made(tmp_path / "r", p="sha256:aa\n")
    (top / "p").write_text("sha256:aa\nsha256:bb\n")
    git(top, "commit", "-q", "-a", "-m", "second")
    found = Git.find(top)
    short = git(top, "rev-parse", "--short", "HEAD").strip()
    assert found.who_added("p", "sha256:bb") == f"Ada, {short}"
    assert found.who_added("p", "sha256:cc") is None


def test_sparse_checkouts_keep_files_out_but_in_the_index(tmp_path: Path) -> None:
    top = tmp_path / "r"
    made(top, f="x")
    (top / "d").mkdir()
    (top / "d" / "g").write_text("y")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "second")
    git(top, "sparse-checkout", "set", "--sparse-index", "other")
    found = Git.find(top)
    assert not (top / "d" / "g").exists()
    assert found.keeps_out("d/g")
    assert not found.keeps_out("f")
    assert found.blobs(list(found.index_files("d").values())) == [b"y"]
    assert found.tracked("d") == ["d/g"]


def test_the_index_follows_files_that_come_change_and_go(tmp_path: Path) -> None:
    top = made(tmp_path / "r", kept="1", changed="1", gone="1")
    (top / "changed").write_text("2")
    (top / "gone").unlink()
    (top / "new\nname").write_text("3")
    Git.find(top).add(["changed", "gone", "new\nname", "never was"])
    assert git(top, "status", "--porcelain", "-z").split("\0")[:-1] == [
        "M  changed",
        "D  gone",
        "A  new\nname",
    ]
    Git.find(top).add([])


def test_an_index_that_is_being_changed_is_locked(tmp_path: Path) -> None:
    top = made(tmp_path / "r", f="1")
    (top / "f").write_text("2")
    (top / ".git" / "index.lock").touch()
    with pytest.raises(Locked):
        Git.find(top).add(["f"])


def test_a_file_in_conflict_is_listed_once_and_has_no_blob(tmp_path: Path) -> None:
    top = made(tmp_path / "r", f="1")
    git(top, "checkout", "-q", "-b", "side")
    (top / "f").write_text("2")
    git(top, "commit", "-q", "-a", "-m", "side")
    git(top, "checkout", "-q", "-")
    (top / "f").write_text("3")
    git(top, "commit", "-q", "-a", "-m", "main")
    with pytest.raises(subprocess.CalledProcessError):
        git(top, "merge", "-q", "side")
    assert Git.find(top).tracked("f") == ["f"]
    assert Git.find(top).index_files("f") == {}


def test_readers_may_be_asked_not_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Git.find(made(tmp_path / "r"))
    assert found.may_write
    monkeypatch.setenv("GIT_OPTIONAL_LOCKS", "0")
    assert not found.may_write


def test_a_missing_git_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="git cannot be started"):
        Git.find(tmp_path)
