"""Fixtures for the adapters' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitstore.adapters import tree_rename
from tests.adapters.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A new data path."""
    return Place(tmp_path)


@pytest.fixture(params=["renameat2", "links", "neither"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the file system can do: most, no exchanging, or not even links."""
    if request.param != "renameat2":
        monkeypatch.setattr(tree_rename, "_renamed", lambda *_: 22)
    if request.param == "neither":
        monkeypatch.setattr(tree_rename, "_linked", lambda *_: False)
    return str(request.param)
