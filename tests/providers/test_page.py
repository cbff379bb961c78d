"""The provider over fsspec that docs/providers.md shows does what the page says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import Password
from gitstore.core.store import Store
from tests.sources import ROOT


class Share(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """This machine's files as if they were a share: no Windows server can run here."""

    def __init__(self, host: str, username: str, password: str, **options: Any) -> None:
        super().__init__(**options)
        assert (host, username, password) == ("files.example.org", "ada", "hunter2")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    module = ModuleType("fsspec.implementations.smb")
    module.SMBFileSystem = Share  # type: ignore[attr-defined]  # as in the real one
    monkeypatch.setitem(sys.modules, module.__name__, module)
    page = (ROOT / "docs" / "providers.md").read_text()
    (code,) = re.findall(r"```python\n(from fsspec.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/providers.md", "exec"), names)  # noqa: S102 - our own page
    identity = f"smb://files.example.org{tmp_path}"
    place = StorePlace("smb", identity, prefix=str(tmp_path).lstrip("/"))
    opened: Store = names["open_store"](place, lambda: Password("ada", "hunter2"))
    return Rechecked(opened, probe(opened))


@pytest.mark.parametrize("check", contract.checks()[:6], ids=lambda check: check.name)
def test_the_pages_provider_keeps_the_promise_that(store: Store, check: Check) -> None:
    check.run(store, "some where/")
