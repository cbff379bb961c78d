"""Storages of packages in the manifest: their URLs, and what no option can say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.errors import BadUrl, FormatError
from gitstore.core.manifest import StorageSpec, parse_manifest
from gitstore.core.manifest_edit import add_storage, set_value
from gitstore.core.place import Place
from gitstore.core.provided_urls import parse_provided
from tests.core.test_manifest import SECRETS
from tests.core.test_manifest_schema import valid


def parsed(url: str, provider: str = "sqlar", **options: str) -> Place:
    keys: dict[str, str | None] = {"endpoint": None, "region": None, "account": None, **options}
    return parse_provided(url, provider, **keys)


def test_the_identity_is_the_url_without_its_user() -> None:
    place = parsed("sqlar://ada@Example.org:7000/srv/a%20b.sqlar/")

    assert place.identity == "sqlar://example.org:7000/srv/a b.sqlar"
    assert (place.account, place.prefix) == ("ada", "srv/a b.sqlar")
    assert parsed(place.identity).identity == place.identity


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"), min_size=1))
def test_an_identity_read_as_a_url_gives_itself(name: str) -> None:
    from urllib.parse import quote

    if name in (".", ".."):
        return
    place = parsed(f"sqlar://host/{quote(name)}")
    assert place.prefix == name
    assert parsed(place.identity) == place


BAD = [
    ("sqlar:///srv/x", {}, "names no host"),
    ("s4://host/x", {}, "is not of the provider sqlar"),
    ("sqlar://me:hunter2@host/x", {}, "holds a password"),
    ("sqlar://host/x?mode=rwc", {}, "has a query"),
    ("sqlar://host/../x", {}, "part '.' or '..'"),
    ("sqlar://ho_st!/x", {}, "odd characters"),
    ("sqlar://ada@host/x", {"account": "bob"}, "different users"),
    ("sqlar://host/x", {"account": "-o"}, "account of"),
    ("sqlar://host/x", {"region": "a b"}, "region of"),
    ("sqlar://host/x", {"endpoint": "https://me:hunter2@host"}, "holds a password"),
    ("sqlar://host/x", {"endpoint": "https://me@host"}, "holds a user name"),
    ("sqlar://host/x", {"endpoint": "host"}, "has no scheme"),
]


@pytest.mark.parametrize(("url", "options", "message"), BAD)
def test_a_bad_url_says_what_is_wrong(url: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(BadUrl) as raised:
        parsed(url, **options)

    assert message in raised.value.message
    assert "hunter2" not in f"{raised.value.message} {raised.value.hint}"


@pytest.mark.parametrize("name", ["S3", "a_b", "-a", "a" * 33, "a.b", "../a", ""])
def test_a_providers_name_is_a_plain_word(name: str) -> None:
    with pytest.raises(BadUrl, match="odd characters"):
        parsed(f"{name}://host/x", name)


def manifest(*lines: str) -> str:
    rest = "".join(f"    {line}\n" for line in ("url: sqlar://host/x", *lines))
    return f"version: 1\nstorages:\n  s:\n{rest}"


def test_provider_and_options_are_read_and_written() -> None:
    spec = StorageSpec("s", "sqlar://host/x", provider="sqlar", options=("zone=blue", "page=1=2"))
    text = add_storage("", spec)

    assert text == manifest("provider: sqlar", 'options: ["zone=blue", "page=1=2"]')
    assert parse_manifest(text).storages["s"] == spec
    assert valid(text)
    changed = set_value(text, "storages", "s", "options", ["zone=red"])
    assert parse_manifest(changed).storages["s"].options == ("zone=red",)
    assert "options" not in set_value(text, "storages", "s", "options", None)


WRONG = [
    (("provider: s3",), "is built in"),
    (("provider: https",), "is built in"),
    (("provider: ../x",), "odd characters"),
    (('options: ["a=b"]',), "for the provider of a package"),
    (("provider: sqlar", "options: {a: b}"), "has to be a list"),
    (("provider: sqlar", "options: [a]"), "not NAME=VALUE"),
    (("provider: sqlar", 'options: ["a="]'), "not NAME=VALUE"),
    (("provider: sqlar", 'options: ["A=b"]'), "not NAME=VALUE"),
    (("provider: sqlar", 'options: ["a=1", "a=2"]'), "given twice"),
    (("provider: sqlar", "options: [1]"), "has to be text"),
]


@pytest.mark.parametrize(("lines", "message"), WRONG)
def test_a_wrong_provider_or_option_is_refused(lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(FormatError) as raised:
        parse_manifest(manifest(*lines))

    assert message in raised.value.message


REFUSED = (
    *("token", "password", "secret", "api-key", "profile", "credentials_file"),
    *("auth", "login", "command", "exec", "program", "config_file"),
    *("proxy_command", "username", "key_filename", "shell", "plugin", "module"),
    *("helper", "hook", "script", "identity_file", "proxy", "env"),
)


@pytest.mark.parametrize("name", REFUSED)
def test_no_option_names_a_secret_a_command_or_a_file_of_credentials(name: str) -> None:
    with pytest.raises(FormatError) as raised:
        parse_manifest(manifest("provider: sqlar", f'options: ["{name}=x"]'))

    assert "git storage login" in str(raised.value.hint)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_option_holds_an_obvious_secret(secret: str) -> None:
    text = manifest("provider: sqlar", f'options: ["zone={secret}"]')
    with pytest.raises(FormatError) as raised:
        parse_manifest(text)

    assert "what looks like a secret" in raised.value.message
    assert secret not in f"{raised.value.message} {raised.value.hint}"
    assert not valid(text)
