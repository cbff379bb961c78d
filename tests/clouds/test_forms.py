"""Every form of a URL that an emulator can be reached by leads to the same bucket."""

from __future__ import annotations

import pytest

from tests.cloud_servers import AzureContainer, GcsBucket
from tests.clouds.scenes import over
from tests.lab import Lab
from tests.servers import Bucket

OBJECTS = {"a/m31.fits": b"one", "a/m33.fits": b"two"}
S3 = ("s3://{bucket}/a", "s3://{host}/{bucket}/a", "{endpoint}/{bucket}/a")
GOOGLE = ("gs://{bucket}/a", "gcs://{bucket}/a")
AZURE = ("az://{bucket}/a", "azure://{bucket}/a", "az://{host}/{account}/{bucket}/a")


def leads_there(
    lab: Lab, remote: Bucket | GcsBucket | AzureContainer, forms: tuple[str, ...]
) -> None:
    on = over(lab, remote, OBJECTS)
    endpoint = remote.server.endpoint if isinstance(remote, Bucket) else remote.endpoint
    host, _, account = endpoint.partition("://")[2].partition("/")
    pieces = {"bucket": remote.name, "endpoint": endpoint, "host": host, "account": account}
    sources = set()
    for number, form in enumerate(forms):
        name, path = f"form{number}", f"more{number}"
        url = form.format(**pieces)
        on.storage("add", name, url, "--endpoint", endpoint, "--to", path, "--access", "read")
        on.storage("stage", path)
        assert on.files(path) == {"m31.fits": b"one", "m33.fits": b"two"}
        sources.add((on.top / f"{path}.storage").read_text().splitlines()[1])
    assert len(sources) == 1, sources


def test_s3(lab: Lab, bucket: Bucket) -> None:
    leads_there(lab, bucket, S3)


def test_google(lab: Lab, gcs_bucket: GcsBucket) -> None:
    leads_there(lab, gcs_bucket, GOOGLE)


def test_azure(lab: Lab, container: AzureContainer) -> None:
    leads_there(lab, container, AZURE)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("adl://giab/a", "hint: if the data moved to Gen2: az://ACCOUNT.dfs.core.windows.net/"),
        ("abfs://giab/a", "hint: add account: NAME"),
        ("az://lab.dfs.core.windows.net", "hint: end with /CONTAINER/PATH"),
        ("s3:giab", "hint: write s3://..."),
        ("ipfs://giab/a", "provider: ipfs"),
    ],
)
def test_what_cannot_work_says_what_to_write(lab: Lab, url: str, told: str) -> None:
    lab.storage("add", "x", url, "--to", "x").fails(128).says(told)


def test_a_server_that_was_read_as_a_bucket_is_told(lab: Lab) -> None:
    # Nothing of AWS is asked: whatever is sent out of here ends at a closed port.
    nowhere = lab.seeing(HTTPS_PROXY="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    nowhere.storage("add", "x", "s3://minio.example.org/giab/a", "--to", "x").fails(128).says(
        "minio.example.org was read as a bucket of AWS;"
        " if it is a server: --endpoint https://minio.example.org"
    )
