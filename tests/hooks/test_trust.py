"""Hooks in a clone whose user has approved nothing, or not everything: nobody is asked anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.hooks.scenes import hooked, news, promise
from tests.lab import Lab

PUSH = ("push", "--quiet", "origin", "HEAD:refs/heads/new")
PROMISE = f"m31.fits\t7\tsha256:{'7' * 64}\n".encode()


@dataclass(slots=True)
class Listener:
    """A server that says nothing, and knows whether anybody came."""

    socket: socket.socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def was_asked(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Listener(server)


@pytest.fixture
def fresh(lab: Lab, listener: Listener) -> Lab:
    """A clone of somebody who has approved nothing, with a promise that others have made."""
    hooked(lab)
    manifest = lab.read(".storage.yaml").decode()
    url = f"s3://bucket\n    endpoint: {listener.url}"
    lab.write(".storage.yaml", manifest.replace("../bucket", url).encode())
    source = f"from s3://{listener.url.removeprefix('http://')}/bucket/\n"
    lab.write("data.storage", b"git-storage pointer 1\n" + source.encode())
    lab.commit("elsewhere")
    clone = lab.clone().seeing(GIT_STORAGE_TRUST_WRITE="")
    clone.storage("install")
    clone.write("data.storage", clone.read("data.storage") + PROMISE)
    clone.git("commit", "--quiet", "--all", "--message", "promise")
    return clone


@pytest.mark.parametrize("wish", ["check", "upload"])
def test_a_push_asks_no_storage_that_is_not_approved_and_says_so_once(
    fresh: Lab, listener: Listener, wish: str
) -> None:
    fresh.git("config", "storage.prePush", wish)
    result = fresh.git(*PUSH).fails(1)
    result.says("data/m31.fits is only promised, and nobody was asked for it: storage survey ('s3:")
    result.says("is not approved for reading in this clone", "hint: git storage trust survey  # ")
    assert result.err.count("hint: ") == 1
    assert not listener.was_asked()
    fresh.git("-c", "storage.prePush=off", *PUSH)


def test_what_is_approved_is_asked(fresh: Lab, listener: Listener) -> None:
    fresh.storage("trust", "--yes", "survey")
    listener.socket.close()
    fresh.git(*PUSH).fails(1).says("survey does not say whether it holds data/m31.fits")


def test_a_push_of_nothing_that_is_promised_needs_no_approval(fresh: Lab) -> None:
    fresh.git("reset", "--quiet", "--hard", "HEAD~1")
    fresh.write("note", b"")
    fresh.commit("note")
    fresh.git(*PUSH)


def _with_archive(lab: Lab) -> Lab:
    """Two storages, of which this user has approved one."""
    hooked(lab)
    (lab.root / "archive").mkdir()
    (lab.root / "archive" / "old").write_bytes(b"old")
    lab.storage("add", "archive", "../archive", "--to", "archive")
    lab.storage("stage", "--all")
    lab.commit("two storages")
    only = lab.environment["GIT_STORAGE_TRUST_WRITE"].splitlines()[0]
    assert only.endswith("/bucket")
    lab.storage("trust", "--revoke", "archive", "survey")
    return lab.seeing(GIT_STORAGE_TRUST_WRITE=only)


def test_an_upload_that_is_not_approved_hinders_no_other_one(lab: Lab) -> None:
    one = _with_archive(lab)
    for path in ("archive/old", "data/m31.fits"):
        one.write(path, b"edited")
    one.storage("record")
    one.git("commit", "--quiet", "--message", "record")
    one.git("config", "storage.prePush", "upload")
    one.git(*PUSH).fails(1).says("archive/old is only promised").never_says("data/m31.fits")
    assert one.bucket.get("m31.fits") == b"edited"
    assert (one.root / "archive" / "old").read_bytes() == b"old"


def test_nothing_is_uploaded_to_a_storage_that_is_approved_for_reading(lab: Lab) -> None:
    hooked(lab)
    lab.storage("trust", "--revoke", "survey")
    place = lab.environment["GIT_STORAGE_TRUST_WRITE"].splitlines()[0]
    reader = lab.seeing(GIT_STORAGE_TRUST_WRITE="", GIT_STORAGE_TRUST=place)
    promise(reader, b"edited")
    reader.git("config", "storage.prePush", "upload")
    result = reader.git(*PUSH).fails(1)
    result.says("error: nothing of data was uploaded: ", "is not approved for writing")
    result.says("hint: git storage trust --write survey", "data/m31.fits is on the storage with")
    assert reader.bucket.get("m31.fits") == b"one"


def test_staging_again_brings_what_is_approved(lab: Lab) -> None:
    one = _with_archive(lab)
    other = lab.clone()
    other.storage("stage", "--all")
    for path in ("archive/old", "data/m31.fits"):
        other.write(path, b"newer")
    other.storage("sync")
    other.commit("newer")
    one.git("config", "storage.autoStage", "true")
    result = one.git("pull", "--quiet", "origin", "main")
    result.says("warning: storage archive", "is not approved for reading", "data: 1 object staged")
    assert one.read("data/m31.fits") == b"newer"
    assert one.read("archive/old") == b"old"


def test_where_nothing_is_approved_the_manifest_is_not_even_read(fresh: Lab) -> None:
    fresh.git("config", "storage.autoStage", "true")
    fresh.storage("stage", "--all").fails(128)
    assert fresh.exists(".git/storage/state.db")
    fresh.write(".storage.yaml", b"nonsense: [")
    result = fresh.git("checkout", "HEAD~1", "--", "data.storage")
    assert news(result) == 0
    assert result.err == (
        "warning: no storage is approved in this clone yet\nhint: git storage trust\n"
    )
