"""The stores of Google and Azure on the buckets of their emulators."""

from __future__ import annotations

from gitstore.adapters.stores.gcs import GcsStore
from gitstore.adapters.stores.gcs import open_store as open_gcs
from gitstore.adapters.stores.registry import StorePlace
from tests.cloud_servers import GcsBucket


def gcs_place(bucket: GcsBucket, prefix: str = "") -> StorePlace:
    host = bucket.endpoint.removeprefix("http://")
    return StorePlace(
        "gcs",
        f"gs://{host}/{bucket.name}/{prefix}".rstrip("/"),
        endpoint=bucket.endpoint,
        container=bucket.name,
        prefix=prefix,
    )


def gcs_store(bucket: GcsBucket, prefix: str = "") -> GcsStore:
    return open_gcs(gcs_place(bucket, prefix), lambda: None)
