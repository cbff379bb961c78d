"""Data of a project that is not cloned: read by its URL, once its storages are approved."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import gitstore
from gitstore.adapters import git_remote
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
from tests import lab as laboratory
from tests.lab import Lab, approving
from tests.opening.hosting import Host, hosting
from tests.opening.scenes import inside, over
from tests.servers import S3Server

CODE = random.Random(7).randbytes(1_000_000)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A project on a host, and its user outside of any clone.

    Attributes:
        lab: the project, with two commits.
        host: where it is.
    """

    lab: Lab
    host: Host

    @property
    def url(self) -> str:
        """Of the project."""
        return f"{self.host.url}/remote.git"

    def configure(self, name: str, value: str) -> None:
        """Set what the host's repository is configured with."""
        self.lab.git("--git-dir", str(self.lab.root / "remote.git"), "config", name, value)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, ministack: S3Server) -> Iterator[Elsewhere]:
    """The same project for all tests: they leave it as it is."""
    lab = laboratory.make(tmp_path_factory.mktemp("elsewhere"))
    bucket = ministack.make_versioned_bucket()
    (lab.top / "code").write_bytes(CODE)
    with hosting(lab.root) as host:
        on = over(lab, bucket, bucket.server.endpoint, {"m31.fits": b"one", "deep/m33": b"33"})
        on.git("tag", "-m", "released", "v1")
        on.git("push", "--quiet", "origin", "v1")
        bucket.put("m31.fits", b"two")
        on.storage("sync")
        # Beside each clone, and in so many objects that its pointer is in slices.
        (lab.root / "library").mkdir()
        for n in range(4200):
            (lab.root / "library" / f"{n:05}").write_bytes(b"%d" % n)
        on.storage("add", "library", str(lab.root / "library"), "--to", "books")
        on.bucket.put("star", b"star")
        on.storage("add", "beside", laboratory.URL, "--to", "stars")
        on.commit("second")
        yield Elsewhere(on, host)
    on.check()


@pytest.fixture
def project(made: Elsewhere) -> Iterator[Elsewhere]:
    """The project on a host that knows partial clones, as the large ones do."""
    made.configure("uploadpack.allowFilter", "true")
    made.host.given = 0
    with inside(made.lab, ".."):
        yield made


def content(name: str, **options: str) -> bytes:
    """All of what `gitstore.open` gives."""
    with gitstore.open(name, **options) as stream:
        found: bytes = stream.read()
        return found


def test_its_data_is_read_without_its_code(project: Elsewhere) -> None:
    assert content("data/m31.fits", repo=project.url) == b"two"
    assert project.host.given < 100_000, "the manifest, the directories and one pointer"
    first = project.lab.git("rev-parse", "v1^{commit}").out.strip()
    for rev in ("v1", first):
        assert content("data/m31.fits", repo=project.url, rev=rev) == b"one"
    assert content("data/deep/m33", repo=project.url, rev="main") == b"33"
    bare = project.lab.root / "remote.git"
    assert content("data/m31.fits", repo=str(bare)) == b"two"
    assert content("data/m31.fits", repo=bare.as_uri(), rev="v1") == b"one"


def test_a_host_without_partial_clones_sends_one_commit(project: Elsewhere) -> None:
    project.configure("uploadpack.allowFilter", "false")
    printed = project.lab.storage("cat", "--repo", project.url, "data/m31.fits", at="..")
    assert (printed.out, printed.err) == ("two", "")


def test_it_is_a_file_system_too(project: Elsewhere) -> None:
    import fsspec

    fs = fsspec.filesystem("gitstore", repo=project.url, rev="v1")
    assert fs.find("") == ["data/deep/m33", "data/m31.fits"]
    asked = len(project.host.asked)
    assert fs.cat("data/m31.fits") == b"one"
    assert fs.cat("data/deep/m33") == b"33"
    assert len(project.host.asked) == asked, "the project is read once"
    quoted = project.url.replace("/", "%2F")
    with fsspec.open(f"gitstore://repo={quoted}@/data/m31.fits") as stream:
        assert stream.read() == b"two"
    books = fsspec.filesystem("gitstore", repo=project.url)
    assert len(books.find("books")) == 4200
    assert books.cat("books/04199") == b"4199"


def test_what_is_not_there_is_said(project: Elsewhere) -> None:
    url = project.url
    with pytest.raises(NoSuchObject, match=f"as of commit .* of {url}"):
        gitstore.open("data/m32.fits", repo=url)
    for rev in ("nowhere", "f" * 40):
        with pytest.raises((UnknownName, Unreachable), match=url):
            gitstore.open("data/m31.fits", repo=url, rev=rev)
    with pytest.raises(NotARepository, match="no git repository at"):
        gitstore.open("data/m31.fits", repo=f"{project.host.url}/other.git")
    with pytest.raises(Unreachable, match="cannot be read"):
        gitstore.open("data/m31.fits", repo="http://127.0.0.1:1/remote.git")
    for odd in ("http://127.0.0.1/a\nb.git", "ftp://127.0.0.1/b.git", "ext::sh -c true"):
        with pytest.raises(UsageError):
            gitstore.open("data/m31.fits", repo=odd)
    with pytest.raises(Unsupported, match="a directory beside each clone") as caught:
        gitstore.open("stars/star", repo=url)
    assert caught.value.hint == f"git storage clone {url}"


def test_a_version_that_is_gone_names_commit_and_project(project: Elsewhere) -> None:
    book = project.lab.root / "library/00007"
    book.write_bytes(b"other")
    with pytest.raises(Missing) as caught:
        content("books/00007", repo=project.url)
    commit = project.lab.git("rev-parse", "HEAD").out.strip()
    assert f"as of commit {commit[:12]} of {project.url}" in str(caught.value)
    assert "another version of 5 bytes is there now" in str(caught.value)


def test_its_storages_need_an_approval_of_their_own(project: Elsewhere) -> None:
    url = project.url
    # What is approved in a clone of the project says nothing of the project elsewhere.
    stranger = project.lab.seeing(**approving())
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
            gitstore.open("data/m31.fits", repo=str(project.lab.root / "remote.git"))

        stranger.storage("trust", "--list", "--repo", url, at="..").says("read   survey")
        stranger.storage("trust", "--yes", "--repo", url, "beside", at="..").fails(128).says(
            "a directory beside each clone"
        )
        stranger.storage("trust", "--revoke", "--repo", url, "survey", at="..")
        with pytest.raises(gitstore.StorageError, match="not approved"):
            gitstore.open("data/m31.fits", repo=url)
        stranger.storage("trust", "--write", "--repo", url, "survey").fails(129)


def test_somebody_elsewhere_signs_in_to_its_storages(
    project: Elsewhere, ministack: S3Server
) -> None:
    home = project.lab.root / "another-home"
    home.mkdir()
    somebody = project.lab.seeing(HOME=str(home))
    wanted = ("cat", "--repo", project.url, "data/m31.fits")
    refused = somebody.storage(*wanted, at="..").fails(128).says("wants credentials")
    refused.says(f"hint: git storage login --repo {project.url} survey\n")
    named = ("--repo", project.url, "survey")
    keys = f"access={ministack.access_key}\nsecret={ministack.secret_key}\n"
    somebody.storage("login", "--stdin", *named, at="..", tell=keys).says("the credentials work")
    assert somebody.storage(*wanted, at="..").out == "two"
    somebody.storage("logout", *named, at="..").says("are forgotten")


def test_a_private_project_is_read_with_what_gits_helpers_have(project: Elsewhere) -> None:
    project.host.password = "pass"
    try:
        with pytest.raises(Denied, match="wants credentials"):
            content("data/m31.fits", repo=project.url)
        own = f"credential.{project.host.url}.helper"
        answers = "!f() { echo username=ada; echo password=pass; }; f"
        project.lab.git("config", "--global", own, "")
        project.lab.git("config", "--global", "--add", own, answers)
        assert content("data/m31.fits", repo=project.url) == b"two"
        with pytest.raises(NoSuchObject) as caught:
            gitstore.open("data/m32.fits", repo=project.url.replace("://", "://ada:pass@"))
        assert "pass" not in str(caught.value)
    finally:
        project.host.password = None


def test_a_host_that_sends_without_end_is_left(
    project: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_remote, "MOST", 100)
    with pytest.raises(gitstore.StorageError, match="sends more than"):
        gitstore.open("data/m31.fits", repo=project.url)
