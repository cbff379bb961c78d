"""Every store keeps every promise of the contract suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check
from gitstore.adapters.stores.directory import DirectoryStore
from gitstore.core.store import Store
from tests.memory_store import MemoryStore

STORES = ("directory", "memory")
every_promise = pytest.mark.parametrize(
    "check", [*contract.checks(), *contract.large_checks()], ids=lambda check: check.name
)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return DirectoryStore("file:///data", tmp_path)


@every_promise
def test_a_store_keeps_the_promise_that(store: Store, check: Check) -> None:
    check.run(store, "some where/")
