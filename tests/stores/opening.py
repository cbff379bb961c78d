"""The S3 store on a bucket of a test server."""

from __future__ import annotations

from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3 import S3Store, open_store
from gitstore.core.credentials import Keys
from tests.servers import Bucket


def s3_place(bucket: Bucket, prefix: str = "") -> StorePlace:
    return StorePlace(
        "s3",
        f"s3://{bucket.server.endpoint.removeprefix('http://')}/{bucket.name}/{prefix}".rstrip("/"),
        endpoint=bucket.server.endpoint,
        container=bucket.name,
        prefix=prefix,
        region=bucket.server.region,
    )


def s3_store(bucket: Bucket, prefix: str = "") -> S3Store:
    server = bucket.server
    return open_store(s3_place(bucket, prefix), lambda: Keys(server.access_key, server.secret_key))
