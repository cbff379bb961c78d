"""`git storage diff`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def changed(lab: Lab) -> None:
    """Two commits, between which one object changed, one came and one went."""
    lab.describe(FILES)
    lab.git("tag", "v1")
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"other")
    lab.write("data/new.fits", b"new")
    lab.storage("rm", "data/m33.fits")
    lab.storage("sync")
    lab.commit("change")
    lab.git("tag", "v2")


def marks(out: str) -> list[str]:
    return [" ".join(line.split()[:2]) for line in out.splitlines()]


ALL = ["~ data/m31.fits", "- data/m33.fits", "+ data/new.fits"]


def test_the_pointer_and_the_local_files(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    assert lab.storage("diff", "--exit-code").out == ""
    lab.write("data/m31.fits", b"other")
    result = lab.storage("diff", "--exit-code").fails(1)
    assert marks(result.out) == ["~ data/m31.fits"]
    result.says("3 B", "-> 5 B")


def test_a_commit_and_what_is_here(lab: Lab) -> None:
    changed(lab)
    assert marks(lab.storage("diff", "v1").out) == ALL
    assert lab.storage("diff", "v2").out == ""


def test_two_commits(lab: Lab) -> None:
    changed(lab)
    for words in (("v1..v2",), ("v1", "v2"), ("v1..",)):
        assert marks(lab.storage("diff", *words).out) == ALL


def test_paths_behind_dashes_or_without(lab: Lab) -> None:
    changed(lab)
    for words in (("v1", "--", "data/new.fits"), ("v1..v2", "data/new.fits")):
        assert marks(lab.storage("diff", *words).out) == ["+ data/new.fits"]
    assert lab.storage("diff", "data/new.fits").out == ""


def test_a_word_that_could_be_both_is_not_guessed(lab: Lab) -> None:
    changed(lab)
    lab.git("branch", "data")
    lab.storage("diff", "data").fails(129).says("hint:", "--")
    assert lab.storage("diff", "--", "data").out == ""


def test_an_unknown_revision_is_an_error(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("diff", "v9", "--").fails(128).says("v9")
    lab.storage("diff", "v9").fails(128).says("v9")


def test_names_only(lab: Lab) -> None:
    changed(lab)
    assert lab.storage("diff", "--name-only", "v1").out.split() == [w.split()[1] for w in ALL]
    assert lab.storage("diff", "-z", "v1").out == "".join(w.split()[1] + "\0" for w in ALL)


def test_json_has_both_sides(lab: Lab) -> None:
    changed(lab)
    first, second, _ = lab.storage("diff", "--json", "v1").json()["differences"]
    assert (first["before"]["size"], first["after"]["size"]) == (3, 5)
    assert second["after"] is None
