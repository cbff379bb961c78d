"""A public bucket that gives its objects to everybody, and its listing to nobody."""

from __future__ import annotations

import json

import pytest

from tests.cloud_servers import AzureServer
from tests.clouds.scenes import Remote, over
from tests.lab import Lab
from tests.servers import Bucket, S3Server

OBJECTS = {"m31.fits": b"one", "deep/m33.fits": b"two two"}


@pytest.fixture(params=["s3", "azure"])
def public(request: pytest.FixtureRequest) -> Remote:
    """A bucket that strangers can read, but not list."""
    if request.param == "azure":
        azurite: AzureServer = request.getfixturevalue("azurite")
        return azurite.make_public_container()
    ministack: S3Server = request.getfixturevalue("ministack")
    bucket = ministack.make_bucket()
    let_everybody_read(bucket)
    return bucket


def let_everybody_read(bucket: Bucket) -> None:
    bucket.client.delete_public_access_block(Bucket=bucket.name)
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))


def stranger(lab: Lab) -> Lab:
    """A clone of somebody without credentials."""
    home = lab.root / "stranger"
    home.mkdir()
    return lab.clone().seeing(HOME=str(home))


def test_a_stranger_stages_from_the_pointer_without_a_listing(lab: Lab, public: Remote) -> None:
    other = stranger(over(lab, public, OBJECTS))
    other.storage("stage", "--all")

    assert other.files() == OBJECTS


def test_a_stranger_who_wants_a_listing_is_told_whose_it_is(lab: Lab, public: Remote) -> None:
    other = stranger(over(lab, public, OBJECTS))
    other.storage("sync").fails(128).says("git storage login")


def test_what_has_changed_since_is_not_taken_for_what_was_recorded(
    lab: Lab, public: Remote
) -> None:
    other = stranger(over(lab, public, OBJECTS))
    public.put("m31.fits", b"another")
    other.storage("stage", "--all").fails(1).says("m31.fits")

    assert other.files() == {"deep/m33.fits": b"two two"}
