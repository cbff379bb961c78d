"""One manifest, and what each clone makes of it: a copy, a mount, or a reference."""

from __future__ import annotations

import re

from tests.lab import DATA, NAME, URL, Bucket, Lab
from tests.mounts.scene import tidy

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


def test_one_manifest_is_a_copy_here_a_mount_there_and_a_reference_elsewhere(lab: Lab) -> None:
    lab.describe(FILES)
    server, check = lab.clone(), lab.clone()
    server.git("config", f"storage.{NAME}.mode", "mount")
    check.git("config", f"storage.{DATA}.mode", "reference")
    with tidy(server):
        lab.storage("start").says("data: 2 objects fetched")
        server.storage("start").says("data: mounted")
        check.storage("start").says("data: a reference")
        assert lab.files() == Bucket(server.top / DATA).objects() == FILES
        assert not check.exists(DATA)
    for one in (lab, server, check):
        assert one.git("status", "--porcelain").out == ""


def test_a_reference_tells_of_everything_and_has_nothing(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", "storage.data.mode", "reference")
    lab.storage("ls").says("reference")
    lab.storage("ls", DATA).says("data/2023/m13.fits")
    lab.storage("status").says("(survey, reference): 0 of 2 objects here", "nothing changed")
    assert lab.storage("diff").out == ""
    lab.storage("verify", "--remote")
    lab.storage("verify", "--content").says("2 unchecked")
    lab.storage("stage", "--all")
    lab.storage("stage", DATA).fails(128).says("git config storage.data.mode copy")
    assert not lab.exists(DATA)


def test_a_reference_tells_how_pointer_and_storage_drift_apart(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", "storage.data.mode", "reference")
    lab.bucket.put("m31.fits", b"another")
    lab.bucket.put("new.fits", b"new")
    lab.bucket.delete("2023/m13.fits")
    told = lab.storage("status", "--remote", "--exit-code").fails(1)
    told.says("data/m31.fits", "data/new.fits", "data/2023/m13.fits")
    lab.storage("status", "--remote", "--explain", "data/m31.fits").says(
        "local    none", "point: ", "7 B"
    )
    lab.storage("verify", "--remote").fails(1).says("data/m31.fits", "data/2023/m13.fits")
    lab.storage("sync").says("3 objects noted in the pointer")
    lab.storage("status", "--remote", "--exit-code").says("nothing changed")
    lab.storage("diff", "HEAD").says("data/m31.fits")


def test_a_mount_of_live_data_shows_what_is_there(lab: Lab) -> None:
    lab.bucket.put("a", b"1")
    lab.storage("add", NAME, URL, "--to", DATA, "--live", "--mode", "mount")
    with tidy(lab):
        lab.storage("stage", "--all").says("data: mounted")
        lab.bucket.put("b", b"2")
        assert (lab.top / DATA / "b").read_bytes() == b"2"
        lab.storage("status").says("(survey, mount, live)")


def test_with_auto_stage_every_data_path_follows_the_checkout_in_its_mode(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.root / "second").mkdir()
    (lab.root / "second/a").write_bytes(b"1")
    lab.storage("add", "second", "../second", "--to", "shown", "--mode", "mount")
    lab.commit("describe the other one")
    lab.storage("install")
    lab.git("config", "storage.autoStage", "true")
    with tidy(lab):
        lab.storage("start").says("shown: mounted")
        (lab.root / "second/b").write_bytes(b"2")
        lab.bucket.put("new.fits", b"new")
        lab.storage("sync")
        lab.git("commit", "--quiet", "-m", "more")
        lab.git("switch", "--quiet", "--detach", "HEAD~1").never_says("warning", "error")
        assert lab.files() == FILES
        assert Bucket(lab.top / "shown").objects() == {"a": b"1"}
        lab.git("switch", "--quiet", "main").never_says("warning", "error")
        assert lab.files() == FILES | {"new.fits": b"new"}
        assert Bucket(lab.top / "shown").objects() == {"a": b"1", "b": b"2"}


def test_auto_stage_begins_nothing_that_has_no_room(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("install")
    lab.git("config", "storage.autoStage", "true")
    lab.git("switch", "--quiet", "-c", "large")
    text = lab.read("data.storage")
    lab.write("data.storage", re.sub(rb"m31.fits\t3\t", b"m31.fits\t%d\t" % 10**15, text))
    lab.git("commit", "--quiet", "--no-verify", "-a", "-m", "large")
    lab.git("switch", "--quiet", "main")
    lab.git("switch", "--quiet", "large").says("do not fit into the")
    assert lab.files() == FILES
