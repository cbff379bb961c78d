"""S3 and everything that speaks its dialect.

Listings are fetched by the service's own call, reads and small writes go through obstore, and what
obstore lacks through botocore. The identifiers are `etag:` everywhere, and `version:` in the
answers to stat, read and write where the bucket keeps versions: listings do not say it, and finding
a version by key and ETag is always possible.

Whether a server honours preconditions is measured (`probe`); until then it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from threading import Lock

from gitstore.adapters.stores import s3_listing, s3_reading, s3_writing
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3_connection import PARALLEL, Connection
from gitstore.adapters.stores.s3_errors import translated
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unsupported
from gitstore.core.store import Abilities, Found, Reading, Source, Span
from gitstore.core.versions import Version

_IMPORTING = Lock()


def open_store(place: StorePlace, credentials: CredentialSource) -> S3Store:
    """The bucket `place.container` below `place.prefix`; sends no request yet."""
    if not place.container:
        raise Unsupported(f"no bucket is named for {place.identity}", hint="use s3://BUCKET/PREFIX")
    _import_obstore()
    return S3Store(place.identity, Connection(place, credentials))


def _import_obstore() -> None:
    # Here, before there are threads: obstore registers its modules before it has filled them, so
    # that two threads which both import them first can find one of them empty.
    with _IMPORTING:
        import_module("obstore.exceptions")
        import_module("obstore.store")


@dataclass(frozen=True, slots=True)
class S3Store:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    connection: Connection

    def abilities(self) -> Abilities:
        """Nothing is known before `probe` has measured it."""
        return Abilities(parallel=PARALLEL)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`; in the order of the keys' bytes."""
        return s3_listing.listed(self.connection, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`. S3 does not say here whether the bucket itself is missing."""
        return s3_reading.stat(self.connection, key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        return s3_reading.read(self.connection, key, expect, span)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        return s3_writing.write(self.connection, key, source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`. Where versions are kept, the old ones stay."""
        s3_writing.delete(self.connection, key, expect)

    def versions(self, key: str) -> Iterator[Version]:
        """See `Store.versions`. A bucket that never kept versions gives the current one."""
        full = self.connection.full(key)
        with translated(self.connection.about(key)):
            pages = self.connection.client().get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.connection.endpoint.bucket, Prefix=full):
                found = page.get("Versions", [])
                for said in found:
                    if said["Key"] == full and (said["VersionId"] != "null" or said["IsLatest"]):
                        yield s3_listing.object_version(
                            said["Size"], said.get("ETag"), said["VersionId"]
                        )
                # Sorted by key, so the key itself comes before those that it begins.
                if any(said["Key"] != full for said in found):
                    return
