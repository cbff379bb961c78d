"""Truncated, failing and lost answers of every server: the right bytes, or an error, never less.

Once each; `make contract` has every fault, also where it never ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract import bytes_of
from gitstore.core.errors import StoreError
from gitstore.core.store import Span, Store
from tests.cloud_servers import AzureServer, GcsServer
from tests.faults import EVER, Fault, Network, network
from tests.file_servers import FileServer
from tests.servers import Bucket, S3Server
from tests.stores.cloud_opening import azure_store, gcs_store
from tests.stores.file_opening import http_store, webdav_store
from tests.stores.opening import s3_store
from tests.stores.published import Published

DATA = bytes(range(256)) * 400
KEYS = tuple(f"many/{number:02d}" for number in range(12))
METHODS = ("GET", "PUT", "POST", "PROPFIND", "HEAD", "DELETE", "MKCOL")


@dataclass(frozen=True, slots=True)
class Site:
    """A storage without objects.

    Attributes:
        server: the URL behind which the network is.
        near: the store as its server serves it.
        far: opens the store through a network.
    """

    server: str
    near: Store
    far: Callable[[str], Store]


def s3(server: S3Server) -> Site:
    bucket = server.make_bucket()

    def far(endpoint: str) -> Store:
        there = replace(server, endpoint=endpoint)
        return s3_store(Bucket(there, bucket.name, bucket.client))

    return Site(server.endpoint, s3_store(bucket), far)


def ministack(request: pytest.FixtureRequest) -> Site:
    return s3(request.getfixturevalue("ministack"))


def rclone(request: pytest.FixtureRequest) -> Site:
    return s3(request.getfixturevalue("rclone"))


def gcs(request: pytest.FixtureRequest) -> Site:
    server: GcsServer = request.getfixturevalue("fake_gcs")
    bucket = server.make_bucket()

    def far(endpoint: str) -> Store:
        return gcs_store(replace(bucket, server=replace(server, endpoint=endpoint)))

    return Site(server.endpoint, gcs_store(bucket), far)


def azure(request: pytest.FixtureRequest) -> Site:
    server: AzureServer = request.getfixturevalue("azurite")
    container = server.make_container()

    def far(endpoint: str) -> Store:
        return azure_store(replace(container, server=replace(server, endpoint=endpoint)))

    return Site(server.endpoint, azure_store(container), far)


def webdav(request: pytest.FixtureRequest) -> Site:
    server: FileServer = request.getfixturevalue("wsgidav")
    (server.root / "spoiled").mkdir()

    def far(endpoint: str) -> Store:
        return webdav_store(replace(server, url=endpoint), prefix="spoiled")

    return Site(server.url, far(server.url), far)


def http(request: pytest.FixtureRequest) -> Site:
    server: FileServer = request.getfixturevalue("nginx")
    (server.root / "spoiled").mkdir()

    def far(endpoint: str) -> Store:
        return http_store(replace(server, url=endpoint), prefix="spoiled")

    return Site(server.url, Published(far(server.url), server.root / "spoiled"), far)


@pytest.fixture(scope="module", params=[ministack, rclone, gcs, azure, webdav, http])
def site(request: pytest.FixtureRequest) -> Site:
    opened: Callable[[pytest.FixtureRequest], Site] = request.param
    site = opened(request)
    for key in (*KEYS, "large"):
        site.near.write(key, BytesSource(DATA if key == "large" else key.encode()), None)
    return site


@pytest.fixture
def way(site: Site) -> Iterator[Network]:
    """A network between us and the server."""
    with network(site.server) as way:
        yield way


def spoil(way: Network, fault: Fault, times: int) -> None:
    for method in METHODS:
        way.spoil(fault, method, times=times)


def reads_the_whole(site: Site, way: Network, fault: Fault, times: int) -> None:
    """Require the right bytes, or an error."""
    far = site.far(way.endpoint)
    spoil(way, fault, times)
    for span in (None, Span(100, 70_000)):
        try:
            found = b"".join(far.read("large", None, span).chunks)
        except StoreError:
            continue
        assert times == 1
        assert found == (DATA if span is None else DATA[100:70_000])
    assert way.injected[fault] > 0
    way.heal()
    assert bytes_of(far, "large") == DATA


def lists_everything(site: Site, way: Network, fault: Fault, times: int) -> None:
    """Require every object, or an error."""
    far = site.far(way.endpoint)
    spoil(way, fault, times)
    try:
        found = sorted(each.key for each in far.list("many/"))
    except StoreError:
        found = None
    assert found is None if times == EVER else found in (None, [*KEYS])
    assert way.injected[fault] > 0
    way.heal()
    assert sorted(each.key for each in far.list("many/")) == [*KEYS]


def writes_or_says_so(site: Site, way: Network, fault: Fault, times: int) -> None:
    """Require what was written, whole, or an error."""
    far = site.far(way.endpoint)
    key = f"written/{fault.name}{times}"
    spoil(way, fault, times)
    try:
        far.write(key, BytesSource(DATA), None)
    except StoreError:
        assert site.near.stat(key) is None or bytes_of(site.near, key) == DATA
    else:
        assert bytes_of(site.near, key) == DATA


def test_a_broken_answer_to_a_read_is_the_whole_or_an_error(site: Site, way: Network) -> None:
    reads_the_whole(site, way, Fault.CUT, 1)


def test_a_failing_answer_to_a_read_is_the_whole_or_an_error(site: Site, way: Network) -> None:
    reads_the_whole(site, way, Fault.ERROR, 1)


def test_a_broken_answer_to_a_listing_is_everything_or_an_error(site: Site, way: Network) -> None:
    lists_everything(site, way, Fault.CUT, 1)


def test_a_failing_answer_to_a_listing_is_everything_or_an_error(site: Site, way: Network) -> None:
    lists_everything(site, way, Fault.ERROR, 1)


def test_what_is_written_is_there_or_is_an_error(site: Site, way: Network) -> None:
    if site.far(way.endpoint).abilities().writable:
        writes_or_says_so(site, way, Fault.LOST, 1)
