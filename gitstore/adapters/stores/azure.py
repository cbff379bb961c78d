"""Azure Blob Storage, and servers that speak its interface.

The identifiers are `etag:` everywhere, and `version:` in the answers to stat, read and write where
the account keeps versions. The MD5 that Azure shows is no identifier: clients set it, and it can be
left over from other bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gitstore.adapters.stores import azure_listing, azure_reading, azure_writing
from gitstore.adapters.stores.azure_container import Container, current
from gitstore.adapters.stores.cloud_requests import PARALLEL
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unsupported
from gitstore.core.store import Abilities, Costs, Found, Reading, Source, Span
from gitstore.core.versions import Version


def open_store(place: StorePlace, credentials: CredentialSource) -> AzureStore:
    """The container `place.container` below `place.prefix`; sends no request yet."""
    if not place.container:
        raise Unsupported(
            f"no container is named for {place.identity}", hint="use az://CONTAINER/PREFIX"
        )
    if not (place.account or place.endpoint):
        raise Unsupported(f"no account is named for {place.identity}", hint="add account: NAME")
    return AzureStore(place.identity, Container(place, credentials))


@dataclass(frozen=True, slots=True)
class AzureStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    container: Container

    def abilities(self) -> Abilities:
        """Nothing is known before `probe` has measured it."""
        # A larger blob: the list of its blocks.
        page, whole = azure_listing.PAGE, azure_writing.SMALL
        costs = Costs(page, whole, 1, azure_writing.block_size)
        return Abilities(parallel=PARALLEL, costs=costs)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`; in the order of the keys."""
        return azure_listing.listed(self.container, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        return current(self.container, key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        return azure_reading.read(self.container, key, expect, span)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        return azure_writing.write(self.container, key, source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`. Where versions are kept, the old ones stay."""
        azure_writing.delete(self.container, key, expect)

    def versions(self, key: str) -> Iterator[Version]:
        """See `Store.versions`."""
        return azure_listing.versions(self.container, key)
