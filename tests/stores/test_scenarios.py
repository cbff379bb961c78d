"""What people do with a project, on every kind of file server."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.file_servers import FileServer, SshServer
from tests.lab import Bucket, Lab, approving
from tests.webhdfs import webhdfs

OLD = 1_700_000_000
OBJECTS = {"a.txt": b"one", "sub/b.txt": b"two", "sub/odd name #1 100%.txt": b"three"}


@dataclass(frozen=True, slots=True)
class Site:
    """A storage on a server: its URL, the name by which it is approved, and its directory."""

    url: str
    approved: str
    root: Path


def put(bucket: Bucket, key: str, content: bytes) -> None:
    """Write as somebody without git, long ago: nobody has to wait until it can be trusted."""
    bucket.put(key, content)
    os.utime(bucket.root / key, (OLD, OLD))


def site_of(root: Path, scheme: str, server: FileServer) -> Site:
    root.mkdir()
    url = f"{scheme}://{server.netloc}/{root.name}"
    return Site(url, url, root)


def webdav(lab: Lab, request: pytest.FixtureRequest) -> Site:
    server: FileServer = request.getfixturevalue("wsgidav")
    site = site_of(server.root / lab.root.name, "webdav", server)
    home = lab.root / "home"
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    secret = f"webdav://{server.user}:{server.password}@{server.netloc}/{lab.root.name}\n"
    (home / ".git-credentials").write_text(secret)
    return site


def anonymous_webdav(lab: Lab, request: pytest.FixtureRequest) -> Site:
    server: FileServer = request.getfixturevalue("apache")
    site = site_of(server.root / lab.root.name, "webdav", server)
    site.root.chmod(0o777)  # the server is another user
    return site


def sftp(lab: Lab, request: pytest.FixtureRequest) -> Site:
    server: SshServer = request.getfixturevalue("sshd")
    server.make_known(lab.root / "home")
    root = server.root / lab.root.name
    root.mkdir()
    approved = f"sftp://127.0.0.1:{server.port}{root} as {server.user}"
    return Site(f"{server.url}/{lab.root.name}", approved, root)


def hdfs(lab: Lab, request: pytest.FixtureRequest) -> Site:
    root = lab.root / "hdfs"
    (root / "survey").mkdir(parents=True)
    cluster = webhdfs(root)
    request.addfinalizer(lambda: cluster.__exit__(None, None, None))
    url = f"webhdfs://127.0.0.1:{cluster.__enter__().port}/survey"
    return Site(url, url, root / "survey")


def directory(lab: Lab, _request: pytest.FixtureRequest) -> Site:
    root = lab.root / "files"
    root.mkdir()
    return Site(f"file://{root}", f"file://{root}", root)


@pytest.fixture(params=[directory, hdfs, sftp, webdav, anonymous_webdav])
def here(lab: Lab, request: pytest.FixtureRequest) -> Lab:
    """A project with a data path that is fed from a server, pushed and staged."""
    opened: Callable[[Lab, pytest.FixtureRequest], Site] = request.param
    return described(lab, opened(lab, request))


def described(lab: Lab, site: Site, *options: str) -> Lab:
    lab = replace(lab, bucket=Bucket(site.root)).seeing(**approving(site.approved))
    for key, content in OBJECTS.items():
        put(lab.bucket, key, content)
    lab.storage("add", "survey", site.url, "--to", "data", *options)
    lab.commit("describe the data")
    lab.storage("stage", "--all")
    return lab


def test_what_is_there_is_staged_and_changes_go_back(here: Lab) -> None:
    assert here.files() == OBJECTS

    here.write("data/a.txt", b"edited")
    here.write("data/new/c.txt", b"new")
    here.remove("data/sub/b.txt")
    here.storage("sync", "--delete")
    here.commit("edit")

    expected = {**OBJECTS, "a.txt": b"edited", "new/c.txt": b"new"}
    del expected["sub/b.txt"]
    assert here.bucket.objects() == expected
    other = here.clone()
    other.storage("stage", "--all")
    assert other.files() == expected
    assert other.storage("sync").out == here.storage("sync").out


def test_what_others_have_changed_is_taken_and_never_overwritten(here: Lab) -> None:
    put(here.bucket, "a.txt", b"theirs")
    put(here.bucket, "sub/b.txt", b"theirs too")
    here.write("data/a.txt", b"ours")

    here.storage("sync").fails(1).says("conflict", "data/a.txt")
    assert here.bucket.get("a.txt") == b"theirs"
    assert here.read("data/a.txt") == b"ours"

    here.storage("sync", "--keep", "local")
    assert here.bucket.objects() == {**OBJECTS, "a.txt": b"ours", "sub/b.txt": b"theirs too"}
    assert here.files() == here.bucket.objects()


@pytest.fixture
def reading(lab: Lab, nginx: FileServer) -> Lab:
    """A project with a data path that is fed from a web server."""
    return described(lab, site_of(nginx.root / lab.root.name, "http", nginx))


def test_a_web_site_is_staged_and_followed(reading: Lab) -> None:
    assert reading.files() == OBJECTS

    put(reading.bucket, "a.txt", b"one more")
    reading.storage("sync")
    reading.commit("follow")

    assert reading.read("data/a.txt") == b"one more"
    other = reading.clone()
    other.storage("stage", "--all")
    assert other.files() == reading.files()


def test_a_local_change_of_a_web_sites_data_is_kept_and_refused(reading: Lab) -> None:
    reading.write("data/a.txt", b"ours")

    reading.storage("status").says("data/a.txt")
    reading.storage("sync").fails(1)
    assert reading.bucket.get("a.txt") == b"one"
    assert reading.read("data/a.txt") == b"ours"


def test_a_web_site_without_an_index_is_staged_from_its_pointer(
    lab: Lab, nginx: FileServer
) -> None:
    site = site_of(nginx.root / lab.root.name, "http", nginx)
    quiet = f"http://{nginx.netloc}/quiet/{lab.root.name}"
    listed = described(lab, site)
    manifest = (listed.top / ".storage.yaml").read_text()
    (listed.top / ".storage.yaml").write_text(manifest.replace(site.url, quiet))
    pointer = listed.top / "data.storage"
    pointer.write_text(pointer.read_text().replace(site.url, quiet))
    listed.commit("the server lists no more")

    other = listed.clone().seeing(**approving(quiet))
    other.storage("stage", "--all")
    assert other.files() == OBJECTS
    other.storage("sync").fails(128).says("does not list")


def test_one_file_of_a_web_site_is_added_by_its_url(lab: Lab, nginx: FileServer) -> None:
    site = site_of(nginx.root / lab.root.name, "http", nginx)
    lab = replace(lab, bucket=Bucket(site.root)).seeing(**approving(site.approved))
    put(lab.bucket, "m31.fits", b"andromeda")
    lab.storage("add", "survey", f"{site.url}/m31.fits", "--to", "m31.fits")
    lab.storage("stage", "--all")

    assert lab.read("m31.fits") == b"andromeda"


def test_doctor_only_reads_what_can_only_be_read(reading: Lab) -> None:
    result = reading.storage("doctor", "survey")

    result.says("survey: can be listed", "survey: can be read", "survey: can only be read")
    assert reading.bucket.objects() == OBJECTS


def test_doctor_says_what_a_server_does_not_refuse(lab: Lab, rclone_webdav: FileServer) -> None:
    home = lab.root / "home"
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    server = rclone_webdav
    site = site_of(server.root / lab.root.name, "webdav", server)
    secret = f"webdav://{server.user}:{server.password}@{server.netloc}/{lab.root.name}\n"
    (home / ".git-credentials").write_text(secret)
    lab = lab.seeing(**approving(site.approved))
    lab.storage("add", "survey", site.url)
    # Its names fold, which the suite calls a problem.
    lab.storage("doctor", "survey").fails(1).says(
        "note    survey: can create an object: the storage never refuses it",
        "ok      survey: creating refuses to replace",
        "problem survey: an odd key is stored exactly or unsupported",
    )
    # What has an odd name is listed by this server as no XML can say it, and so may stay.
    files = (left.name for left in site.root.rglob("*") if left.is_file())
    assert [name for name in files if name.isprintable()] == []
