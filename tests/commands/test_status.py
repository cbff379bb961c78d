"""`git storage status`."""

from __future__ import annotations

import pytest

from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen", "m33.fits": b"33"}


def staged(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")


def test_a_clean_data_path(lab: Lab) -> None:
    staged(lab)
    result = lab.storage("status", "--exit-code")
    assert result.out == "data (survey, copy): 3 of 3 objects here, 13 B in all\n  nothing to do\n"
    assert result.err == "the storage was not asked; --remote does\n"


def test_what_is_not_staged_is_no_change(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("status", "--exit-code").says("0 of 3 objects here", "git storage stage data")


def test_groups_have_the_commands_that_act_on_them(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    lab.write("data/new.fits", b"new")
    lab.remove("data/m33.fits")
    lab.storage("rm", "data/2023/m13.fits")
    result = lab.storage("status", "--exit-code").fails(1)
    result.says("  edited:", "  new:", "  missing:", "  to erase:", "that is not a deletion")
    result.says('use "git storage sync data"', 'use "git storage record data"')
    result.says('use "git storage stage data"', 'use "git storage sync --delete data"')


def test_only_what_is_recorded_and_here_counts_as_here(lab: Lab) -> None:
    staged(lab)
    lab.remove("data/m33.fits")
    lab.storage("status").says("2 of 3 objects here", "missing:")
    lab.storage("rm", "data/m31.fits")
    lab.storage("status").says("1 of 3 objects here", "to erase:")
    lab.write("data/new.fits", b"new")
    lab.storage("sync", "data/new.fits")
    lab.storage("status").says("2 of 4 objects here")
    lab.git("checkout", "--quiet", "HEAD", "--", "data.storage")
    lab.storage("status").says("1 of 3 objects here")


def test_only_when_asked_the_storage_is_looked_at(lab: Lab) -> None:
    staged(lab)
    lab.bucket.put("m31.fits", b"changed there")
    lab.bucket.put("m35.fits", b"new there")
    lab.bucket.delete("m33.fits")
    lab.storage("status", "--exit-code").says("nothing to do")
    result = lab.storage("status", "--remote", "--exit-code").fails(1)
    result.says("changed there:", "data/m31.fits", "data/m35.fits", "gone there:", "data/m33.fits")
    result.never_says("not asked")


def test_a_conflict_comes_first(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    lab.bucket.put("m31.fits", b"changed there")
    result = lab.storage("status", "--remote")
    result.says("conflict:", "--keep local|remote|both", "edited here and changed on the storage")
    result.never_says("edited:\n")


def test_what_others_recorded_is_to_be_fetched(lab: Lab) -> None:
    staged(lab)
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m42.fits", b"orion")
    other.storage("sync")
    other.commit("orion")
    lab.pull()
    lab.storage("status").says("to fetch:", "data/m42.fits", 'use "git storage stage data"')


def test_a_recorded_promise_waits_for_its_upload(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    lab.storage("record")
    lab.storage("status").says("recorded:", "data/m31.fits").never_says("edited:\n")


@pytest.mark.parametrize(
    ("name", "value", "coloured"),
    [
        ("color.ui", "auto", True),
        ("color.ui", "never", False),
        ("color.ui", "false", False),
        ("color.ui", "true", True),
        ("color.storage", "never", False),
        ("color.storage", "always", True),
    ],
)
def test_colour_is_configured_as_gits_is(lab: Lab, name: str, value: str, coloured: bool) -> None:
    staged(lab)
    lab.git("config", "color.ui", "false" if coloured else "true")
    lab.git("config", name, value)
    lab.environment["GIT_PAGER_IN_USE"] = "true"
    assert ("\x1b[1mdata\x1b[m" in lab.storage("status").out) is coloured


def test_an_object_is_explained(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    result = lab.storage("status", "--explain", "data/m31.fits")
    result.says("pointer", "base", "local", "not asked", "sync     give: edited here (1.3a)")
    found = lab.storage("status", "--explain", "data/m31.fits", "--remote", "--json").json()
    assert found["state"]["remote"]["size"] == 3
    assert found["state"]["local"]["size"] == 6
    assert (found["sync"]["kind"], found["offline"]) == ("give", False)


def test_what_exists_only_here(lab: Lab) -> None:
    staged(lab)
    lab.write("data/new fits", b"12345")
    assert lab.storage("status", "--only-here").out == "       5 B  data/new fits\n"
    assert lab.storage("status", "--only-here", "-z").out == "data/new fits\0"
    lab.storage("status", "--only-here", "--exit-code").fails(1)
    lab.storage("sync")
    assert lab.storage("status", "--only-here", "--exit-code").out == ""


def test_what_is_gone_from_the_storage_exists_only_here_once_it_was_asked(lab: Lab) -> None:
    staged(lab)
    lab.write("data/new.fits", b"12345")
    lab.bucket.delete("m33.fits")
    lab.storage("status", "--only-here").never_says("m33.fits").says("the storage was not asked")
    result = lab.storage("status", "--only-here", "--remote")
    assert result.out == "       2 B  data/m33.fits\n       5 B  data/new.fits\n"
    result.says("2 files only here").never_says("not asked")
    lab.bucket.put("new.fits", b"12345")
    lab.storage("status", "--only-here", "--remote").never_says("new.fits")


def test_names_for_programs(lab: Lab) -> None:
    staged(lab)
    lab.write("data/b\n", b"")
    lab.write("data/a", b"")
    assert lab.storage("status", "-z").out == "data/a\0data/b\n\0"


def test_reading_changes_nothing_that_git_sees(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    lab.storage("status", "--remote")
    assert lab.git("status", "--porcelain").out == ""


def test_the_document_has_groups_of_actions(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    found = lab.storage("status", "--json").json()["data_paths"][0]
    assert (found["clean"], found["objects"], found["offline"]) == (False, 3, True)
    assert [a["path"] for a in found["groups"]["edited"]] == ["m31.fits"]
