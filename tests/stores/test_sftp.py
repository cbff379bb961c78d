"""A directory of an SFTP server as a storage."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.sftp import SftpStore
from gitstore.adapters.stores.sftp_connection import begun
from gitstore.core.errors import (
    Changed,
    Denied,
    LocalFailure,
    Missing,
    Refused,
    Unreachable,
    Unsupported,
)
from gitstore.core.versions import Version
from tests.file_servers import SshServer
from tests.stores.file_opening import sftp_store

OLD = 1_700_000_000


@pytest.fixture
def folder(sshd_for_us: SshServer, tmp_path: Path) -> Path:
    """A directory of its own on the server."""
    made = sshd_for_us.root / tmp_path.name
    made.mkdir()
    return made


@pytest.fixture
def store(sshd_for_us: SshServer, folder: Path) -> SftpStore:
    """That directory as a storage."""
    return sftp_store(sshd_for_us, prefix=folder.name)


def put(path: Path, content: bytes) -> None:
    """A file that is old enough to be trusted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (OLD, OLD))


def test_a_server_that_is_not_known_is_never_accepted(
    store: SftpStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(Denied, match="not the one in known_hosts") as caught:
        store.stat("a")
    assert str(caught.value.hint).startswith("ssh -p ")
    assert not (tmp_path / ".ssh").exists()


def test_a_server_whose_key_has_changed_is_not_accepted(
    store: SftpStore, sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sshd.make_known(tmp_path)
    kind, other, *_ = sshd.key.with_suffix(".pub").read_text().split()
    known = tmp_path / ".ssh" / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sshd.port} {kind} {other}\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(Denied, match="not the one in known_hosts"):
        store.stat("a")


def test_no_setting_of_ssh_accepts_everybody(
    store: SftpStore, sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sshd.make_known(tmp_path)
    with (tmp_path / ".ssh" / "config").open("a") as config:
        config.write("  UserKnownHostsFile none\n  StrictHostKeyChecking no\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(Denied, match="no file of known hosts"):
        store.stat("a")


def test_a_file_of_known_hosts_that_ssh_is_told_of_is_read(
    store: SftpStore, sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sshd.make_known(tmp_path)
    (tmp_path / ".ssh" / "known_hosts").rename(tmp_path / ".ssh" / "others")
    with (tmp_path / ".ssh" / "config").open("a") as config:
        config.write("  UserKnownHostsFile ~/.ssh/others\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert store.stat("a") is None


def test_a_server_that_knows_no_key_of_ours_says_how_to_get_in(
    store: SftpStore, sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sshd.make_known(tmp_path)
    (tmp_path / ".ssh" / "config").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(Denied, match="does not let") as caught:
        store.stat("a")
    assert "ssh-add" in str(caught.value.hint)


def test_a_server_that_is_not_there_is_told(sshd: SshServer, folder: Path) -> None:
    gone = SshServer(1, sshd.user, sshd.root, sshd.key, sshd.known_hosts, sshd.host_key)

    with pytest.raises(Unreachable):
        list(sftp_store(gone).list(""))


def test_a_line_that_broke_is_made_again(store: SftpStore, folder: Path) -> None:
    put(folder / "a", b"one")
    store.stat("a")
    opened = store.connection._open

    async def cut() -> None:
        assert opened is not None
        opened[0].abort()
        await opened[0].wait_closed()

    begun(cut()).result()

    assert store.stat("a") == Version(3, (f"mtime:{OLD}.000000000",))


def test_a_missing_directory_is_missing_not_empty(sshd_for_us: SshServer) -> None:
    store = sftp_store(sshd_for_us, prefix="no such")

    with pytest.raises(Missing):
        list(store.list(""))
    with pytest.raises(Missing):
        list(store.list("below/it"))


def test_links_are_neither_listed_nor_read_nor_replaced_nor_followed(
    store: SftpStore, folder: Path, tmp_path: Path
) -> None:
    put(tmp_path / "outside" / "secret", b"secret")
    put(folder / "real", b"one")
    (folder / "link").symlink_to(tmp_path / "outside" / "secret")
    (folder / "way").symlink_to(tmp_path / "outside")

    assert [found.key for found in store.list("")] == ["real"]
    assert list(store.list("way/")) == []
    assert store.stat("link") is None
    assert store.stat("way/secret") is None
    for key in ("link", "way/secret"):
        with pytest.raises(Missing):
            store.read(key, None)
        with pytest.raises(Unsupported, match="in the way"):
            store.write(key, BytesSource(b"two"), None)
        with pytest.raises(Refused):
            store.delete(key, Version(6, (f"mtime:{OLD}.000000000",)))
    assert (tmp_path / "outside" / "secret").read_bytes() == b"secret"
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == ["secret"]


def test_a_name_that_is_no_key_is_listed_with_its_problem(store: SftpStore, folder: Path) -> None:
    put(folder / "a", b"one")
    put(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9")), b"x")
    put(Path(os.fsdecode(os.fsencode(folder) + b"/d\xff/inside")), b"x")

    found = {each.key: each.problem for each in store.list("")}

    odd = "its name is not UTF-8"
    assert found == {"a": None, "caf\\xe9": odd, "d\\xff/": odd}


def test_a_foreign_write_in_the_second_of_ours_is_another_version(
    store: SftpStore, folder: Path
) -> None:
    ours = store.write("a", BytesSource(b"one"), None)
    (folder / "a").write_bytes(b"two")

    assert store.stat("a") != ours
    with pytest.raises(Refused):
        store.write("a", BytesSource(b"six"), ours)
    assert (folder / "a").read_bytes() == b"two"


def test_a_file_that_is_replaced_keeps_its_permissions(store: SftpStore, folder: Path) -> None:
    put(folder / "a", b"one")
    (folder / "a").chmod(0o640)
    store.write("a", BytesSource(b"two"), store.stat("a"))

    assert (folder / "a").stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_written_in_place_while_it_is_read_is_refused(
    store: SftpStore, folder: Path
) -> None:
    put(folder / "a", b"x" * (9 << 20))
    chunks = store.read("a", None).chunks
    next(chunks)
    (folder / "a").write_bytes(b"y" * (9 << 20))

    with pytest.raises(Refused):
        list(chunks)


def test_a_file_that_is_cut_while_it_is_read_is_an_error(store: SftpStore, folder: Path) -> None:
    put(folder / "a", b"x" * (20 << 20))
    chunks = store.read("a", None).chunks
    next(chunks)
    os.truncate(folder / "a", 1)

    with pytest.raises((Refused, Unreachable)):
        list(chunks)


class Broken(BytesSource):
    """A local file that cannot be read to its end."""

    def open(self) -> BinaryIO:
        return Failing(self.data)


class Failing(io.BytesIO):
    """Its stream."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("the disk is gone")


class Longer(BytesSource):
    """A local file that became shorter."""

    size = 10


def test_a_write_that_fails_leaves_what_was_there(store: SftpStore, folder: Path) -> None:
    put(folder / "a", b"one")
    before = store.stat("a")

    with pytest.raises(LocalFailure):
        store.write("a", Broken(b"two"), before)
    with pytest.raises(Changed):
        store.write("a", Longer(b"two"), before)
    assert [p.name for p in folder.iterdir()] == ["a"]
    assert (folder / "a").read_bytes() == b"one"


def test_what_a_killed_writer_left_goes_when_the_object_is_written_again(
    store: SftpStore, folder: Path
) -> None:
    class Killed(Exception):
        pass

    class Dying(BytesSource):
        def open(self) -> BinaryIO:
            left.extend(folder.iterdir())
            raise Killed

    left: list[Path] = []
    with pytest.raises(Killed):
        store.write("a", Dying(b"one"), None)
    put(left[0], b"half")
    assert list(store.list("")) == []
    store.write("a", BytesSource(b"one"), None)

    assert [p.name for p in folder.iterdir()] == ["a"]


def test_a_writer_at_work_keeps_its_file(store: SftpStore, folder: Path) -> None:
    class Nested(BytesSource):
        def open(self) -> BinaryIO:
            store.write("a", BytesSource(b"inner"), None)
            return super().open()

    with pytest.raises(Refused):
        store.write("a", Nested(b"outer"), None)
    assert [(p.name, p.read_bytes()) for p in folder.iterdir()] == [("a", b"inner")]
