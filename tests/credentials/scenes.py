"""Storages on servers that want credentials, as a user meets them on the command line."""

from __future__ import annotations

from tests.credentials.keychain import Keychain, keychain
from tests.lab import Lab
from tests.servers import Bucket

SECRET = "hush-hush-hush"


def with_keychain(lab: Lab) -> Keychain:
    """A keychain that git is configured with."""
    made = keychain(lab.root / "keychain")
    lab.git("config", "--global", "credential.helper", str(made.program))
    return made


def url(bucket: Bucket) -> str:
    """The bucket, in one word."""
    return f"s3://{bucket.server.endpoint.removeprefix('http://')}/{bucket.name}"


def options(bucket: Bucket) -> list[str]:
    """What its URL does not say."""
    return ["--endpoint", bucket.server.endpoint]


def approved(bucket: Bucket) -> str:
    """The name by which it is approved."""
    return f"{url(bucket)} at {bucket.server.endpoint}"


def fields(bucket: Bucket) -> str:
    """Its keys as `login --stdin` takes them."""
    server = bucket.server
    return f"access={server.access_key}\nsecret={server.secret_key}\n"
