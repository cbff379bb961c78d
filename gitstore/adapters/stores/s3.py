"""S3 and everything that speaks its dialect.

Listings are fetched by the service's own call, many small reads go through libcurl, other
reads and small writes through obstore, and what obstore lacks through botocore. The identifiers are
`etag:` everywhere, and `version:` in the answers to stat, read and write where the bucket keeps
versions: listings do not say it, and finding a version by key and ETag is always possible.

Whether a server honours preconditions is measured (`probe`); until then it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitstore.adapters.stores import s3_listing, s3_many, s3_parts, s3_reading, s3_writing
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3_connection import PARALLEL, Connection
from gitstore.adapters.stores.s3_errors import translated
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unsupported
from gitstore.core.many import Answers, Given, Wanted, Writes, read_whole, written
from gitstore.core.store import Abilities, Costs, Found, Reading, Source, Span
from gitstore.core.versions import Version

_PAGE = 1000  # objects; what S3 gives when nobody asks for fewer


def open_store(place: StorePlace, credentials: CredentialSource) -> S3Store:
    """The bucket `place.container` below `place.prefix`; sends no request yet."""
    if not place.container:
        raise Unsupported(f"no bucket is named for {place.identity}", hint="use s3://BUCKET/PREFIX")
    return S3Store(place.identity, Connection(place, credentials))


@dataclass(frozen=True, slots=True)
class S3Store:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    connection: Connection

    def abilities(self) -> Abilities:
        """Nothing is known before `probe` has measured it."""
        # A larger object: its beginning, its completion, and a look at what that made.
        costs = Costs(_PAGE, s3_writing.SMALL, 3, s3_parts.part_size)
        return Abilities(parallel=PARALLEL, many=True, many_writes=True, costs=costs)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`; in the order of the keys' bytes."""
        return s3_listing.listed(self.connection, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`. S3 does not say here whether the bucket itself is missing."""
        return s3_reading.stat(self.connection, key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        return s3_reading.read(self.connection, key, expect, span)

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """See `ManyReader.read_many`."""
        return s3_many.read_many(self.connection, wanted, most, lambda one: read_whole(self, one))

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        return s3_writing.write(self.connection, key, source, expect)

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """See `ManyWriter.write_many`."""
        return s3_many.write_many(self.connection, given, most, lambda one: written(self, one))

    def abandon(self, key: str, noted: str) -> None:
        """See `Abandoning.abandon`."""
        with translated(self.connection.about(key)):
            s3_parts.abandon(self.connection, key, noted)

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
