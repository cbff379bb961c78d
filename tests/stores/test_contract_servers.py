"""The stores on file servers keep every promise of the contract suite."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check, ContractBroken
from gitstore.adapters.stores.contract_large import listing_is_complete
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.core.errors import StoreError
from gitstore.core.store import Abilities, Conditional, Store
from tests.file_servers import FileServer, SshServer
from tests.stores.file_opening import http_store, sftp_store, webdav_store
from tests.stores.published import Published

# These servers list whole directories: thousands of objects are `make contract`'s.
LARGE = [check for check in contract.large_checks() if "pages" not in check.name]
every_promise = pytest.mark.parametrize(
    "check", [*contract.checks(), *LARGE], ids=lambda check: check.name
)


def webdav(request: pytest.FixtureRequest) -> Store:
    server: FileServer = request.getfixturevalue("wsgidav")
    (server.root / "a prefix" / "of it").mkdir(parents=True)
    return probed(webdav_store(server, prefix="a prefix/of it"))


def webdav_without_preconditions(request: pytest.FixtureRequest) -> Store:
    return probed(webdav_store(request.getfixturevalue("rclone_webdav")))


def sftp(request: pytest.FixtureRequest) -> Store:
    server: SshServer = request.getfixturevalue("sshd_for_us")
    (server.root / "a prefix" / "of it").mkdir(parents=True)
    return sftp_store(server, prefix="a prefix/of it")


def http(request: pytest.FixtureRequest) -> Store:
    server: FileServer = request.getfixturevalue("nginx")
    (server.root / "a prefix" / "of it").mkdir(parents=True)
    return Published(http_store(server, prefix="a prefix/of it"), server.root / "a prefix/of it")


def probed(store: Store) -> Store:
    return Rechecked(store, probe(store))


@pytest.fixture(scope="module", params=[http, sftp, webdav, webdav_without_preconditions])
def store(request: pytest.FixtureRequest) -> Store:
    opened: Callable[[pytest.FixtureRequest], Store] = request.param
    return opened(request)


BREAKS = {
    # nginx leaves names that begin with a dot out of its index.
    "http": {"an odd key is stored exactly or unsupported"},
    # rclone takes NFC and NFD for the same name.
    "webdav_without_preconditions": {"an odd key is stored exactly or unsupported"},
}


# wsgidav looks before it writes, so that of many at the same time two may see the same.
RACING = {"webdav"}
LOOKS = Conditional.CHECKED


@every_promise
def test_a_store_keeps_the_promise_that(
    store: Store, check: Check, request: pytest.FixtureRequest
) -> None:
    prefix = f"some where/{check.name}/"
    opened = request.node.callspec.params["store"].__name__
    if opened in RACING and check.name.startswith("one of many"):
        store = Rechecked(store, replace(store.abilities(), create=LOOKS, swap=LOOKS))
    if check.name in BREAKS.get(opened, ()):
        with pytest.raises((ContractBroken, StoreError)):
            check.run(store, prefix)
    else:
        check.run(store, prefix)


def test_a_listing_of_several_directories_is_complete(store: Store) -> None:
    listing_is_complete(store, "several/", 300)


def test_weak_etags_and_looks_that_are_not_atomic_keep_every_promise(apache: FileServer) -> None:
    def run(check: Check) -> str | None:
        # It looks before it writes, so that of many at the same time several may see the same.
        racing = check.name.startswith("one of many")
        how = Conditional.CHECKED if racing else Conditional.ENFORCED
        store = Rechecked(webdav_store(apache), Abilities(create=how, swap=how, erase=how))
        try:
            check.run(store, f"{check.name}/")
        except (ContractBroken, StoreError) as error:
            return str(error)
        return None

    # All at once: each waits for seconds until what it wrote has a strong ETag.
    checks = contract.checks()
    with ThreadPoolExecutor(len(checks)) as threads:
        found = zip(checks, threads.map(run, checks), strict=True)
        assert {check.name: problem for check, problem in found if problem is not None} == {}
