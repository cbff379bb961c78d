"""The forms of URLs that this project began with: each works, or says what to write instead."""

from __future__ import annotations

import pytest

from gitstore.core.errors import BadUrl
from gitstore.core.urls import parse_url

MINIO = {"endpoint": "https://minio.example.org"}
LAB = {"account": "lab"}
AWS = ("s3://amazonaws.com/giab/a/b", "s3/amazonaws.com/giab")
OTHER = ("s3://minio.example.org/giab/a/b", "s3/minio.example.org/giab")
AZURE = ("azure://lab.blob.core.windows.net/giab/a/b", "azure/lab.blob.core.windows.net/giab")
GOOGLE = ("gs://storage.googleapis.com/giab/a/b", "gcs/storage.googleapis.com/giab")

FORMS = [
    ("s3://giab/a/b", {}, AWS),
    ("s3://s3.eu-central-1.amazonaws.com/giab/a/b", {}, AWS),
    ("https://s3.eu-central-1.amazonaws.com/giab/a/b", {}, AWS),
    ("s3://giab.s3.eu-central-1.amazonaws.com/a/b", {}, AWS),
    ("https://giab.s3.eu-central-1.amazonaws.com/a/b", {}, AWS),
    ("s3://minio.example.org/giab/a/b", MINIO, OTHER),
    ("https://minio.example.org/giab/a/b", MINIO, OTHER),
    ("s3://giab/a/b", MINIO, OTHER),
    ("az://giab/a/b", LAB, AZURE),
    ("azure://giab/a/b", LAB, AZURE),
    ("az://lab.dfs.core.windows.net/giab/a/b", {}, AZURE),
    ("azure://lab.dfs.core.windows.net/giab/a/b", {}, AZURE),
    ("az://lab.blob.core.windows.net/giab/a/b", {}, AZURE),
    ("azure://lab.blob.core.windows.net/giab/a/b", {}, AZURE),
    ("abfs://giab/a/b", LAB, AZURE),
    ("abfs://giab@lab.dfs.core.windows.net/a/b", {}, AZURE),
    ("gs://giab/a/b", {}, GOOGLE),
]


@pytest.mark.parametrize(("url", "options", "expected"), FORMS)
def test_a_form_means_the_place_that_its_cloud_gives_it(
    url: str, options: dict[str, str], expected: tuple[str, str]
) -> None:
    place = parse_url(url, **options)
    assert (place.identity, place.storage_id) == expected


INSTEAD = [
    ("adl://giab/a/b", "Azure Data Lake Gen1", "az://ACCOUNT.dfs.core.windows.net/CONTAINER/PATH"),
    ("az://giab/a/b", "account", "account"),
    ("azure://giab", "account", "account"),
    ("abfs://giab/a/b", "account", "account"),
    ("az://lab.dfs.core.windows.net/", "container", ""),
]


@pytest.mark.parametrize(("url", "message", "hint"), INSTEAD)
def test_a_form_that_does_not_say_enough_tells_what_to_write(
    url: str, message: str, hint: str
) -> None:
    with pytest.raises(BadUrl) as raised:
        parse_url(url)

    assert message in raised.value.message
    assert hint in str(raised.value.hint)


def test_the_id_of_the_seeds_example_is_made() -> None:
    place = parse_url("https://giab.s3.amazonaws.com")
    assert f"https://renkulab.io/storage/{place.storage_id}".endswith(
        "/storage/s3/amazonaws.com/giab"
    )
