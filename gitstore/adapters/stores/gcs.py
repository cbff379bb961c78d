"""Google Cloud Storage, and servers that speak its JSON API.

The identifiers are `generation:` and the checksums that Google computes itself: `crc32c:` of every
object, `md5:` of those that were not composed. An ETag changes with the metadata, so it is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gitstore.adapters.stores import gcs_reading, gcs_writing
from gitstore.adapters.stores.cloud_requests import PARALLEL
from gitstore.adapters.stores.gcs_bucket import Bucket, current
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unsupported
from gitstore.core.store import Abilities, Costs, Found, Reading, Source, Span
from gitstore.core.versions import Version


def open_store(place: StorePlace, credentials: CredentialSource) -> GcsStore:
    """The bucket `place.container` below `place.prefix`; sends no request yet."""
    if not place.container:
        raise Unsupported(f"no bucket is named for {place.identity}", hint="use gs://BUCKET/PREFIX")
    return GcsStore(place.identity, Bucket(place, credentials))


@dataclass(frozen=True, slots=True)
class GcsStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    bucket: Bucket

    def abilities(self) -> Abilities:
        """Nothing is known before `probe` has measured it."""
        # A larger object: the beginning, and with a server that is not Google's a look before it.
        costs = Costs(gcs_reading.PAGE, gcs_writing.SMALL, 2 if self.bucket.foreign else 1)
        return Abilities(parallel=PARALLEL, costs=costs)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`; in the order of the keys' bytes."""
        return gcs_reading.listed(self.bucket, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`. It does not say whether the bucket itself is missing."""
        return current(self.bucket, key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        return gcs_reading.read(self.bucket, key, expect, span)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        return gcs_writing.write(self.bucket, key, source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`. Where versions are kept, the old ones stay."""
        gcs_writing.delete(self.bucket, key, expect)

    def versions(self, key: str) -> Iterator[Version]:
        """See `Store.versions`."""
        return gcs_reading.versions(self.bucket, key)
