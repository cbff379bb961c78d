"""Credentials come from the environment first, and are never shown."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from gitstore.adapters.credentials import for_s3
from gitstore.core.credentials import Keys
from gitstore.core.errors import NoCredentials

_KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush"}


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine on which the AWS tools find nothing; the file where they would look."""
    for name in (*_KEYS, "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path / "credentials"


def test_the_environment_comes_first(nothing_configured: Path) -> None:
    nothing_configured.write_text("[default]\naws_access_key_id=B\naws_secret_access_key=b\n")

    assert for_s3(_KEYS)() == Keys("AKID", "hush")
    assert for_s3({**_KEYS, "AWS_SESSION_TOKEN": "t"})() == Keys("AKID", "hush", "t")


def test_half_a_key_pair_in_the_environment_is_none(nothing_configured: Path) -> None:
    nothing_configured.write_text("[default]\naws_access_key_id=B\naws_secret_access_key=b\n")

    assert for_s3({"AWS_ACCESS_KEY_ID": "AKID"})() == Keys("B", "b")


def test_the_time_of_expiry_is_passed_on(nothing_configured: Path) -> None:
    program = nothing_configured.parent / "keys"
    program.write_text(
        '#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s",'
        '"SessionToken":"t","Expiration":"2999-01-01T00:00:00Z"}\'\n'
    )
    program.chmod(0o700)
    nothing_configured.with_name("config").write_text(f"[default]\ncredential_process={program}\n")

    keys = for_s3({})()

    assert isinstance(keys, Keys)
    assert keys.expires == datetime(2999, 1, 1, tzinfo=timezone.utc)


def test_a_program_that_gives_no_keys_is_no_credentials(nothing_configured: Path) -> None:
    nothing_configured.with_name("config").write_text("[default]\ncredential_process=false\n")

    with pytest.raises(NoCredentials):
        for_s3({})()


def test_secrets_are_never_shown() -> None:
    shown = repr(Keys("AKID", "hush", "hushtoo"))

    assert "AKID" in shown
    assert "hush" not in shown
