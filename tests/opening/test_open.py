"""`gitstore.open` and `gitstore.path`: data of a project for programs, staged or not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import gitstore
from gitstore.core.errors import (
    Missing,
    NoSuchObject,
    NotARepository,
    PathRefused,
    UnknownName,
    Unsupported,
    UsageError,
)
from tests.faults import Network, network
from tests.lab import Lab, approving
from tests.opening.scenes import inside, over
from tests.servers import Bucket, S3Server

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen\nlines\n"}
LARGE = bytes(range(256)) * 4096


def content(*named: str | Path, **options: str | Path) -> bytes:
    """All of what `gitstore.open` gives."""
    with gitstore.open(*named, **options) as stream:  # type: ignore[arg-type]  # as it comes
        found: bytes = stream.read()
        return found


def given(way: Network) -> int:
    return sum(size for (method, _), size in way.given.items() if method == "GET")


def test_data_that_is_not_staged_is_read_and_nothing_is_left_here(lab: Lab) -> None:
    lab.describe(FILES)
    with inside(lab), gitstore.open("data/m31.fits") as stream:
        assert stream.read() == b"one"
        assert stream.name == "data/m31.fits"
    assert lab.files() == {}


def test_names_are_those_that_commands_take(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.top / "data").mkdir()
    with inside(lab, "data"):
        for name in ("m31.fits", Path("2023/../m31.fits"), lab.top / "data/m31.fits"):
            assert content(name) == b"one"
        for name in ("../../m31.fits", "/m31.fits"):
            with pytest.raises((PathRefused, NotARepository)):
                gitstore.open(name)
    with inside(lab, ".."):
        assert content("data/m31.fits", repo=lab.top) == b"one"
        assert content("m31.fits", repo=lab.top / "data") == b"one"


def test_what_no_pointer_names_is_a_file_that_is_not_there(lab: Lab) -> None:
    lab.describe(FILES)
    with inside(lab):
        for name in ("data/m32.fits", "data", "elsewhere/m31.fits"):
            with pytest.raises(FileNotFoundError) as caught:
                gitstore.open(name)
            assert isinstance(caught.value, NoSuchObject)
            assert name in str(caught.value)
            assert caught.value.hint


def test_text_is_as_pythons_own_open_has_it(lab: Lab) -> None:
    lab.describe({"a.txt": "größe\r\nline\n".encode("latin-1")})
    with inside(lab):
        with gitstore.open("data/a.txt", "r", encoding="latin-1") as stream:
            assert list(stream) == ["größe\n", "line\n"]
        with gitstore.open("data/a.txt", "rt", encoding="latin-1", newline="") as stream:
            assert stream.read() == "größe\r\nline\n"
        with pytest.raises(ValueError, match="binary mode takes no encoding"):
            gitstore.open("data/a.txt", encoding="latin-1")


@pytest.mark.parametrize("mode", ["w", "wb", "ab", "r+", "x"])
def test_writing_is_refused_with_how_data_is_written(lab: Lab, mode: str) -> None:
    lab.describe(FILES)
    with inside(lab):
        with pytest.raises(Unsupported, match="a recorded version does not change") as caught:
            gitstore.open("data/m31.fits", mode)
        assert "git storage sync data/m31.fits" in str(caught.value.hint)
        with pytest.raises(UsageError):
            gitstore.open("data/m31.fits", "q")


def test_the_staged_file_is_opened_and_an_edit_is_what_the_user_has(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.root.rename(lab.root / "unplugged")
    first = lab.git("rev-parse", "HEAD").out.strip()
    with inside(lab):
        assert content("data/m31.fits") == b"one"
        assert content("data/m31.fits", rev="HEAD") == b"one"
        lab.write("data/m31.fits", b"edited")
        lab.write("data/new.fits", b"new")
        assert content("data/m31.fits") == b"edited"
        assert content("data/new.fits") == b"new"
        with pytest.raises(NoSuchObject, match=f"as of commit {first[:12]}"):
            gitstore.open("data/new.fits", rev=first)
        with pytest.raises(gitstore.StorageError):
            content("data/m31.fits", rev=first)


def test_data_on_another_disk_are_opened_where_they_are(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.root / "disk").mkdir()
    lab.storage("stage", "--location", str(lab.root / "disk"), "data")
    lab.bucket.root.rename(lab.root / "unplugged")
    with inside(lab, ".."):
        assert content(lab.top / "data/m31.fits") == b"one"
        assert gitstore.path(lab.top / "data/2023").is_dir()


def test_a_staged_file_that_the_pointer_has_left_behind_is_not_it(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"two, of somebody else")
    other.storage("sync")
    other.commit("two")
    lab.pull()
    assert lab.read("data/m31.fits") == b"one"
    with inside(lab):
        assert content("data/m31.fits") == b"two, of somebody else"
        assert content("data/m31.fits", rev="HEAD~1") == b"one", "it is still staged"


def test_a_commit_is_read_by_its_own_manifest_and_pointer(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over(lab, versioned_bucket, versioned_bucket.server.endpoint, {"m31.fits": b"one"})
    versioned_bucket.put("m31.fits", b"two")
    on.storage("sync")
    on.storage("forget", "survey")
    on.commit("forgotten")
    with inside(on):
        assert content("data/m31.fits", rev="HEAD~1") == b"one"
        with pytest.raises(NoSuchObject):
            gitstore.open("data/m31.fits")
        with pytest.raises(UnknownName, match="git knows no commit nowhere"):
            gitstore.open("data/m31.fits", rev="nowhere")


def test_a_version_that_is_gone_is_named_with_its_commit_and_what_is_there(lab: Lab) -> None:
    lab.describe(FILES)
    commit = lab.git("rev-parse", "--short", "HEAD").out.strip()
    lab.bucket.put("m31.fits", b"other")
    with inside(lab):
        with pytest.raises(Missing) as caught, gitstore.open("data/m31.fits") as stream:
            stream.read()
        said = str(caught.value)
        assert "data/m31.fits: the recorded version is gone" in said
        assert "another version of 5 bytes is there now" in said
        assert f"Ada, {commit}" in said
        assert not isinstance(caught.value, FileNotFoundError), "nobody may take it for absent"


def test_an_object_that_changes_while_it_is_read_is_an_error(lab: Lab, bucket: Bucket) -> None:
    on = over(lab, bucket, bucket.server.endpoint, {"big": LARGE})
    with inside(on), gitstore.open("data/big") as stream:
        assert stream.read(9) == LARGE[:9]
        bucket.put("big", LARGE[::-1])
        stream.seek(len(LARGE) - 9)
        with pytest.raises(Missing, match="gone from the storage"):
            stream.read(9)


def test_parts_of_a_large_object_cost_requests_for_these_parts(
    lab: Lab, ministack: S3Server, bucket: Bucket
) -> None:
    with network(ministack.endpoint) as way:
        on = over(lab, bucket, way.endpoint, {"big": LARGE})
        way.given.clear()
        with inside(on):
            with gitstore.open("data/big") as stream:
                assert stream.read(80) == LARGE[:80]
                assert stream.seek(-80, 2) == len(LARGE) - 80
                assert stream.read() == LARGE[-80:]
            assert given(way) < 150_000
            way.given.clear()
            with gitstore.open("data/big") as stream:
                assert stream.read() == LARGE
            assert given(way) == len(LARGE)


def test_nothing_is_asked_of_a_storage_that_nobody_has_approved(lab: Lab) -> None:
    lab.describe(FILES)
    clone = lab.clone().seeing(**approving())
    with inside(clone):
        with pytest.raises(gitstore.StorageError, match="not approved for reading") as caught:
            gitstore.open("data/m31.fits")
        assert caught.value.hint == "git storage trust survey"
    with inside(clone, ".."):
        with pytest.raises(gitstore.StorageError) as caught:
            gitstore.open("data/m31.fits", repo=clone.top)
        command = str(caught.value.hint)
        assert command == f"git -C {clone.top} storage trust survey"
    assert clone.run(*command.split(), "--yes", at="..").code == 0
    with inside(clone):
        assert content("data/m31.fits") == b"one"


def test_a_path_stages_what_it_names_and_only_that(lab: Lab) -> None:
    lab.describe(FILES)
    with inside(lab):
        path = gitstore.path("data/2023/m13.fits")
        assert path == lab.top / "data/2023/m13.fits"
        assert path.read_bytes() == FILES["2023/m13.fits"]
        assert sorted(lab.files()) == ["2023/m13.fits"]
        lab.bucket.root.rename(lab.root / "unplugged")
        assert gitstore.path("data/2023/m13.fits") == path, "what is here is not asked for again"
        with pytest.raises(gitstore.StorageError):
            gitstore.path("data/m31.fits")
        with pytest.raises(gitstore.StorageError):
            gitstore.path("data/m32.fits")


def test_a_directory_is_staged_whole(lab: Lab) -> None:
    lab.describe(FILES)
    with inside(lab):
        assert sorted(p.name for p in gitstore.path("data/2023").iterdir()) == ["m13.fits"]


_FORKING = """
import os, signal, fsspec, gitstore
fs = fsspec.filesystem("gitstore")
begun = gitstore.open("data/big")
print(begun.read(5), fs.cat_file("data/big", 0, 5))
child = os.fork()
if not child:
    signal.alarm(120)  # a thread that is not there would be waited for
    begun.seek(100_000)
    part = begun.read(5)
    whole = fs.cat("data/big")
    os._exit(0 if part == whole[100_000:100_005] and len(whole) == 1 << 20 else 1)
raise SystemExit(os.waitpid(child, 0)[1])
"""


def test_a_process_that_is_forked_reads_on(lab: Lab, bucket: Bucket) -> None:
    on = over(lab, bucket, bucket.server.endpoint, {"big": LARGE})
    on.run(sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKING).check()
