"""`git storage url`."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest

from gitstore.adapters.stores import links
from gitstore.core.credentials import ServiceAccount, SharedAccess, Token
from gitstore.core.errors import NoCredentials, Unsupported
from gitstore.core.versions import Version, version
from tests.cloud_servers import AzureContainer, GcsBucket
from tests.lab import Lab, approving
from tests.opening.scenes import over
from tests.servers import Bucket
from tests.stores.cloud_opening import account_key, azure_place, gcs_place

ODD = "m 31+é#?.fits"
NOTHING = Version(3)


def got(url: str) -> bytes:
    """What anybody gets who has a URL."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - of our own server
        found: bytes = answer.read()
        return found


def test_the_url_is_the_storages_own(lab: Lab) -> None:
    lab.describe({"m 31.fits": b"one"})
    assert lab.storage("url", "data/m 31.fits").out == "../bucket/m%2031.fits\n"
    lab.storage("url", "data/m33.fits").fails(128).says("names no data/m33.fits")
    lab.storage("url", "--sign", "60", "data/m 31.fits").fails(128).says("has no signed URLs")
    lab.storage("url", "--sign", "604801", "data/m 31.fits").fails(129).says("a week")


def test_public_data_has_an_https_url(lab: Lab) -> None:
    lab.write(
        ".storage.yaml",
        b"version: 1\n"
        b"storages:\n"
        b"  aws: {url: s3://sky/a, region: eu-west-1, anonymous: true}\n"
        b"  google: {url: gs://sky/a, anonymous: true}\n"
        b"  web: {url: https://example.org/sky}\n"
        b"data:\n"
        b"  one: {storage: aws}\n  two: {storage: google}\n  three: {storage: web}\n",
    )
    line = "m 31\t3\t{}\n"
    for name, source, ids in (
        ("one", "s3://amazonaws.com/sky/a/", "version:v/1\tetag:e"),
        ("two", "gs://storage.googleapis.com/sky/a/", "generation:17"),
        ("three", "https://example.org/sky/", "etag:e"),
    ):
        text = f"git-storage pointer 1\nfrom {source}\n" + line.format(ids)
        lab.write(f"{name}.storage", text.encode())
    names = ("one/m 31", "two/m 31", "three/m 31")
    assert lab.storage("url", *names).out.splitlines() == [
        "https://sky.s3.eu-west-1.amazonaws.com/a/m%2031?versionId=v/1",
        "https://storage.googleapis.com/sky/a/m%2031?generation=17",
        "https://example.org/sky/m%2031",
    ]
    found = lab.storage("url", "--json", "one/m 31").json()["urls"]
    assert found == [
        {
            "path": "one/m 31",
            "url": "s3://sky/a/m 31",
            "https": "https://sky.s3.eu-west-1.amazonaws.com/a/m%2031?versionId=v/1",
            "signed": None,
            "pinned": True,
        }
    ]


def test_a_signed_url_reads_the_recorded_version_from_s3(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over(lab, versioned_bucket, versioned_bucket.server.endpoint, {ODD: b"one"})
    on.storage("stage", "--all")
    on.write(f"data/{ODD}", b"two")
    on.storage("sync")  # what was written from here is known by its version
    url = on.storage("url", "--sign", "60", f"data/{ODD}").out.strip()
    assert got(url) == b"two"
    versioned_bucket.put(ODD, b"of somebody else")
    assert got(url) == b"two", "the URL names the version"
    with pytest.raises(urllib.error.HTTPError):
        got(url.partition("?")[0])
    again = on.storage("url", "--sign", "60", "--json", f"data/{ODD}").json()["urls"][0]
    assert again["pinned"] is True
    assert again["url"] == f"{versioned_bucket.url}/{ODD}"


def test_a_signed_url_that_would_give_something_else_is_not_printed(
    lab: Lab, bucket: Bucket
) -> None:
    on = over(lab, bucket, bucket.server.endpoint, {"x": b"one"})
    assert got(on.storage("url", "--sign", "60", "data/x").out.strip()) == b"one"
    bucket.put("x", b"other")
    refused = on.storage("url", "--sign", "60", "data/x").fails(128)
    refused.says("data/x: the recorded version is gone", "another version of 5 bytes")
    assert refused.out == ""


def test_only_an_approved_storage_is_signed_for(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over(lab, versioned_bucket, versioned_bucket.server.endpoint, {})
    on.write("data/x", b"one")
    on.storage("sync")
    on.commit("a version that a URL can name, so that nothing needs to be asked")
    clone = on.clone().seeing(**approving())
    clone.storage("url", "data/x").says(f"s3://{versioned_bucket.name}/x")
    clone.storage("url", "--sign", "60", "data/x").fails(128).says("git storage trust survey")


def test_azure_signs_with_the_accounts_key(container: AzureContainer) -> None:
    container.put(ODD, b"one")
    place = azure_place(container)
    url = links.signed(place, account_key(container), ODD, NOTHING, 60)
    assert got(url) == b"one"
    with pytest.raises(urllib.error.HTTPError):
        got(url.partition("?")[0])
    named = links.signed(place, account_key(container), ODD, version(3, {"version": "v1"}), 60)
    assert "versionid=v1&" in named
    with pytest.raises(urllib.error.HTTPError):
        got(named)
    with pytest.raises(Unsupported):
        links.signed(place, account_key(container), "a/../b", NOTHING, 60)
    with pytest.raises(NoCredentials, match="takes the account's key") as refused:
        links.signed(place, SharedAccess("sig=hush"), ODD, NOTHING, 60)
    assert "hush" not in str(refused.value)


def test_google_signs_with_the_key_of_a_service_account(gcs_bucket: GcsBucket) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {"client_email": "a@example.org", "private_key": pem.decode(), "type": "x"}
    account["token_uri"] = "https://example.org"
    gcs_bucket.put("a b", b"one")
    place = gcs_place(gcs_bucket)
    found = ServiceAccount(json.dumps(account))
    url = links.signed(place, found, "a b", version(3, {"generation": "17"}), 60)
    for part in ("a%20b?", "generation=17", "X-Goog-Signature=", "X-Goog-Expires=60"):
        assert part in url
    assert got(url.replace("generation=17", "")) == b"one"
    expires = datetime.now(timezone.utc) + timedelta(hours=1)
    with pytest.raises(NoCredentials, match="takes the key of a service account"):
        links.signed(place, Token("hush", expires), "a b", NOTHING, 60)
