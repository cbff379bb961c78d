"""Bytes and sizes that are not what they were said to be, and files that are somebody else's."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import file_servers
from tests.file_servers import FileServer
from tests.lab import Lab, approving
from tests.stores.faults import answer, answering
from tests.trust.scenes import describing

_ETAG = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """A web server, which makes its ETags of time and size."""
    with file_servers.nginx(tmp_path_factory.mktemp("nginx")) as server:
        yield server


def published(lab: Lab, url: str, size: int) -> Lab:
    """A project with one object of a web site, which says this size and ETag of it."""
    describing(lab, url)
    lab.write(
        "data.storage",
        f"git-storage pointer 1\nfrom {url}/\na.txt\t{size}\tetag:{_ETAG}\n".encode(),
    )
    return lab.seeing(**approving(url))


def test_other_bytes_under_an_etag_that_was_seen_before_are_refused(
    lab: Lab, nginx: FileServer
) -> None:
    folder = nginx.root / lab.root.name
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"one")
    os.utime(folder / "a.txt", (1_700_000_000, 1_700_000_000))
    url = f"http://{nginx.netloc}/{lab.root.name}"
    on = lab.seeing(**approving(url))
    on.storage("add", "survey", url, "--to", "data")
    on.storage("stage", "--all")
    on.storage("unstage", "data/a.txt")
    (folder / "a.txt").write_bytes(b"two")
    os.utime(folder / "a.txt", (1_700_000_000, 1_700_000_000))

    on.storage("stage", "--all").fails(1).says("a.txt")
    assert on.files() == {}


@pytest.mark.parametrize(
    ("size", "body", "headers"),
    [
        (3, b"x" * 5_000_000, {}),
        (3, gzip.compress(b"x" * 5_000_000), {"content_encoding": "gzip"}),
        (3, b"one", {"content_length": "5000000"}),
        (10**15, b"one", {}),
    ],
)
def test_a_body_of_another_size_is_never_a_file(
    lab: Lab, size: int, body: bytes, headers: dict[str, str]
) -> None:
    with answering(answer(200, body, etag=f'"{_ETAG}"', **headers)) as server:
        on = published(lab, f"{server.url}/x", size)
        on.storage("stage", "--all").expected = True

    assert on.results[-1].code in (1, 128)
    assert on.files() == {}
    left = [p for p in on.root.rglob("*") if p.is_file() and p.stat().st_size > 1_000_000]
    assert left == []


def test_a_file_that_has_another_name_elsewhere_is_not_written_into(described: Lab) -> None:
    victim = described.root / "victim"
    victim.write_bytes(b"not ours")
    described.remove("data/a.txt")
    os.link(victim, described.top / "data" / "a.txt")
    described.bucket.put("a.txt", b"another")
    described.storage("sync", "--keep", "remote")

    assert described.read("data/a.txt") == b"another"
    assert victim.read_bytes() == b"not ours"


def test_a_manifest_starts_no_program(lab: Lab) -> None:
    for key in ("bearer_token_command", "ssh", "profile", "client_kwargs", "command"):
        describing(lab, f"../bucket\n    {key}: touch ran")
        lab.storage("sync").fails(128).says(".storage.yaml:5")
    assert not lab.exists("ran")


def test_no_word_of_a_manifest_comes_into_gits_configuration(lab: Lab) -> None:
    lab.bucket.put("a.txt", b"one")
    lab.storage("add", "odd-survey", "../bucket", "--to", "odd/path")
    lab.commit("odd")
    clone = lab.clone()
    clone.storage("install")
    clone.storage("start", "--no-input")

    assert clone.files("odd/path") == {"a.txt": b"one"}
    known = clone.git("config", "--list", "--local").out
    assert "diff.git-storage" in known
    assert "odd" not in known


def test_what_a_storage_says_of_permissions_is_not_obeyed(lab: Lab) -> None:
    lab.bucket.put("tool", b"#!/bin/sh\n")
    (lab.bucket.root / "tool").chmod(0o6755)
    lab.storage("add", "survey", "../bucket", "--to", "data")
    lab.storage("stage", "--all")

    mode = Path(lab.top / "data" / "tool").stat().st_mode
    assert mode & 0o7111 == 0
