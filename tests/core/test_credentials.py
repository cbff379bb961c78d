"""Credentials are values that never show their secret half."""

from __future__ import annotations

import pytest

from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    Keys,
    Password,
    ServiceAccount,
    SharedAccess,
    Token,
    described,
    of_kind,
)
from gitstore.core.errors import NoCredentials

_SECRET = "hush-hush"
EACH: list[tuple[Credentials, str]] = [
    (Keys("AKID", _SECRET), "access key AKID"),
    (Keys("AKID", _SECRET, _SECRET), "access key AKID, temporary"),
    (Token(_SECRET), "a token"),
    (Password("ada", _SECRET), "user ada"),
    (AccountKey("sky", _SECRET), "the key of account sky"),
    (SharedAccess(f"sv=1&sig={_SECRET}"), "a shared access signature"),
    (ServiceAccount(f'{{"client_email": "a@b", "private_key": "{_SECRET}"}}'), "account a@b"),
    (ServiceAccount(_SECRET), "service account without a name"),
    (ServiceAccount(f'["{_SECRET}"]'), "service account without a name"),
]


@pytest.mark.parametrize(("found", "told"), EACH)
def test_what_is_said_of_credentials_is_no_secret(found: Credentials, told: str) -> None:
    assert told in described(found)
    for shown in (described(found), repr(found), str([found]), f"{found}"):
        assert _SECRET not in shown


def test_no_credentials_are_called_so() -> None:
    assert described(None) == "no credentials"


def test_a_provider_takes_the_kind_that_it_understands_or_none() -> None:
    assert of_kind(Keys("A", "s"), Keys) == Keys("A", "s")
    assert of_kind(None, Keys) is None
    with pytest.raises(NoCredentials) as caught:
        of_kind(Password("ada", _SECRET), Keys)

    assert "user ada" in caught.value.message
    assert _SECRET not in f"{caught.value!r} {caught.value}"
