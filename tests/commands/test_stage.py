"""`git storage stage`."""

from __future__ import annotations

from gitstore.core.kept import Origin, Part, line
from gitstore.core.versions import Version
from tests.lab import NAME, URL, Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen", "2023/notes.txt": b"n"}


def test_everything_comes_verified(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all").says("data: 3 objects fetched (12 B)")
    assert lab.files() == FILES
    lab.storage("stage", "--all").says("data: nothing to do")


def test_nothing_named_is_a_usage_error_with_a_hint(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage").fails(129).says("hint: git storage stage --all")


def test_a_part_by_path_and_by_pattern(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "data/2023", "--exclude", "*.txt")
    assert lab.files() == {"2023/m13.fits": b"thirteen"}
    lab.storage("stage", NAME, "--include", "*.fits")
    assert set(lab.files()) == {"2023/m13.fits", "m31.fits"}


def test_a_storage_gets_its_data_path_on_the_way(lab: Lab) -> None:
    lab.bucket.put("a", b"1")
    lab.storage("add", NAME, URL)
    lab.storage("stage", NAME, "--to", "raw").says("raw: 1 object fetched", "raw.storage")
    assert lab.files("raw") == {"a": b"1"}


def test_a_dry_run_shows_reasons_and_changes_nothing(lab: Lab) -> None:
    lab.describe(FILES)
    result = lab.storage("stage", "-n", "--all")
    result.says("fetch            3 B  data/m31.fits  not here yet", "nothing was changed")
    assert not lab.exists("data")
    found = lab.storage("stage", "-n", "--all", "--json").json()
    assert found["dry_run"] is True
    assert {a["kind"] for a in found["plans"][0]["actions"]} == {"fetch"}


def test_an_edited_file_is_a_conflict_and_stays(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"theirs")
    other.storage("sync")
    other.commit("change")
    lab.write("data/m31.fits", b"ours!")
    lab.pull()
    lab.storage("stage", "--all").fails(1).says("conflict", "data/m31.fits", "edited here")
    assert lab.read("data/m31.fits") == b"ours!"


def test_one_failure_stops_no_other(lab: Lab) -> None:
    lab.describe(FILES)
    lab.bucket.delete("m31.fits")
    lab.storage("stage", "--all").fails(1).says("error: data/m31.fits:", "2 objects fetched")
    assert set(lab.files()) == {"2023/m13.fits", "2023/notes.txt"}


def test_jobs_and_verbose(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("-v", "stage", "--all", "-j", "1").says("fetch ", "data/2023/notes.txt")


def test_what_is_kept_of_large_objects_goes_once_they_do_not_come(lab: Lab) -> None:
    lab.describe(FILES)
    folder = lab.top / ".git" / "storage" / "kept"
    folder.mkdir(parents=True)
    source = lab.read("data.storage").decode().split("\n")[1].removeprefix("from ")
    for key in ("m31.fits", "2023/m13.fits"):
        origin = Origin(source, key, Version(9, ("etag:1",)))
        (folder / origin.name).write_bytes(b"123")
        (folder / f"{origin.name}.journal").write_bytes(origin.head() + line(Part(3, "0" * 64)))
    lab.storage("unstage", "data/m31.fits")
    assert len(list(folder.iterdir())) == 2
    lab.storage("stage", "data", "--exclude", "2023/*")
    assert list(folder.iterdir()) == []
