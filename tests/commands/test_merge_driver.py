"""`git-storage merge-driver`, called by git."""

from __future__ import annotations

import pytest

from gitstore.core.drivers import CONFLICT
from gitstore.core.manifest import StorageSpec
from gitstore.core.manifest_edit import add_storage
from gitstore.core.versions import version
from tests.commands.merging import (
    NAME,
    an_opening_path,
    branches,
    commit,
    configured,
    entries,
    etag,
    many,
    put,
)
from tests.lab import Lab

THREE = {"a": etag("a"), "b": etag("b"), "c": etag("c")}
SHA = "5" * 64


@pytest.fixture
def lab(lab: Lab) -> Lab:
    configured(lab)
    return lab


def test_neighbouring_lines_merge(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="a2"), theirs=put(b="b2"))
    lab.git("merge", "--quiet", "theirs")
    assert entries(lab) == {"a": etag("a2"), "b": etag("b2"), "c": etag("c")}


def test_two_appends_and_a_removal_merge(lab: Lab) -> None:
    branches(
        lab,
        THREE,
        main=put(x="x"),
        theirs=lambda e: (put(y="y")(e), e.pop("c")),
    )
    lab.git("merge", "--quiet", "theirs")
    assert entries(lab) == {"a": etag("a"), "b": etag("b"), "x": etag("x"), "y": etag("y")}


def test_a_promise_that_both_complete_merges(lab: Lab) -> None:
    promise = version(1, {"sha256": SHA})
    done = version(1, {"sha256": SHA, "etag": "e"})
    more = version(1, {"sha256": SHA, "version": "v", "etag": "e"})
    branches(
        lab, {"a": promise}, main=lambda e: e.update(a=done), theirs=lambda e: e.update(a=more)
    )
    lab.git("merge", "--quiet", "theirs")
    assert entries(lab) == {"a": more}


def test_only_the_object_in_conflict_has_markers(lab: Lab) -> None:
    branches(
        lab,
        THREE,
        main=put(a="ours", b="b2"),
        theirs=put(a="theirs", c="c2"),
    )
    lab.git("merge", "theirs").fails(1).says(f"CONFLICT (content): Merge conflict in {NAME}")
    wanted = "<<<<<<< ours\na\t1\tetag:ours\n=======\na\t1\tetag:theirs\n>>>>>>> theirs\n"
    assert lab.read(NAME).decode().endswith(wanted + "b\t1\tetag:b2\nc\t1\tetag:c2\n")
    lab.git("ls-files", "-u").says("1\t" + NAME, "2\t" + NAME, "3\t" + NAME)


def test_a_removal_against_a_change_is_a_conflict(lab: Lab) -> None:
    branches(lab, THREE, main=lambda e: e.pop("a"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    assert b"<<<<<<< ours\n=======\na\t1\tetag:theirs\n>>>>>>> theirs\nb\t" in lab.read(NAME)


def test_a_style_of_conflicts_is_the_users(lab: Lab) -> None:
    lab.git("config", "merge.conflictStyle", "diff3")
    branches(lab, THREE, main=put(a="x"), theirs=put(a="y"))
    lab.git("merge", "theirs").fails(1)
    assert b"||||||| base\na\t1\tetag:a\n=======\n" in lab.read(NAME)


def test_another_source_is_a_conflict_even_where_the_lines_would_merge(lab: Lab) -> None:
    many_lines = {f"{n:02}": etag("x") for n in range(20)}
    commit(lab, many_lines)
    lab.git("switch", "--quiet", "-c", "theirs")
    commit(lab, many_lines | {"19": etag("y")})
    lab.git("switch", "--quiet", "main")
    commit(lab, many_lines, "file:../other/")
    lab.git("merge", "theirs").fails(1)
    text = lab.read(NAME).decode()
    assert text.startswith("<<<<<<< ours\ngit-storage pointer 1\nfrom file:../other/\n")
    assert text.endswith("19\t1\tetag:y\n>>>>>>> theirs\n")


def test_a_rebase_and_a_cherry_pick_merge_too(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="a2"), theirs=put(b="b2"))
    wanted = {"a": etag("a2"), "b": etag("b2"), "c": etag("c")}
    lab.git("switch", "--quiet", "-c", "picked")
    lab.git("cherry-pick", "theirs")
    assert entries(lab) == wanted
    lab.git("switch", "--quiet", "theirs")
    lab.git("rebase", "--quiet", "main")
    assert entries(lab) == wanted


def test_a_stash_merges_too(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="a2"))
    lab.git("switch", "--quiet", "base")
    lab.write(NAME, lab.read(NAME).replace(b"etag:b", b"etag:b2"))
    lab.git("stash", "--quiet")
    lab.git("switch", "--quiet", "main")
    lab.git("stash", "pop")
    assert entries(lab) == {"a": etag("a2"), "b": etag("b2"), "c": etag("c")}


def test_slices_merge_one_by_one(lab: Lab) -> None:
    base = many(5000)
    near = an_opening_path(2000)
    after = f"{int(near) + 1:05}"
    branches(
        lab,
        base,
        main=lambda e: e.update({near: etag("ours"), "00000": etag("ours")}),
        theirs=lambda e: e.update({after: etag("theirs"), "04999": etag("theirs")}),
    )
    lab.git("merge", "--quiet", "theirs")
    wanted = base | {near: etag("ours"), "00000": etag("ours")}
    assert entries(lab) == wanted | {after: etag("theirs"), "04999": etag("theirs")}


def test_slices_that_are_cut_elsewhere_are_a_conflict(lab: Lab) -> None:
    base = many(5000)
    opening = an_opening_path(3000)
    before, after = f"{int(opening) - 1:05}", f"{int(opening) + 1:05}"
    branches(
        lab,
        base,
        main=lambda e: e.pop(opening),
        theirs=lambda e: e.update({before: etag("theirs"), after: etag("theirs")}),
    )
    lab.git("merge", "theirs").fails(1)
    assert len(lab.git("ls-files", "-u").out.splitlines()) >= 5


def test_storages_that_two_branches_append_are_both_there(lab: Lab) -> None:
    def commit_manifest(text: str) -> None:
        lab.write(".storage.yaml", text.encode())
        lab.git("add", "--all")
        lab.git("commit", "--quiet", "--message", "change")

    base = add_storage("", StorageSpec("survey", "s3://survey"))
    commit_manifest(base)
    lab.git("switch", "--quiet", "-c", "theirs")
    theirs = StorageSpec("theirs", "s3://theirs")
    commit_manifest(add_storage(base, theirs))
    lab.git("switch", "--quiet", "main")
    ours = add_storage(base, StorageSpec("ours", "s3://ours"))
    commit_manifest(ours)
    lab.git("merge", "--quiet", "theirs")
    assert lab.read(".storage.yaml").decode() == add_storage(ours, theirs)


def test_a_manifest_that_cannot_be_merged_has_markers(lab: Lab) -> None:
    for branch, region in (("base", None), ("theirs", "eu"), ("ours", "us")):
        lab.git("switch", "--quiet", "-c", branch, *([] if region is None else ["base"]))
        text = add_storage("", StorageSpec("survey", "s3://survey", region=region))
        lab.write(".storage.yaml", text.encode())
        lab.git("add", "--all")
        lab.git("commit", "--quiet", "--message", "change")
    lab.git("merge", "theirs").fails(1)
    assert b"<<<<<<< ours\n    region: us\n=======\n" in lab.read(".storage.yaml")


def test_it_works_without_a_work_tree(lab: Lab) -> None:
    head = b"git-storage pointer 1\nfrom s3://h/b/\n"
    for name, content in (("o", b"a\t1\n"), ("a", b"a\t1\nb\t1\n"), ("b", b"a\t1\nc\t1\n")):
        (lab.root / name).write_bytes(head + content)
    run = ("git-storage", "merge-driver", "--", "o", "a", "b", "7", "x.storage")
    lab.run(*run, at="..")
    assert (lab.root / "a").read_bytes() == head + b"a\t1\nb\t1\nc\t1\n"
    (lab.root / "b").write_bytes(head + b"a\t1\nb\t2\n")
    lab.run(*run, at="..").fails(CONFLICT)
    assert b">>>>>>> theirs\n" in (lab.root / "a").read_bytes()


def test_what_git_cannot_merge_as_text_has_markers_too(lab: Lab) -> None:
    for name, content in (("o", b""), ("a", b"\0ours"), ("b", b"\0theirs")):
        (lab.root / name).write_bytes(content)
    run = ("git-storage", "merge-driver", "--", "o", "a", "b", "9", "x.storage")
    lab.run(*run, at="..").fails(CONFLICT)
    wanted = b"<<<<<<<<< ours\n\0ours\n=========\n\0theirs\n>>>>>>>>> theirs\n"
    assert (lab.root / "a").read_bytes() == wanted


def test_a_file_that_is_not_there_changes_nothing(lab: Lab) -> None:
    (lab.root / "a").write_bytes(b"ours")
    run = ("git-storage", "merge-driver", "--", "o", "a", "b", "7", "x.storage")
    lab.run(*run, at="..").fails(128).says("there is no file o")
    assert (lab.root / "a").read_bytes() == b"ours"


def test_a_data_path_may_be_called_anything(lab: Lab) -> None:
    name = "-a 'b' $(touch oops) \"c\" %L;.storage"
    head = b"git-storage pointer 1\nfrom file:x/\n"
    for branch, content in (("base", b""), ("theirs", b"a\t1\n"), ("ours", b"b\t1\n")):
        lab.git("switch", "--quiet", "-c", branch, *([] if branch == "base" else ["base"]))
        lab.write(name, head + content)
        lab.git("add", "--all")
        lab.git("commit", "--quiet", "--message", "change")
    lab.git("merge", "--quiet", "theirs")
    assert lab.read(name) == head + b"a\t1\nb\t1\n"
    assert not lab.exists("oops")
