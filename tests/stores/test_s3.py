"""What is special about S3: versions, credentials, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3 import open_store
from gitstore.adapters.stores.s3_connection import endpoint_of
from gitstore.core.credentials import Keys
from gitstore.core.errors import (
    Denied,
    Missing,
    NoCredentials,
    Unreachable,
)
from gitstore.core.store import Span
from gitstore.core.versions import Version, equal
from tests.servers import Bucket, S3Server, free_port
from tests.stores.opening import s3_place, s3_store


def keys_of(server: S3Server) -> Keys:
    return Keys(server.access_key, server.secret_key)


def test_an_old_version_is_read_by_its_id(versioned_bucket: Bucket) -> None:
    store = s3_store(versioned_bucket)
    first = store.write("a", BytesSource(b"first"), None)
    store.delete("a", store.write("a", BytesSource(b"second"), first))

    assert store.stat("a") is None
    assert b"".join(store.read("a", first).chunks) == b"first"
    assert b"".join(store.read("a", first, Span(1, 3)).chunks) == b"ir"
    assert [version.size for version in store.versions("a")] == [6, 5]
    with pytest.raises(Missing):
        store.read("a", Version(5, ("version:00000000-0000-0000-0000-000000000000",)))


def test_an_old_version_without_an_id_is_not_offered(bucket: Bucket) -> None:
    bucket.put("a", b"before")
    assert [version.size for version in s3_store(bucket).versions("a")] == [6]
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    bucket.put("a", b"after")

    assert [version.size for version in s3_store(bucket).versions("a")] == [5]


def test_deleting_never_destroys_history(versioned_bucket: Bucket) -> None:
    store = s3_store(versioned_bucket)
    only = store.write("a", BytesSource(b"first"), None)
    store.delete("a", only)

    assert [equal(version, only) for version in store.versions("a")] == [True]


def test_a_server_that_nobody_runs_is_unreachable(bucket: Bucket) -> None:
    place = replace(s3_place(bucket), endpoint=f"http://127.0.0.1:{free_port()}")
    store = open_store(place, lambda: keys_of(bucket.server))

    for act in (
        lambda: store.stat("a"),
        lambda: list(store.list("")),
        lambda: store.delete("a", Version(0, ("etag:e",))),
    ):
        with pytest.raises(Unreachable):
            act()


def stranger(bucket: Bucket) -> Keys:
    """The keys of a user who exists, with a wrong secret."""
    iam = bucket.server.client("iam")
    name = f"user-{bucket.name}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(made["AccessKeyId"], "not the secret")


def test_a_wrong_secret_is_denied_with_a_hint(bucket: Bucket) -> None:
    keys = stranger(bucket)
    store = open_store(s3_place(bucket), lambda: keys)

    for act in (
        lambda: list(store.list("")),
        lambda: store.read("a", None),
        lambda: store.write("a", BytesSource(b""), None),
        lambda: store.delete("a", Version(0, ("etag:e",))),
    ):
        with pytest.raises(Denied) as caught:
            act()
        assert caught.value.hint


def test_missing_credentials_are_said_by_who_looked_for_them(bucket: Bucket) -> None:
    def none() -> Keys:
        raise NoCredentials("no credentials for S3 were found", hint="aws configure")

    store = open_store(s3_place(bucket), none)
    for act in (lambda: store.stat("a"), lambda: list(store.list(""))):
        with pytest.raises(NoCredentials, match="were found"):
            act()


def test_a_public_bucket_is_read_without_credentials(bucket: Bucket) -> None:
    bucket.client.delete_public_access_block(Bucket=bucket.name)
    bucket.client.put_bucket_policy(
        Bucket=bucket.name,
        Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
        f'"Action":"s3:*","Resource":["arn:aws:s3:::{bucket.name}","arn:aws:s3:::{bucket.name}/*"]'
        "}]}",
    )
    bucket.put("a", b"public")
    store = open_store(s3_place(bucket), lambda: None)

    assert b"".join(store.read("a", None).chunks) == b"public"
    assert [found.key for found in store.list("")] == ["a"]


def test_keys_that_run_out_are_asked_for_again(bucket: Bucket) -> None:
    bucket.put("a", b"x")
    asked: list[datetime] = []

    def for_a_minute() -> Keys:
        asked.append(datetime.now(timezone.utc))
        return replace(keys_of(bucket.server), expires=asked[-1] + timedelta(minutes=1))

    store = open_store(s3_place(bucket), for_a_minute)
    assert asked == []
    for _ in range(2):
        list(store.list(""))
        list(store.read("a", None).chunks)
        list(store.versions("a"))

    assert len(asked) > 2


def test_keys_that_last_are_asked_for_once(bucket: Bucket) -> None:
    bucket.put("a", b"x")
    asked: list[int] = []

    def forever() -> Keys:
        asked.append(1)
        return keys_of(bucket.server)

    store = open_store(s3_place(bucket), forever)
    for _ in range(2):
        list(store.list(""))
        list(store.read("a", None).chunks)
        list(store.versions("a"))

    assert asked == [1]


def test_without_an_endpoint_requests_go_to_aws_in_the_region(bucket: Bucket) -> None:
    place = replace(s3_place(bucket), endpoint=None, region="eu-central-1")

    assert endpoint_of(place).url == "https://s3.eu-central-1.amazonaws.com"


_READ = """
import sys
from gitstore.adapters.credentials import for_s3
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3 import open_store
import os
assert not {"botocore", "obstore"} & set(sys.modules)
place = StorePlace("s3", "s3://x", endpoint=sys.argv[1], container=sys.argv[2])
chunks = open_store(place, for_s3(os.environ)).read("a", None).chunks
sys.stdout.buffer.write(b"".join(chunks))
assert not {"botocore", "s3fs", "fsspec", "aiohttp"} & set(sys.modules)
"""


def test_reading_imports_obstore_only_and_opening_nothing(bucket: Bucket) -> None:
    bucket.put("a", b"small")
    done = subprocess.run(
        [sys.executable, "-c", _READ, bucket.server.endpoint, bucket.name],
        capture_output=True,
        check=False,
        env={**bucket.server.environment, "PYTHONPATH": ":".join(sys.path)},
    )

    assert (done.stdout, done.stderr) == (b"small", b"")
