"""`git storage stage` before much is copied, or more than there is room for."""

from __future__ import annotations

import re

from tests.commands.terminal import on_a_terminal
from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}
INSTEAD = "git storage stage --mount data  # copies nothing; or: git storage stage data/PART"


def grown(lab: Lab) -> None:
    """A pointer that says that an object has a petabyte."""
    lab.describe(FILES)
    text = lab.read("data.storage")
    lab.write("data.storage", re.sub(rb"m31.fits\t3\t", b"m31.fits\t%d\t" % 10**15, text))


def test_from_the_warning_size_on_it_is_said_and_done(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "data/m31.fits").never_says("to copy")
    lab.git("config", "storage.warnSize", "4")
    told = lab.storage("stage", "data")
    told.says("warning: data: 1 object, 8 B to copy, ", " free", f"hint: {INSTEAD}")
    assert lab.files() == FILES
    lab.storage("stage", "data").never_says("to copy")


def test_what_does_not_fit_is_not_begun(lab: Lab) -> None:
    grown(lab)
    told = lab.storage("stage", "--all").fails(128)
    told.says("error: 1,000,000,000,000,008 bytes do not fit into the", INSTEAD)
    assert not lab.exists("data")
    lab.storage("stage", "data/2023").says("1 object fetched")
    lab.storage("start").fails(1).says("do not fit into the", INSTEAD)
    assert lab.files() == {"2023/m13.fits": b"thirteen"}
    lab.git("-c", "storage.warnSize=much", "storage", "stage", "data").fails(128).says("10g")


def test_on_a_terminal_it_is_asked(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", "storage.warnSize", "0")
    assert "[Y/n]" in (refused := on_a_terminal(lab, "stage", "data", typed="n\n")).said
    assert "stopped before anything was moved" in refused.said
    assert not lab.exists("data")
    assert on_a_terminal(lab, "stage", "data", typed="y\n").code == 0
    assert lab.files() == FILES
