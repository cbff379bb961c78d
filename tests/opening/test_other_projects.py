"""Data of a project that is not cloned: read by its URL, once its storages are approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import gitstore
from gitstore.core.errors import (
    Denied,
    Missing,
    NoSuchObject,
    NotARepository,
    UnknownName,
    Unreachable,
    Unsupported,
    UsageError,
)
from tests.lab import Lab, approving
from tests.opening.hosting import Host, hosting
from tests.opening.scenes import inside, over
from tests.servers import Bucket

CODE = b"x" * 3_000_000


@pytest.fixture
def host(lab: Lab) -> Iterator[Host]:
    """A host of the project of the lab, which knows partial clones, as the large ones do."""
    lab.run("git", "config", "--file", str(lab.root / "remote.git/config"), *_FILTER)
    with hosting(lab.root) as found:
        yield found


_FILTER = ("uploadpack.allowFilter", "true")


@pytest.fixture
def project(lab: Lab, host: Host, versioned_bucket: Bucket) -> Iterator[Lab]:
    """The user elsewhere, in no clone, with a project on the host that has two commits."""
    bucket = versioned_bucket
    (lab.top / "code").write_bytes(CODE)
    on = over(lab, bucket, bucket.server.endpoint, {"m31.fits": b"one", "deep/m33.fits": b"33"})
    on.git("tag", "-m", "released", "v1")
    bucket.put("m31.fits", b"two")
    on.storage("sync")
    on.commit("second")
    on.git("push", "--quiet", "origin", "v1")
    with inside(on, ".."):
        yield on


def content(name: str, **options: str) -> bytes:
    """All of what `gitstore.open` gives."""
    with gitstore.open(name, **options) as stream:
        found: bytes = stream.read()
        return found


def test_its_data_is_read_without_its_code(project: Lab, host: Host) -> None:
    url = f"{host.url}/remote.git"
    assert content("data/m31.fits", repo=url) == b"two"
    assert host.given < 100_000, "the manifest, the directories and one pointer"
    first = project.git("rev-parse", "v1^{commit}").out.strip()
    for rev in ("v1", first):
        assert content("data/m31.fits", repo=url, rev=rev) == b"one"
    assert content("data/deep/m33.fits", repo=url, rev="main") == b"33"
    assert content("data/m31.fits", repo=str(project.root / "remote.git")) == b"two"
    assert content("data/m31.fits", repo=(project.root / "remote.git").as_uri()) == b"two"


def test_a_host_without_partial_clones_sends_one_commit(project: Lab, host: Host) -> None:
    config = str(project.root / "remote.git/config")
    project.run("git", "config", "--file", config, "uploadpack.allowFilter", "false")
    assert content("data/m31.fits", repo=f"{host.url}/remote.git") == b"two"


def test_it_is_a_file_system_too(project: Lab, host: Host) -> None:
    import fsspec

    url = f"{host.url}/remote.git"
    fs = fsspec.filesystem("gitstore", repo=url, rev="v1")
    assert fs.find("") == ["data/deep/m33.fits", "data/m31.fits"]
    asked = len(host.asked)
    assert fs.cat("data/m31.fits") == b"one"
    assert fs.cat("data/deep/m33.fits") == b"33"
    assert len(host.asked) == asked, "the project is read once"
    quoted = url.replace("/", "%2F")
    with fsspec.open(f"gitstore://repo={quoted}@/data/m31.fits") as stream:
        assert stream.read() == b"two"


def test_what_is_not_there_is_said(project: Lab, host: Host) -> None:
    url = f"{host.url}/remote.git"
    with pytest.raises(NoSuchObject, match=f"as of commit .* of {url}"):
        gitstore.open("data/m32.fits", repo=url)
    for rev in ("nowhere", "f" * 40):
        with pytest.raises((UnknownName, Unreachable), match=url):
            gitstore.open("data/m31.fits", repo=url, rev=rev)
    with pytest.raises(NotARepository, match="no git repository at"):
        gitstore.open("data/m31.fits", repo=f"{host.url}/other.git")
    with pytest.raises(Unreachable, match="cannot be read"):
        gitstore.open("data/m31.fits", repo="http://127.0.0.1:1/remote.git")
    with pytest.raises(UsageError, match="cannot be printed"):
        gitstore.open("data/m31.fits", repo="http://127.0.0.1/a\nb.git")


def test_a_version_that_is_gone_names_commit_and_project(
    lab: Lab, host: Host, bucket: Bucket
) -> None:
    on = over(lab, bucket, bucket.server.endpoint, {"m31.fits": b"one"})
    commit = on.git("rev-parse", "HEAD").out.strip()
    bucket.put("m31.fits", b"other")
    url = f"{host.url}/remote.git"
    with inside(on, ".."), pytest.raises(Missing) as caught:
        content("data/m31.fits", repo=url)
    assert f"as of commit {commit[:12]} of {url}" in str(caught.value)
    assert "another version of 5 bytes is there now" in str(caught.value)


def test_its_storages_need_an_approval_of_their_own(project: Lab, host: Host) -> None:
    url = f"{host.url}/remote.git"
    # What is approved in a clone of the project says nothing of the project elsewhere.
    stranger = project.seeing(**approving())
    stranger.storage("trust", "--yes", "survey")
    with inside(stranger, ".."):
        with pytest.raises(gitstore.StorageError, match=f"not approved for reading for {url}") as e:
            gitstore.open("data/m31.fits", repo=url)
        command = str(e.value.hint)
        assert command == f"git storage trust --repo {url} survey"

        stranger.run(*command.split(), "--yes", at="..").says("approved to read: survey")
        assert content("data/m31.fits", repo=url) == b"two"
        assert content("data/m31.fits", repo=url, rev="v1") == b"one"
        with pytest.raises(gitstore.StorageError, match="not approved for reading for"):
            gitstore.open("data/m31.fits", repo=str(project.root / "remote.git"))

        listed = stranger.storage("trust", "--list", "--repo", url, "--json").json()["storages"]
        assert [(each["name"], each["right"]) for each in listed] == [("survey", "read")]
        stranger.storage("trust", "--revoke", "--repo", url, "survey")
        with pytest.raises(gitstore.StorageError, match="not approved"):
            gitstore.open("data/m31.fits", repo=url)
        stranger.storage("trust", "--write", "--repo", url, "survey").fails(129)


def test_a_private_project_is_read_with_what_gits_helpers_have(project: Lab, host: Host) -> None:
    host.password = "pass"
    url = f"{host.url}/remote.git"
    with pytest.raises(Denied, match="wants credentials"):
        content("data/m31.fits", repo=url)
    own = f"credential.{host.url}.helper"
    project.git("config", "--global", own, "")
    project.git(
        "config", "--global", "--add", own, "!f() { echo username=ada; echo password=pass; }; f"
    )
    assert content("data/m31.fits", repo=url) == b"two"
    secret = url.replace("://", "://ada:pass@")
    with pytest.raises(NoSuchObject) as caught:
        gitstore.open("data/m32.fits", repo=secret)
    assert "pass" not in str(caught.value)


def test_a_host_that_sends_without_end_is_left(
    project: Lab, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gitstore.adapters import git_remote

    monkeypatch.setattr(git_remote, "MOST", 100)
    with pytest.raises(gitstore.StorageError, match="sends more than"):
        gitstore.open("data/m31.fits", repo=f"{host.url}/remote.git")


def test_a_directory_beside_each_clone_is_nowhere_without_one(lab: Lab, host: Host) -> None:
    lab.describe({"m31.fits": b"one"})
    url = f"{host.url}/remote.git"
    with inside(lab, ".."), pytest.raises(Unsupported, match="a directory beside each clone") as e:
        gitstore.open("data/m31.fits", repo=url)
    assert e.value.hint == f"git storage clone {url}"


def test_a_pointer_in_slices_is_read_whole(lab: Lab, host: Host) -> None:
    import fsspec

    (lab.root / "library").mkdir()
    for n in range(4200):
        Path(lab.root, "library", f"{n:05}").touch()
    lab.storage("add", "library", str(lab.root / "library"), "--to", "books")
    lab.commit("described")
    with inside(lab, ".."):
        fs = fsspec.filesystem("gitstore", repo=f"{host.url}/remote.git")
        assert len(fs.find("books")) == 4200
        assert fs.cat("books/04199") == b""
