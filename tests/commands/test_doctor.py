"""`git storage doctor`."""

from __future__ import annotations

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


def test_an_unreachable_storage_is_a_problem(lab: Lab) -> None:
    lab.describe(FILES)
    lab.bucket.root.rename(lab.root / "away")
    lab.storage("doctor").fails(1).says("problem ")
