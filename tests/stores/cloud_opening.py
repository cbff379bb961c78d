"""The stores of Google and Azure on the buckets of their emulators."""

from __future__ import annotations

from gitstore.adapters.stores.azure import AzureStore
from gitstore.adapters.stores.azure import open_store as open_azure
from gitstore.adapters.stores.gcs import GcsStore
from gitstore.adapters.stores.gcs import open_store as open_gcs
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import AccountKey
from tests.cloud_servers import AzureContainer, GcsBucket


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


def azure_place(container: AzureContainer, prefix: str = "") -> StorePlace:
    host = container.endpoint.removeprefix("http://")
    return StorePlace(
        "azure",
        f"azure://{host}/{container.name}/{prefix}".rstrip("/"),
        endpoint=container.endpoint,
        container=container.name,
        prefix=prefix,
        account=container.server.account,
    )


def account_key(container: AzureContainer) -> AccountKey:
    return AccountKey(container.server.account, container.server.key)


def azure_store(container: AzureContainer, prefix: str = "") -> AzureStore:
    return open_azure(azure_place(container, prefix), lambda: account_key(container))
