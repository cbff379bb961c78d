"""The manifest as it was last parsed: the same one, for the same text, or none."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.adapters import cache_manifest
from gitstore.core.manifest import Access, DataPath, Manifest, Mode, StorageSpec, Track
from tests.lab import Lab

_WORDS = st.text(string.ascii_letters + "é\t\n\udc80 .", max_size=5)
_SOME = st.none() | _WORDS
_MANY = st.lists(_WORDS, max_size=2).map(tuple)
_SPECS = st.builds(StorageSpec, *[_WORDS] * 2, *[_SOME] * 3, st.booleans(), *[_SOME] * 2, _MANY)
_PATHS = st.builds(
    DataPath,
    *[_WORDS] * 3,
    *map(st.sampled_from, (Mode, Access)),
    _MANY,
    _MANY,
    st.sampled_from(Track),
)


@pytest.fixture(scope="module")
def git_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git directory in which something has been staged."""
    made = tmp_path_factory.mktemp("git")
    (made / "storage").mkdir()
    return made


def kept(git_dir: Path) -> Path:
    """Where it is."""
    return git_dir / "storage" / "manifest.json"


@given(st.lists(_SPECS, max_size=3), st.lists(_PATHS, max_size=3), _WORDS)
def test_what_comes_back_is_what_was_kept(
    git_dir: Path, specs: list[StorageSpec], paths: list[DataPath], text: str
) -> None:
    storages: Mapping[str, StorageSpec] = {spec.name: spec for spec in specs}
    manifest = Manifest(storages, {path.path: path for path in paths})
    cache_manifest.keep(git_dir, text, manifest)
    found = cache_manifest.manifest(git_dir, text)
    assert found == manifest
    assert found is not None
    assert list(found.storages) == list(storages)
    assert cache_manifest.manifest(git_dir, text + " ") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(format="1 0.0.0"),
        lambda document: document.update(text="another"),
        lambda document: document.pop("data"),
        lambda document: document["data"][0].pop(),
        lambda document: document["storages"][0].append([]),
        lambda document: document["data"][0].__setitem__(3, "sideways"),
        lambda document: document.update(storages=None),
    ],
)
def test_what_is_not_understood_is_parsed_anew(
    git_dir: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    manifest = Manifest({"s": StorageSpec("s", "s3://b")}, {"d": DataPath("d", "s")})
    cache_manifest.keep(git_dir, "text", manifest)
    assert cache_manifest.manifest(git_dir, "text") == manifest
    document = json.loads(kept(git_dir).read_text())
    change(document)
    kept(git_dir).write_text(json.dumps(document))
    assert cache_manifest.manifest(git_dir, "text") is None
    kept(git_dir).write_text("{")
    assert cache_manifest.manifest(git_dir, "text") is None


def test_where_nothing_was_staged_nothing_is_kept(tmp_path: Path) -> None:
    cache_manifest.keep(tmp_path, "text", Manifest({}, {}))
    assert list(tmp_path.iterdir()) == []


def test_an_edited_manifest_is_read_again(described: Lab) -> None:
    described.storage("status").says("data (survey")
    manifest = described.top / ".storage.yaml"
    assert json.loads(kept(described.top / ".git").read_text())["text"] == manifest.read_text()
    manifest.write_text(manifest.read_text().replace("  data:", "  new:"))
    described.storage("status").fails(128).says("new.storage: the pointer is missing")
    manifest.write_text("version: 9\n")
    described.storage("status").fails(128).says(".storage.yaml")
    assert "  new:" in kept(described.top / ".git").read_text()
