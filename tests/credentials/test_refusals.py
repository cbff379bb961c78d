"""Credentials that are missing or wrong: asked for once, refused once, and no matter to others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest

from gitstore.adapters.stores.registry import StorePlace, open_store
from gitstore.core.credentials import Credentials, Keys, Token
from gitstore.core.errors import StoreError
from gitstore.core.store import Store
from tests.commands.terminal import on_a_terminal
from tests.credentials.keychain import Keychain
from tests.credentials.scenes import approved, fields, options, url, with_keychain
from tests.lab import Lab, approving
from tests.servers import Bucket
from tests.stores.faults import Faulty, answer, answering

_UNKNOWN = b"<Error><Code>InvalidAccessKeyId</Code><Message>hush</Message></Error>"
_POINTER = "git-storage pointer 1\nfrom {source}\n" + "".join(
    f"{name}.fits\t3\tetag:abc\n" for name in "abcdefgh"
)


@pytest.fixture
def chain(lab: Lab) -> Keychain:
    return with_keychain(lab)


@pytest.fixture
def refusing() -> Iterator[Faulty]:
    """A server that knows nobody."""
    with answering(answer(403, _UNKNOWN)) as server:
        yield server


def two_storages(lab: Lab, server: Faulty) -> Lab:
    """A project with two data paths on a server and one in a directory; all are approved."""
    host = server.url.removeprefix("http://")
    lab.bucket.put("m31.fits", b"one")
    lab.storage("add", "near", "../bucket", "--to", "near")
    lab.write(
        ".storage.yaml",
        lab.read(".storage.yaml").replace(
            b"data:\n",
            f"  far:\n    url: s3://sky\n    endpoint: {server.url}\ndata:\n".encode(),
        )
        + b"  far/a:\n    storage: far\n    prefix: a/\n    access: read\n"
        + b"  far/b:\n    storage: far\n    prefix: b/\n    access: read\n",
    )
    for name in "ab":
        source = f"s3://{host}/sky/{name}/"
        lab.write(f"far/{name}.storage", _POINTER.format(source=source).encode())
    known = lab.environment["GIT_STORAGE_TRUST_WRITE"].split("\n")
    return lab.seeing(**approving(*known, f"s3://{host}/sky at {server.url}"))


def store_wrong_keys(lab: Lab, server: Faulty) -> None:
    host = server.url.removeprefix("http://")
    fill = f"protocol=s3\nhost={host}\npath=sky\nusername=AKIDSTORED\npassword=hush\n\n"
    lab.run("git", "credential", "approve", tell=fill)


def test_a_refused_storage_is_not_asked_again_and_the_others_go_on(
    lab: Lab, chain: Keychain, refusing: Faulty
) -> None:
    on = two_storages(lab, refusing)
    store_wrong_keys(on, refusing)

    on.storage("stage", "--all").fails(1).says(
        "does not accept the credentials (access key AKIDSTORED, stored with git's credential"
        " helper): the access key is not known there",
        "git storage login far",
    ).never_says("hush")
    assert on.files("near") == {"m31.fits": b"one"}
    assert len(refusing.asked) == 1


def test_credentials_that_are_missing_are_said_to_be_missing(lab: Lab, refusing: Faulty) -> None:
    on = two_storages(lab, refusing)

    on.storage("stage", "--all").fails(1).says("none are known for it", "git storage login far")
    assert on.files("near") == {"m31.fits": b"one"}
    assert len(refusing.asked) == 1


_DENIED = answer(403, b"<Error><Code>AccessDenied</Code></Error>")


def test_one_object_that_is_denied_to_strangers_does_not_stop_the_others(lab: Lab) -> None:
    given = answer(200, b"abc", etag='"abc"')
    with answering(_DENIED, given) as server:
        on = two_storages(lab, server)
        on.storage("stage", "--all").fails(1).says("far/a: 7 objects fetched", "far/b: 8 objects")


def test_a_bucket_that_is_denied_to_strangers_is_not_asked_for_each_object(lab: Lab) -> None:
    with answering(_DENIED) as server:
        on = two_storages(lab, server)
        on.storage("stage", "--all").fails(1).says("none are known for it", "near: 1 object")
    assert len(server.asked) == 3


def test_who_refuses_to_sign_in_is_not_asked_again(lab: Lab, refusing: Faulty) -> None:
    on = two_storages(lab, refusing)
    done = on_a_terminal(on, "stage", "--all")

    assert done.said.count("Access key") == 1
    assert on.files("near") == {"m31.fits": b"one"}


def test_somebody_at_a_terminal_is_asked_once_and_what_works_is_kept(
    lab: Lab, bucket: Bucket, chain: Keychain
) -> None:
    for name in ("a.fits", "b.fits"):
        bucket.put(name, name.encode())
    on = lab.seeing(**approving(approved(bucket)))
    on.storage("login", "--stdin", url(bucket), *options(bucket), tell=fields(bucket))
    on.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    on.storage("logout", "survey")
    server = bucket.server
    typed = f"{server.access_key}\n{server.secret_key}\n\n"
    done = on_a_terminal(on, "stage", "--all", typed=typed)

    assert done.code == 0, done.said
    assert done.said.count("Access key") == 1
    assert f"survey: {url(bucket)}" in done.said or "survey: s3://" in done.said
    assert on.files() == {"a.fits": b"a.fits", "b.fits": b"b.fits"}
    assert server.secret_key in chain.kept()
    on.storage("status", "--remote")


def test_what_was_typed_and_makes_no_sense_is_asked_for_once(lab: Lab, refusing: Faulty) -> None:
    on = two_storages(lab, refusing)
    done = on_a_terminal(on, "stage", "--all", typed="AKID\nhush\na token\nsoon\n")

    assert done.said.count("Access key") == 1
    assert "the time of expiry is not a time with its zone" in done.said
    assert len(refusing.asked) == 1


def test_what_was_typed_and_is_refused_ends_the_attempts(lab: Lab, refusing: Faulty) -> None:
    on = two_storages(lab, refusing)
    chain = with_keychain(on)
    done = on_a_terminal(on, "stage", "--all", typed="AKID\nhush\n\n" * 4)

    assert done.said.count("Access key") == 1
    assert len(refusing.asked) == 2
    assert chain.kept() == ""


def soon(provider: str, server: Faulty, given: list[Credentials]) -> Store:
    place = StorePlace(
        provider, "here", endpoint=server.url, container="sky", region="us-east-1", prefix="sky"
    )
    return open_store(place, lambda: given.pop(0))


@pytest.mark.parametrize("provider", ["s3", "gcs", "webdav", "http"])
def test_temporary_credentials_are_renewed_before_they_expire(provider: str) -> None:
    ends = datetime.now(timezone.utc) + timedelta(seconds=30)
    later = ends + timedelta(hours=1)
    secrets = [(f"hush{n}", ends if n < 2 else later) for n in range(3)]
    given: list[Credentials] = [
        Keys(f"AKID{secret}", secret, None, end) if provider == "s3" else Token(secret, end)
        for secret, end in secrets
    ]
    answered = answer(200, b"abc", etag='"abc"', last_modified="Sat, 21 Nov 2026 10:00:00 GMT")
    with answering(answered) as server:
        store = soon(provider, server, given)
        for _ in range(4):
            with suppress(StoreError):
                store.read("a", None)

    assert given == []
    assert "hush2" in server.asked[-1].headers["authorization"]
