"""The JSON schema that ships with the package agrees with the parser as far as a schema can."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from gitstore.core import manifest
from gitstore.core.manifest import parse_manifest
from tests.core.test_data_path import BAD_PATHS, GOOD_PATHS
from tests.core.test_manifest import (
    BAD,
    FORBIDDEN_KEYS,
    FULL,
    SECRETS,
    pair,
    with_data,
    with_storage,
)

SCHEMA = json.loads(Path(manifest.__file__).with_name("manifest.schema.json").read_text())

# What a schema cannot see: how YAML spells a value, and how entries relate to one another.
BEYOND_THE_SCHEMA = (
    "already there",
    "different things",
    "on one line",
    "anchors",
    "aliases",
    "tags",
    "'?'",
    "not YAML",
    "directives",
    "only one",
    "U+",
    "there is no storage",
    "inside",
    "same objects",
)


def valid(text: str) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text)))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text", [FULL, "version: 1\n", "version: 1\nstorages:\ndata: {}\n", pair("x", "y")]
)
def test_schema_and_parser_agree_on_a_good_manifest(text: str) -> None:
    assert parse_manifest(text)
    assert valid(text)


@pytest.mark.parametrize(
    "text", [t for t, _, m in BAD if not any(beyond in m for beyond in BEYOND_THE_SCHEMA)]
)
def test_schema_and_parser_agree_on_a_bad_manifest(text: str) -> None:
    assert not valid(text)


@pytest.mark.parametrize("key", FORBIDDEN_KEYS)
def test_schema_and_parser_agree_on_forbidden_keys(key: str) -> None:
    assert not valid(with_storage(f"    {key}: x\n"))
    assert not valid(with_data(f"  d:\n    storage: s\n    {key}: x\n"))


@pytest.mark.parametrize("secret", SECRETS)
def test_schema_and_parser_agree_on_secrets(secret: str) -> None:
    assert not valid(with_storage(f'    description: "{secret}"\n'))


@pytest.mark.parametrize("path", GOOD_PATHS)
def test_schema_and_parser_agree_on_good_paths(path: str) -> None:
    assert valid(with_data(f"  {json.dumps(path)}:\n    storage: s\n"))


@pytest.mark.parametrize(
    "path", [p for p in BAD_PATHS if "\u200c" not in p and max(map(len, p.split("/"))) < 200]
)
def test_schema_and_parser_agree_on_bad_paths(path: str) -> None:
    assert not valid(with_data(f"  {json.dumps(path)}:\n    storage: s\n"))
