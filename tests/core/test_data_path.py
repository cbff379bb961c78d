"""Which paths can be data paths."""

from __future__ import annotations

import json

import pytest

from gitstore.core import data_path
from gitstore.core.errors import FormatError
from gitstore.core.manifest import parse_manifest
from tests.core.test_manifest import with_data

GOOD_PATHS = (
    "a",
    "data/raw",
    "file..txt",
    "..cache",
    ".hidden",
    "a b",
    "größe",
    "-x",
    "git",
    "x.git",
    ".githubs",
    "src/makefiles",
    "data/venv.fits",
    "a.storages",
    "storage",
)
BAD_PATHS = (
    "/a",
    "a/",
    "a//b",
    "./a",
    "a/.",
    "..",
    "../a",
    "a/../b",
    ".git",
    ".GIT/hooks",
    "a/.Git",
    "git~1",
    ".git.",
    ".git ",
    ".git...",
    ".git::$INDEX_ALLOCATION",
    ".g\u200cit",
    "a\\.git",
    "a\\..\\b",
    ".gitignore",
    "a/.gitattributes",
    ".gitmodules",
    ".storage.yaml",
    "a.storage",
    "a.storage/b",
    "a.storage.d/b",
    ".github",
    "a/.GitHub/workflows",
    ".vscode.",
    "web/node_modules",
    ".envrc",
    "Makefile",
    "__pycache__",
    "a\x1bb",
    "a\nb",
    "x" * 250,
    "/".join(["x" * 100] * 10),
)


@pytest.mark.parametrize("path", GOOD_PATHS)
def test_a_data_path_may_be_any_ordinary_path(path: str) -> None:
    assert data_path.problem(path) is None
    assert path in parse_manifest(with_data(f"  {json.dumps(path)}:\n    storage: s\n")).data


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_data_path_that_leads_astray_is_refused(path: str) -> None:
    with pytest.raises(FormatError, match="the data path") as raised:
        parse_manifest(with_data(f"  {json.dumps(path)}:\n    storage: s\n"))

    assert raised.value.line == 6
    assert "\x1b" not in raised.value.message


def test_a_data_path_inside_another_is_refused() -> None:
    text = with_data(
        "  a/b/c:\n    storage: s\n    prefix: x/\n  a-b:\n    storage: s\n    prefix: y/\n"
        "  a:\n    storage: s\n    prefix: z/\n"
    )
    with pytest.raises(FormatError, match="'a/b/c' is inside 'a'") as raised:
        parse_manifest(text)

    assert raised.value.line == 6
