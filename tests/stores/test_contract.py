"""Every store keeps every promise of the contract suite."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check, ContractBroken
from gitstore.adapters.stores.contract_large import listing_is_complete
from gitstore.adapters.stores.directory import DirectoryStore
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.core.errors import StoreError
from gitstore.core.store import Abilities, Conditional, Store
from tests.memory_store import MemoryStore
from tests.servers import S3Server
from tests.stores.opening import s3_store

ENFORCED = Abilities(
    create=Conditional.ENFORCED, swap=Conditional.ENFORCED, erase=Conditional.ENFORCED
)
LARGE = [check for check in contract.large_checks() if "pages" not in check.name]
every_promise = pytest.mark.parametrize(
    "check", [*contract.checks(), *LARGE], ids=lambda check: check.name
)


def directory(request: pytest.FixtureRequest) -> Store:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return DirectoryStore("file:///data", factory.mktemp("directory"))


def memory(_request: pytest.FixtureRequest) -> Store:
    return MemoryStore()


def s3(request: pytest.FixtureRequest) -> Store:
    # Not probed: what this server enforces must not hide behind looks of ours.
    return Rechecked(s3_store(ministack(request).make_bucket()), ENFORCED)


def s3_with_versions(request: pytest.FixtureRequest) -> Store:
    bucket = ministack(request).make_versioned_bucket()
    return Rechecked(s3_store(bucket, prefix="a prefix/of it"), ENFORCED)


def s3_without_preconditions(request: pytest.FixtureRequest) -> Store:
    server: S3Server = request.getfixturevalue("rclone")
    store = s3_store(server.make_bucket())
    return Rechecked(store, probe(store))


def ministack(request: pytest.FixtureRequest) -> S3Server:
    server: S3Server = request.getfixturevalue("ministack")
    return server


@pytest.fixture(
    scope="module", params=[directory, memory, s3, s3_with_versions, s3_without_preconditions]
)
def store(request: pytest.FixtureRequest) -> Store:
    opened: Callable[[pytest.FixtureRequest], Store] = request.param
    return opened(request)


RCLONE_BREAKS = {
    # It answers 400 to `//` and dots, and takes NFC and NFD for the same name.
    "an odd key is stored exactly or unsupported",
    "a key that differs in slashes is another key",
    # Its objects are files, and it calls that an internal error.
    "an object beside a prefix of the same name",
}


@every_promise
def test_a_store_keeps_the_promise_that(
    store: Store, check: Check, request: pytest.FixtureRequest
) -> None:
    prefix = f"some where/{check.name}/"
    if "without_preconditions" in request.node.name and check.name in RCLONE_BREAKS:
        with pytest.raises((ContractBroken, StoreError)):
            check.run(store, prefix)
    else:
        check.run(store, prefix)


# With versions a listing is the same one: `make contract` has more of them.
@pytest.mark.parametrize("opened", [directory, memory, s3, s3_without_preconditions])
def test_a_listing_of_several_pages_is_complete(
    opened: Callable[[pytest.FixtureRequest], Store], request: pytest.FixtureRequest
) -> None:
    listing_is_complete(opened(request), "several pages/", 2_100 if opened is s3 else 1_100)
