"""What takes minutes: ten thousand objects on every server, and every fault, once and for ever.

`make contract` runs this; `make test` has a part of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitstore.adapters.stores.contract_large import listing_is_complete
from gitstore.core.store import Store
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
FAULTS = (Fault.CUT, Fault.RESET, Fault.BROKEN, Fault.ERROR, Fault.BUSY, Fault.SLOW, Fault.MANY)
WRITING = (*FAULTS, Fault.LOST, Fault.HIDDEN)


def named(fault: Fault) -> str:
    return fault.name


@pytest.mark.parametrize("opened", SERVERS, ids=lambda opened: opened.__name__)
def test_ten_thousand_objects_are_listed(
    opened: Callable[[pytest.FixtureRequest], Store], request: pytest.FixtureRequest
) -> None:
    listing_is_complete(opened(request), "ten thousand/", MANY)


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
