"""Secrets are kept by git's credential helpers, or in a file that only its owner can read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from gitstore.adapters import git_credential
from gitstore.adapters.credentials_file import CredentialsFile, file_of_user
from gitstore.core.credentials import Slot, slot
from gitstore.core.errors import LocalFailure, Locked, NoCredentials, StorageError
from gitstore.core.urls import parse_url
from tests.credentials.keychain import Keychain, keychain
from tests.lab import Lab

_SLOT = Slot("s3", "s3.example.org:9000", "sky-survey")
_OTHER = Slot("s3", "s3.example.org:9000", "sky")
_KEPT = ("AKID", "a/secret+with=signs and blanks%")


@pytest.fixture
def chain(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Keychain:
    """A keychain that git is configured with."""
    for name, value in lab.environment.items():
        monkeypatch.setenv(name, value)
    made = keychain(lab.root / "keychain")
    lab.git("config", "--global", "credential.helper", str(made.program))
    return made


def test_a_helper_keeps_a_secret_for_one_bucket(lab: Lab, chain: Keychain) -> None:
    assert git_credential.fill(_SLOT, lab.top) is None
    git_credential.approve(_SLOT, _KEPT, lab.top)

    assert git_credential.fill(_SLOT, lab.top) == _KEPT
    assert git_credential.fill(_OTHER, lab.top) is None
    git_credential.reject(_SLOT, None, lab.top)
    assert git_credential.fill(_SLOT, lab.top) is None
    assert chain.questions()[0] == "get s3://s3.example.org:9000/sky-survey"


def test_git_never_asks_by_itself(
    lab: Lab, chain: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_TERMINAL_PROMPT")
    asks = lab.root / "asks"
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, f"touch {asks}; echo")

    assert git_credential.fill(_SLOT, lab.top) is None
    assert not asks.exists()


@pytest.mark.parametrize("end", ["\n", "\r", "\0"])
@pytest.mark.parametrize("at", range(5))
def test_a_line_end_in_a_field_reaches_no_helper(
    lab: Lab, chain: Keychain, at: int, end: str
) -> None:
    fields = [*vars_of(_SLOT), *_KEPT]
    fields[at] += f"{end}host=evil.example.org"
    with pytest.raises(StorageError):
        git_credential.approve(Slot(*fields[:3]), (fields[3], fields[4]), lab.top)
    assert chain.questions() == []


def vars_of(one: Slot) -> list[str]:
    return [one.protocol, one.host, one.path]


@pytest.mark.parametrize(
    ("url", "options", "kept_at"),
    [
        ("s3://sky/2023", {}, "s3://amazonaws.com/sky"),
        ("s3://sky/a", {"endpoint": "https://s3.example.org"}, "s3://s3.example.org/sky"),
        ("gs://sky/a", {}, "gs://storage.googleapis.com/sky"),
        ("az://sky/a", {"account": "lab"}, "azure://lab.blob.core.windows.net/sky"),
        ("az://127.0.0.1:9/lab/sky/a", {}, "azure://127.0.0.1:9/lab/sky"),
        ("webdav://h/a/b", {}, "webdav://h/a/b"),
        ("webdavs://h:8443/a", {}, "webdavs://h:8443/a"),
        ("sftp://ada@h/a", {}, "sftp://h/a"),
        ("https://h/a", {}, "storage+https://h/a"),
        ("http://h/a", {}, "storage+http://h/a"),
        ("../bucket", {}, "None"),
    ],
)
def test_the_slot_is_the_host_and_the_bucket(
    url: str, options: dict[str, str], kept_at: str
) -> None:
    assert str(slot(parse_url(url, **options))) == kept_at


@pytest.fixture
def file(tmp_path: Path) -> CredentialsFile:
    return CredentialsFile(tmp_path / "config" / "credentials.json")


def test_the_file_is_the_owners_alone(file: CredentialsFile) -> None:
    assert file.get(_SLOT) is None
    file.put(_SLOT, _KEPT)
    file.put(_OTHER, ("B", "b"))

    assert file.get(_SLOT) == _KEPT
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert file.remove(_SLOT)
    assert not file.remove(_SLOT)
    assert json.loads(file.path.read_text())["credentials"] == {str(_OTHER): ["B", "b"]}
    assert [p.name for p in file.path.parent.iterdir()] == [file.path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_not_used(file: CredentialsFile, mode: int) -> None:
    file.put(_SLOT, _KEPT)
    file.path.chmod(mode)
    with pytest.raises(NoCredentials) as caught:
        file.get(_SLOT)
    with pytest.raises(NoCredentials):
        file.put(_OTHER, _KEPT)

    assert caught.value.hint == f"chmod 600 {file.path}"
    assert f'"{_OTHER}"' not in file.path.read_text()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"credentials": {"a": 1}}', "x"])
def test_a_damaged_file_is_said_without_its_content(file: CredentialsFile, text: str) -> None:
    file.put(_SLOT, _KEPT)
    file.path.write_text(text)
    with pytest.raises(NoCredentials, match="is damaged"):
        file.get(_SLOT)


def test_two_writers_do_not_overwrite_one_another(file: CredentialsFile) -> None:
    file.put(_SLOT, _KEPT)
    lock = file.path.with_name("credentials.json.lock")
    lock.touch()
    with pytest.raises(Locked) as caught:
        file.put(_OTHER, _KEPT)

    assert str(caught.value.hint).endswith(f"rm {lock}")
    assert lock.exists()
    assert file.get(_SLOT) == _KEPT


def test_a_link_to_the_file_stays_one(file: CredentialsFile, tmp_path: Path) -> None:
    real = CredentialsFile(tmp_path / "elsewhere.json")
    real.put(_SLOT, _KEPT)
    file.path.parent.mkdir()
    file.path.symlink_to(real.path)
    file.put(_OTHER, _KEPT)

    assert file.path.is_symlink()
    assert real.get(_OTHER) == _KEPT


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(LocalFailure):
        CredentialsFile(tmp_path / "config" / "credentials.json").put(_SLOT, _KEPT)


def test_the_file_is_where_the_system_keeps_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere/config")
    assert file_of_user() == Path("/nowhere/config/git-storage/credentials.json")
