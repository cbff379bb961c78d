"""`git storage cat`."""

from __future__ import annotations

import subprocess

from tests.lab import Lab, approving

FILES = {"m31.fits": b"one", "2023/m13.fits": bytes(range(256)), "a.txt": "ä\n".encode()}


def printed(lab: Lab, *args: str, at: str = ".") -> bytes:
    """What goes to standard output, as it is."""
    done = subprocess.run(
        ["git", "storage", "cat", *args],
        cwd=lab.top / at,
        env=lab.environment,
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_bytes_are_printed_as_they_are_and_nothing_stays(lab: Lab) -> None:
    lab.describe(FILES)
    assert printed(lab, "data/m31.fits", "data/2023/m13.fits") == b"one" + bytes(range(256))
    assert lab.files() == {}
    lab.storage("stage", "data/a.txt")
    assert lab.storage("cat", "a.txt", at="data").out == "ä\n"


def test_only_some_bytes(lab: Lab) -> None:
    lab.describe(FILES)
    assert lab.storage("cat", "--range", "0-1", "data/m31.fits").out == "on"
    assert lab.storage("cat", "--range", "1-", "data/m31.fits").out == "ne"
    assert lab.storage("cat", "--range", "7-9", "data/m31.fits").out == ""
    for wrong in ("2-1", "a-b", "-5", "3"):
        lab.storage("cat", f"--range={wrong}", "data/m31.fits").fails(129).says("0-2879")


def test_an_edit_is_what_is_here_and_a_commit_is_what_it_recorded(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    assert lab.storage("cat", "data/m31.fits").out == "edited"
    assert lab.storage("cat", "--rev", "HEAD", "data/m31.fits").out == "one"


def test_another_project_needs_an_approval_of_its_own(lab: Lab) -> None:
    (lab.root / "archive").mkdir()
    (lab.root / "archive/old").write_bytes(b"old")
    lab.storage("add", "archive", str(lab.root / "archive"), "--to", "books")
    lab.commit("described")
    url = f"file://{lab.root}/remote.git"
    elsewhere = lab.seeing(**approving())
    refused = elsewhere.storage("cat", "--repo", url, "books/old", at="..").fails(128)
    place = (lab.root / "remote.git").resolve()
    refused.says(f"git storage trust --repo {place} archive")
    elsewhere.storage("trust", "--yes", "--repo", url, "archive", at="..")
    assert elsewhere.storage("cat", "--repo", url, "books/old", at="..").out == "old"


def test_what_cannot_be_read_is_said_and_the_others_are_printed(lab: Lab) -> None:
    lab.describe(FILES)
    lab.bucket.put("m31.fits", b"other")
    failed = lab.storage("cat", "data/m31.fits", "data/a.txt").fails(1)
    failed.says("data/m31.fits: the recorded version is gone", "another version of 5 bytes")
    assert failed.out == "ä\n"
    nothing = lab.storage("cat", "data/a.txt", "data/b.txt").fails(128)
    assert nothing.out == ""
    nothing.says("names no data/b.txt", "git storage ls data")
    lab.storage("cat", "--rev", "nowhere", "data/a.txt").fails(128)
    lab.storage("cat", "--json", "data/a.txt").fails(129).says("bytes are no JSON document")
    lab.storage("cat").fails(129)
