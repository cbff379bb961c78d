"""Credentials are spelled in fields by people, and in a name and a secret by keepers."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.credential_forms import FORMS, as_kept, fields_of, forms, from_fields, from_kept
from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    Keys,
    Password,
    ServiceAccount,
    SharedAccess,
    Token,
)
from gitstore.core.errors import NoCredentials, UsageError

_TIMES = st.none() | st.datetimes(timezones=st.just(timezone.utc))
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
_KINDS: dict[str, st.SearchStrategy[Credentials]] = {
    "s3": st.builds(Keys, _TEXT, _TEXT, st.none() | _TEXT, _TIMES),
    "gcs": st.builds(ServiceAccount, _TEXT) | st.builds(Token, _TEXT, _TIMES),
    "azure": st.builds(AccountKey, _TEXT, _TEXT)
    | st.builds(SharedAccess, _TEXT.filter(lambda text: not text.startswith("?")))
    | st.builds(Token, _TEXT, _TIMES),
    "webdav": st.builds(Password, _TEXT, _TEXT) | st.builds(Token, _TEXT, _TIMES),
    "http": st.builds(Password, _TEXT, _TEXT) | st.builds(Token, _TEXT, _TIMES),
    "sftp": st.builds(Password, _TEXT, _TEXT),
    "webhdfs": st.builds(Token, _TEXT, _TIMES),
}


def test_every_kind_is_tried() -> None:
    assert _KINDS.keys() == FORMS.keys()


@given(st.data())
def test_what_is_kept_comes_back_and_is_one_line_each(data: st.DataObject) -> None:
    provider = data.draw(st.sampled_from(sorted(_KINDS)))
    credentials = data.draw(_KINDS[provider])

    name, secret = as_kept(credentials)

    assert not {"\n", "\r", "\0"} & {*name, *secret}
    assert from_kept(provider, name, secret) == credentials
    assert from_fields(provider, fields_of(credentials)) == credentials


def test_what_fits_is_kept_in_plain_words() -> None:
    assert as_kept(Keys("AKID", "hush")) == ("AKID", "hush")
    assert as_kept(Password("ada", "hush")) == ("ada", "hush")
    assert as_kept(AccountKey("sky", "hush")) == ("sky", "hush")


def test_a_password_that_looks_like_json_is_a_password() -> None:
    odd = Password("ada", '{"token": "x"}')
    assert from_kept("webdav", *as_kept(odd)) == odd


@pytest.mark.parametrize("secret", ["{", '{"a": 1}', '{"token": "x", "more": "y"}', "{}"])
def test_what_nobody_can_have_kept_is_no_credentials(secret: str) -> None:
    with pytest.raises(NoCredentials) as caught:
        from_kept("gcs", "token", secret)

    assert "login" in str(caught.value.hint)


def test_fields_that_a_provider_does_not_take_are_named_without_their_values() -> None:
    with pytest.raises(UsageError) as caught:
        from_fields("s3", {"access": "AKID", "password": "hush"})

    said = f"{caught.value.message} {caught.value.hint}"
    assert "access, password" in said
    assert "access=… secret=… [token=…]" in said
    assert "hush" not in said


def test_empty_fields_count_as_left_out() -> None:
    given_ = {"access": "A", "secret": "s", "token": "", "expires": ""}
    assert from_fields("s3", given_) == Keys("A", "s")


def test_a_time_of_expiry_needs_its_zone() -> None:
    assert from_fields("gcs", {"token": "t", "expires": "2030-01-31T12:00:00Z"}) == Token(
        "t", datetime(2030, 1, 31, 12, tzinfo=timezone.utc)
    )
    for wrong in ("2030-01-31T12:00:00", "soon"):
        with pytest.raises(UsageError):
            from_fields("gcs", {"token": "t", "expires": wrong})


def test_providers_of_others_take_what_most_take() -> None:
    assert from_fields("tape", {"user": "ada", "password": "p"}) == Password("ada", "p")
    assert [form.name for form in forms("tape")] == ["password", "token", "keys"]
