"""The stores of Google and Azure keep every promise of the contract suite."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check
from gitstore.adapters.stores.contract_large import listing_is_complete
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.core.store import Abilities, Conditional, Store
from tests.cloud_servers import AzureServer, GcsServer
from tests.stores.cloud_opening import azure_store, gcs_store

ENFORCED = Abilities(
    create=Conditional.ENFORCED, swap=Conditional.ENFORCED, erase=Conditional.ENFORCED
)
LARGE = [check for check in contract.large_checks() if "pages" not in check.name]
every_promise = pytest.mark.parametrize(
    "check", [*contract.checks(), *LARGE], ids=lambda check: check.name
)


def gcs(request: pytest.FixtureRequest) -> Store:
    return checked(gcs_store(fake_gcs(request).make_bucket()))


def gcs_with_versions(request: pytest.FixtureRequest) -> Store:
    bucket = fake_gcs(request).make_versioned_bucket()
    return checked(gcs_store(bucket, prefix="a prefix/of it"))


def azure(request: pytest.FixtureRequest) -> Store:
    server: AzureServer = request.getfixturevalue("azurite")
    # Not probed: what this server enforces must not hide behind looks of ours.
    return Rechecked(azure_store(server.make_container(), prefix="a prefix/of it"), ENFORCED)


def fake_gcs(request: pytest.FixtureRequest) -> GcsServer:
    server: GcsServer = request.getfixturevalue("fake_gcs")
    return server


def checked(store: Store) -> Store:
    return Rechecked(store, probe(store))


@pytest.fixture(scope="module", params=[gcs, gcs_with_versions, azure])
def store(request: pytest.FixtureRequest) -> Store:
    opened: Callable[[pytest.FixtureRequest], Store] = request.param
    return opened(request)


@every_promise
def test_a_store_keeps_the_promise_that(store: Store, check: Check) -> None:
    check.run(store, f"some where/{check.name}/")


# With versions a listing is the same one: `make contract` has more of them.
@pytest.mark.parametrize("opened", [azure, gcs])
def test_a_listing_of_several_pages_is_complete(
    opened: Callable[[pytest.FixtureRequest], Store], request: pytest.FixtureRequest
) -> None:
    listing_is_complete(opened(request), "several pages/", 1_100)
