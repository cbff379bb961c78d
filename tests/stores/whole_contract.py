"""What takes minutes: ten thousand objects on every server, and every fault, once and for ever.

`make contract` runs this; `make test` has a part of it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract_large import listing_is_complete
from gitstore.core.store import Store
from gitstore.shell.transfer import upload
from gitstore.shell.transfer.identifying import FirstReading, Identifying
from tests.faults import EVER, Fault, Network
from tests.stores.test_cloud_contract import azure, gcs, gcs_with_versions
from tests.stores.test_contract import (
    directory,
    s3,
    s3_with_versions,
    s3_without_preconditions,
)
from tests.stores.test_contract_servers import (
    http,
    sftp,
    webdav,
    webdav_without_preconditions,
)
from tests.stores.test_fsspec import cluster, local, over_http
from tests.stores.test_spoiled_answers import (
    Site,
    lists_everything,
    reads_the_whole,
    site,
    way,
    writes_or_says_so,
)

__all__ = ["cluster", "site", "way"]  # fixtures

MANY = 10_000
SERVERS = (
    *(azure, directory, gcs, gcs_with_versions, http, local, over_http),
    *(s3, s3_with_versions, s3_without_preconditions, sftp, webdav, webdav_without_preconditions),
)
LARGE = random.Random(19).randbytes(upload.LARGE + (1 << 20) + 1)
FAULTS = (Fault.CUT, Fault.RESET, Fault.BROKEN, Fault.ERROR, Fault.BUSY, Fault.SLOW, Fault.MANY)
WRITING = (*FAULTS, Fault.LOST, Fault.HIDDEN)


def named(fault: Fault) -> str:
    return fault.name


@pytest.mark.parametrize("opened", SERVERS, ids=lambda opened: opened.__name__)
def test_ten_thousand_objects_are_listed(
    opened: Callable[[pytest.FixtureRequest], Store], request: pytest.FixtureRequest
) -> None:
    listing_is_complete(opened(request), "ten thousand/", MANY)


@pytest.mark.parametrize("opened", SERVERS, ids=lambda opened: opened.__name__)
def test_no_object_is_whole_before_its_last_byte_was_read(
    opened: Callable[[pytest.FixtureRequest], Store], request: pytest.FixtureRequest
) -> None:
    store, learnt = opened(request), []
    if not store.abilities().writable:
        return

    def look(sha256: str) -> None:
        now = store.stat("large")
        learnt.append((sha256, now is not None and now.size == len(LARGE)))

    reading = FirstReading(len(LARGE), look)
    made = store.write("large", Identifying(BytesSource(LARGE), reading), None)
    assert learnt == [(hashlib.sha256(LARGE).hexdigest(), False)]
    there = b"".join(store.read("large", made).chunks)
    assert hashlib.sha256(there).hexdigest() == reading.sha256


@pytest.mark.parametrize("times", [1, EVER], ids=["once", "ever"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_what_is_read_and_listed_is_the_whole_or_an_error(
    site: Site, way: Network, fault: Fault, times: int
) -> None:
    reads_the_whole(site, way, fault, times)
    lists_everything(site, way, fault, times)


@pytest.mark.parametrize("times", [1, EVER], ids=["once", "ever"])
@pytest.mark.parametrize("fault", WRITING, ids=named)
def test_what_is_written_is_there_or_is_an_error(
    site: Site, way: Network, fault: Fault, times: int
) -> None:
    if site.far(way.endpoint).abilities().writable:
        writes_or_says_so(site, way, fault, times)
