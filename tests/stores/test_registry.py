"""Providers are entry points, and opening a storage costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gitstore.adapters.stores.registry import StorePlace, open_store, providers
from gitstore.core.credentials import Keys
from gitstore.core.errors import UnknownName, Unsupported


def nobody() -> Keys | None:
    raise AssertionError("opening a storage asked for credentials")


def test_the_built_in_providers_are_registered_like_anybody_elses() -> None:
    assert {"file", "s3"} <= set(providers())


def test_a_place_opens_with_its_provider(tmp_path: Path) -> None:
    directory = open_store(StorePlace("file", "file:///data", root=tmp_path), nobody)
    bucket = open_store(StorePlace("s3", "s3://bucket", container="bucket"), nobody)

    assert (directory.identity, bucket.identity) == ("file:///data", "s3://bucket")
    assert list(directory.list("")) == []


def test_an_unknown_provider_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownName, match="'gopher'") as caught:
        open_store(StorePlace("gopher", "gopher://hole"), nobody)

    assert "file" in str(caught.value.hint)


def test_a_place_without_its_directory_or_bucket_is_refused() -> None:
    for provider in ("file", "s3"):
        with pytest.raises(Unsupported):
            open_store(StorePlace(provider, "nowhere"), nobody)


@pytest.mark.parametrize(
    ("prefix", "expected"), [("", ""), ("/", ""), ("a", "a/"), ("a/b/", "a/b/"), ("a//", "a/")]
)
def test_a_prefix_ends_in_one_slash(prefix: str, expected: str) -> None:
    assert StorePlace("s3", "s3://b", prefix=prefix).key_prefix == expected


def test_opening_imports_no_slow_sdk() -> None:
    program = (
        "import sys\n"
        "from gitstore.adapters.stores.registry import StorePlace, open_store\n"
        "open_store(StorePlace('s3', 's3://b', container='b'), lambda: None).abilities()\n"
        "print({'botocore', 'fsspec'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stdout == "set()\n"
