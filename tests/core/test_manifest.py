"""The manifest: what it may say, what it can never say, and that every error has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.errors import FormatError
from gitstore.core.manifest import EMPTY, Access, DataPath, Mode, StorageSpec, parse_manifest

FULL = """\
version: 1
storages:
  survey:
    url: s3://sky-survey/release-3        # every URL form
    endpoint: https://s3.example.org
    region: eu-central-1
    anonymous: true
    description: "the third release: all of it"
  blobs:
    url: az://cont/x
    account: acct
data:
  data/raw:
    storage: survey
    prefix: 2023/
    mode: mount
    access: read
    include: ["*.fits"]
    exclude:
      - "tmp/*"
  data/one.csv:
    storage: survey
    prefix: tables/one.csv
"""


def with_storage(lines: str) -> str:
    return "version: 1\nstorages:\n  s:\n    url: s3://bkt/x\n" + lines


def with_data(lines: str) -> str:
    return with_storage("data:\n" + lines)


def test_everything_that_a_manifest_can_say() -> None:
    found = parse_manifest(FULL)

    assert dict(found.storages) == {
        "survey": StorageSpec(
            "survey",
            "s3://sky-survey/release-3",
            endpoint="https://s3.example.org",
            region="eu-central-1",
            anonymous=True,
            description="the third release: all of it",
        ),
        "blobs": StorageSpec("blobs", "az://cont/x", account="acct"),
    }
    assert dict(found.data) == {
        "data/raw": DataPath(
            "data/raw",
            "survey",
            prefix="2023/",
            mode=Mode.MOUNT,
            access=Access.READ,
            include=("*.fits",),
            exclude=("tmp/*",),
        ),
        "data/one.csv": DataPath("data/one.csv", "survey", prefix="tables/one.csv"),
    }


def test_what_is_not_said_has_its_default() -> None:
    entry = parse_manifest(with_data("  d:\n    storage: s\n")).data["d"]

    assert entry == DataPath("d", "s", "", Mode.COPY, Access.WRITE, (), ())


@pytest.mark.parametrize(("prefix", "single"), [("", False), ("a/", False), ("a/b", True)])
def test_a_prefix_without_a_slash_at_its_end_is_one_object(prefix: str, single: bool) -> None:
    assert DataPath("d", "s", prefix).single is single


@pytest.mark.parametrize(
    "text", ["version: 1\n", "version: 1\nstorages:\ndata: {}\n", "---\nversion: 1"]
)
def test_a_manifest_may_describe_nothing(text: str) -> None:
    assert parse_manifest(text) == EMPTY


def test_windows_line_endings_change_nothing() -> None:
    assert parse_manifest(FULL.replace("\n", "\r\n")) == parse_manifest(FULL)


def test_the_place_of_a_storage_follows_its_options() -> None:
    place = parse_manifest(FULL).storages["survey"].place()

    assert place.identity == "s3://s3.example.org/sky-survey/release-3"


BAD = [
    ("", None, "is empty"),
    ("# nothing\n", None, "is empty"),
    ("storages:\n", 1, "has no version"),
    ("version: 2\n", 1, "the version is 2"),
    ("later: []\nversion: 10\n", 2, "the version is 10"),
    ("version: 0\n", 1, "the version is not 1"),
    ("version: true\n", 1, "the version is not 1"),
    ('version: "1"\n', 1, "the version is not 1"),
    ("version: 1\nversion: 1\n", 2, "already there in line 1"),
    ("version: 1\nstorage: {}\n", 2, "'storage' is not known"),
    ("- a\n", 1, "has to be a mapping"),
    ("version: 1\nstorages: [a]\n", 2, "has to be a mapping"),
    (with_storage("  s:\n    url: s3://b\n"), 5, "already there in line 3"),
    (with_storage("    url: s3://other\n"), 5, "already there in line 4"),
    (with_storage("    urls: s3://other\n"), 5, "'urls' is not known"),
    (with_storage("  t:\n    region: x\n"), 5, "has no url"),
    (with_storage("  t:\n    url: s4://b\n"), 6, "scheme that is not known"),
    (with_storage("  t:\n    url: 12\n"), 6, "has to be text"),
    (with_storage("  -t:\n    url: s3://b\n"), 5, "odd characters"),
    (with_storage("  a/b:\n    url: s3://b\n"), 5, "odd characters"),
    (with_storage(f"  {'t' * 65}:\n    url: s3://b\n"), 5, "odd characters"),
    (with_storage("    anonymous: 1\n"), 5, "true or false"),
    (with_storage("    anonymous: yes\n"), 5, "different things"),
    (with_storage('    anonymous: "yes"\n'), 5, "true or false"),
    (with_storage("    region: eu-1/#\n"), 4, "odd characters"),
    (with_storage("    endpoint: file:///x\n"), 4, "not an http"),
    (with_storage("    description:\n"), 5, "has to be text"),
    (with_storage("    description: |\n      a\n      b\n"), 5, "on one line"),
    (with_storage("    description: a\n      b\n"), 5, "on one line"),
    (with_storage('    description: "a\\nb"\n'), 5, "control character"),
    (with_storage("    description: 'a\tb'\n"), 5, "control character"),
    (with_storage("    description: &a b\n"), 5, "anchors"),
    (with_storage("    description: *a\n"), 5, "aliases"),
    (with_storage("    description: !!str b\n"), 5, "tags"),
    (with_storage("    ? description\n    : b\n"), 5, "'?'"),
    (with_storage("    1: b\n"), 5, "a key has to be text"),
    (with_storage("    <<: b\n"), 5, "different things"),
    (with_storage("    description: 'a\n"), None, "not YAML"),
    ("%YAML 1.2\n---\nversion: 1\n", 1, "directives"),
    ("version: 1\n---\nversion: 1\n", 2, "only one YAML document"),
    ("version: 1\r# x\n", 1, "U+000D"),
    ("version: 1\n# \u2028\n", 2, "U+2028"),
    ("\ufeffversion: 1\n", 1, "U+FEFF"),
    (with_data("  d:\n    storage: t\n"), 7, "there is no storage 't'"),
    (with_data("  d: {}\n"), 6, "has no storage"),
    (with_data("  d:\n"), 6, "has to be a mapping"),
    (with_data("  d:\n    storage: s\n    mode: link\n"), 8, "one of: copy, mount, reference"),
    (with_data("  d:\n    storage: s\n    access: rw\n"), 8, "one of: read, write"),
    (with_data("  d:\n    storage: s\n    include: a\n"), 8, "has to be a list"),
    (with_data("  d:\n    storage: s\n    include: [1]\n"), 8, "has to be text"),
    (with_data("  d:\n    storage: s\n    include: ['']\n"), 8, "1 to 4096"),
    (with_data("  d:\n    storage: s\n    include: [[a]]\n"), 8, "nested too deeply"),
    (with_data("  d:\n    storage: s\n    prefix: /a\n"), 8, "begins with a slash"),
    (with_data("  d:\n    storage: s\n    prefix: a/../b\n"), 8, "'..'"),
    (with_data("  d:\n    storage: s\n    prefix: ../b\n"), 8, "'..'"),
    (with_data("  d:\n    storage: s\n    prefix: a//\n"), 8, "empty part"),
    (with_data("  2023:\n    storage: s\n"), 6, "a key has to be text"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD)
def test_an_error_names_its_line(text: str, line: int | None, message: str) -> None:
    with pytest.raises(FormatError) as raised:
        parse_manifest(text)

    assert message in raised.value.message
    assert raised.value.source == ".storage.yaml"
    if line is not None:
        assert raised.value.line == line


FORBIDDEN_KEYS = (
    "command",
    "bearer_token_command",
    "credential_process",
    "profile",
    "credentials",
    "credentials_file",
    "config_file",
    "configpath",
    "password",
    "secret_access_key",
    "access_key_id",
    "token",
    "sas_token",
    "ssh_options",
    "client_kwargs",
    "plugin",
    "key",
)


@pytest.mark.parametrize("key", FORBIDDEN_KEYS)
def test_a_manifest_names_no_command_profile_or_credential(key: str) -> None:
    for text in (
        with_storage(f"    {key}: x\n"),
        with_data(f"  d:\n    storage: s\n    {key}: x\n"),
        f"version: 1\n{key}: x\n",
    ):
        with pytest.raises(FormatError, match="is not known here") as raised:
            parse_manifest(text)
        assert raised.value.line is not None
        assert raised.value.hint


SECRETS = (
    "s3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI@bkt/x",
    "https://me:hunter2hunter2@example.org/x",
    "https://b.s3.amazonaws.com/x?X-Amz-Signature=hunter2hunter2",
    "https://acct.blob.core.windows.net/c?sv=2020&sig=hunter2hunter2",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "AccountKey=hunter2hunter2",
    "-----BEGIN RSA PRIVATE KEY-----",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("key", ["url", "description", "endpoint", "region"])
def test_an_obvious_secret_is_refused_and_not_repeated(secret: str, key: str) -> None:
    text = f'version: 1\nstorages:\n  t:\n    url: s3://b\n    {key}: "{secret}"\n'
    if key == "url":
        text = f'version: 1\nstorages:\n  t:\n    url: "{secret}"\n'
    with pytest.raises(FormatError, match="looks like a secret") as raised:
        parse_manifest(text)

    assert "hunter2" not in raised.value.message
    assert "AKIAIO" not in raised.value.message
    assert raised.value.line == (4 if key == "url" else 5)


def test_a_secret_in_a_prefix_pattern_or_key_is_not_repeated() -> None:
    for lines in (
        "  d:\n    storage: s\n    prefix: AKIAIOSFODNN7EXAMPLE\n",
        "  d:\n    storage: s\n    include: [AKIAIOSFODNN7EXAMPLE]\n",
        "  d:\n    storage: AKIAIOSFODNN7EXAMPLE\n",
        "  d:\n    AKIAIOSFODNN7EXAMPLE: s\n",
        "  AKIAIOSFODNN7EXAMPLE:\n    storage: s\n",
    ):
        with pytest.raises(FormatError) as raised:
            parse_manifest(with_data(lines))
        assert "AKIAIO" not in f"{raised.value.message} {raised.value.hint}"


BOMBS = {
    "python object": "version: !!python/object/apply:os.system ['touch owned']\n",
    "python name": "version: 1\nstorages: !!python/name:os.system\n",
    "local tag": "version: !x 1\n",
    "laughs": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
    "laughs in a key": "&a a: 1\n*a : 2\n",
    "2 MiB": "version: 1\n" + "# padding\n" * 210_000,
    "2 MiB of two bytes": "version: 1\n# " + "é" * (1 << 20),
    "brackets": "[" * 500_000,
    "braces": "{" * 500_000,
    "dashes": "- " * 500_000,
    "questions": "? " * 500_000,
    "staircase": "".join(" " * i + "a:\n" for i in range(1400)),
    "keys": "version: 1\nstorages:\n" + "".join(f"  s{i}: {{}}\n" for i in range(60_000)),
    "entries": "version: 1\nstorages:\n" + "".join(f"  s{i}: {{url: /x}}\n" for i in range(10_001)),
    "backslashes": '"' + "\\" * 500_000,
    "NUL": "version: 1\0\n",
    "surrogate": "version: 1 # \ud800\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_manifest_is_a_format_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormatError):
        parse_manifest(BOMBS[name])

    assert list(tmp_path.iterdir()) == []


@given(st.text(st.sampled_from("version: 1\nstorages:da-*&!{}[]?\"'|>#%@`, ") | st.characters()))
def test_any_text_is_a_manifest_or_a_format_error(text: str) -> None:
    for candidate in (text, "version: 1\n" + text, with_storage(text), with_data(text)):
        try:
            parse_manifest(candidate)
        except FormatError as error:
            assert "\n" not in error.message  # noqa: PT017  (it may also be a manifest)


def pair(
    first: str, second: str, *, storages: str = "", other: str = "s", access: str = "write"
) -> str:
    return with_storage(
        storages + f"data:\n  a:\n    storage: s\n    prefix: '{first}'\n"
        f"  b:\n    storage: {other}\n    prefix: '{second}'\n    access: {access}\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("", "", True),
        ("", "x/", True),
        ("", "x", True),
        ("x/", "x/", True),
        ("x/", "x/y/", True),
        ("x/y", "x/", True),
        ("x", "x", True),
        ("x", "x/", False),
        ("x/", "xy/", False),
        ("x", "xy", False),
        ("x/", "y/", False),
    ],
)
def test_one_key_feeds_at_most_one_writable_data_path(first: str, second: str, clash: bool) -> None:
    if clash:
        with pytest.raises(FormatError, match="would write the same objects"):
            parse_manifest(pair(first, second))
    else:
        assert len(parse_manifest(pair(first, second)).data) == 2
    assert len(parse_manifest(pair(first, second, access="read")).data) == 2


def test_two_storages_of_one_place_are_one_storage() -> None:
    again = "  t:\n    url: https://bkt.s3.eu-central-1.amazonaws.com/\n"

    with pytest.raises(FormatError, match="would write the same objects"):
        parse_manifest(pair("d/", "x/d/", storages=again, other="t"))
    assert parse_manifest(pair("d/", "y/", storages=again, other="t"))
