"""Hosts that are known to speak S3 become endpoints when a storage is added."""

from __future__ import annotations

import pytest

from gitstore.core.errors import BadUrl
from gitstore.core.manifest import StorageSpec
from gitstore.core.s3_services import with_endpoint

OURS = StorageSpec("ours", "s3://bucket", "http://minio.example.org:9000")
KNOWN = {
    "s3://fra1.digitaloceanspaces.com/sky/x": "s3://fra1.digitaloceanspaces.com/sky/x",
    "https://sky.fra1.digitaloceanspaces.com/x": "s3://fra1.digitaloceanspaces.com/sky/x",
    "https://s3.eu-central-2.wasabisys.com/sky/x": "s3://s3.eu-central-2.wasabisys.com/sky/x",
    "https://s3.wasabisys.com/sky/x": "s3://s3.wasabisys.com/sky/x",
    "https://0123.r2.cloudflarestorage.com/sky/x": "s3://0123.r2.cloudflarestorage.com/sky/x",
    "s3://sky.s3.fr-par.scw.cloud/x": "s3://s3.fr-par.scw.cloud/sky/x",
    "https://s3.gra.io.cloud.ovh.net/sky/x": "s3://s3.gra.io.cloud.ovh.net/sky/x",
    "https://fsn1.your-objectstorage.com/sky/a%20b": "s3://fsn1.your-objectstorage.com/sky/a b",
    "https://sky.fsn1.your-objectstorage.com/a%20b": "s3://fsn1.your-objectstorage.com/sky/a b",
    "s3://minio.example.org:9000/sky/x": "s3://minio.example.org:9000/sky/x",
    "http://minio.example.org:9000/sky/x": "s3://minio.example.org:9000/sky/x",
}


@pytest.mark.parametrize("url", KNOWN)
def test_a_host_that_speaks_s3_is_written_as_endpoint(url: str) -> None:
    spec = with_endpoint(StorageSpec("new", url), [OURS])

    # What is written means the same to somebody who knows no list.
    assert spec.place().identity == KNOWN[url]


def test_a_declared_endpoint_is_taken_as_it_was_declared() -> None:
    spec = with_endpoint(StorageSpec("new", "s3://minio.example.org:9000/sky"), [OURS])

    assert spec.endpoint == OURS.endpoint


def test_who_asks_for_encryption_gets_it() -> None:
    for url in ("https://minio.example.org:9000/sky", "https://sky.minio.example.org:9000/"):
        spec = with_endpoint(StorageSpec("new", url), [OURS])
        assert spec.endpoint == "https://minio.example.org:9000"


@pytest.mark.parametrize(
    "url",
    [
        "s3://sky/x",
        "s3://minio.example.org/sky/x",
        "https://example.org/x",
        "s3://sky.s3.eu-west-1.amazonaws.com/x",
        "https://evildigitaloceanspaces.com/x",
        "https://fra1.digitaloceanspaces.com.evil.org/x",
        "webdavs://fra1.digitaloceanspaces.com/x",
        "gs://sky/x",
        "../data",
        "/data",
    ],
)
def test_every_other_url_stays_as_it_is(url: str) -> None:
    spec = StorageSpec("new", url)

    assert with_endpoint(spec, [OURS]) is spec


def test_an_endpoint_that_somebody_gives_is_never_changed() -> None:
    spec = StorageSpec("new", "s3://fra1.digitaloceanspaces.com/sky", "https://other.org")

    assert with_endpoint(spec, [OURS]) is spec


def test_a_secret_in_the_url_is_not_repeated() -> None:
    with pytest.raises(BadUrl) as caught:
        with_endpoint(StorageSpec("new", "s3://me:hush@minio.example.org/sky"), [OURS])

    assert "hush" not in str(caught.value)
