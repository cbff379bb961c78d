"""No redirect carries a secret to another host, whatever is asked of whichever storage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.registry import StorePlace, open_store
from gitstore.adapters.stores.web_hosts import leads_inward
from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    Keys,
    Password,
    SharedAccess,
    Token,
)
from gitstore.core.errors import StoreError, Unreachable
from gitstore.core.store import Store
from gitstore.core.versions import version
from tests.stores.faults import Faulty, answer, answering

_SECRETS = ("hush", "aHVzaA==")
_KINDS: list[tuple[str, Credentials]] = [
    ("s3", Keys("AKID", "hush")),
    ("s3", Keys("AKID", "hush", "hush-token")),
    ("gcs", Token("hush")),
    ("azure", AccountKey("sky", "aHVzaA==")),
    ("azure", SharedAccess("sv=1&sig=hush")),
    ("azure", Token("hush")),
    ("webdav", Password("ada", "hush")),
    ("webdav", Token("hush")),
    ("http", Token("hush")),
]
_HELD = version(3, {"etag": "abc", "generation": "1"})
_ACTS: dict[str, Callable[[Store], object]] = {
    "list": lambda store: list(store.list("")),
    "stat": lambda store: store.stat("a"),
    "read": lambda store: list(store.read("a", None).chunks),
    "create": lambda store: store.write("a", BytesSource(b"mine"), None),
    "delete": lambda store: store.delete("a", _HELD),
}


def opened(provider: str, server: Faulty, credentials: Credentials | None) -> Store:
    place = StorePlace(
        provider,
        f"{provider}://here/sky",
        endpoint=server.url,
        container="sky",
        region="us-east-1",
        account="sky" if provider == "azure" else None,
    )
    return open_store(place, lambda: credentials)


@pytest.mark.parametrize("act", _ACTS)
@pytest.mark.parametrize(("provider", "credentials"), _KINDS)
def test_a_redirect_takes_no_secret_along(
    provider: str, credentials: Credentials, act: str
) -> None:
    answered = answer(200, b"abc", etag='"abc"', last_modified="Sat, 21 Nov 2026 10:00:00 GMT")
    with answering(answered) as other:
        # S3's own are these two; after the others it is asked again and again, at length.
        statuses = (301, 307) if provider == "s3" else (301, 302, 303, 307, 308)
        for status in statuses:
            moved = answer(status, location=f"{other.url}/b")
            with answering(moved) as server, suppress(StoreError):
                _ACTS[act](opened(provider, server, credentials))
            assert server.asked or provider == "http"  # which can only be read

    for asked in other.asked:
        said = f"{asked.path} {asked.headers}"
        assert "authorization" not in asked.headers
        assert not [secret for secret in _SECRETS if secret in said]
        assert asked.body == b""


def test_a_server_that_redirects_everything_is_an_error_of_ours() -> None:
    with answering(answer(301, location="/sky/a")) as server:
        store = opened("s3", server, Keys("AKID", "hush"))
        with pytest.raises(StoreError):
            store.delete("a", _HELD)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("host", "before"),
    [
        ("169.254.169.254", "93.184.216.34"),
        ("169.254.169.254", "127.0.0.1"),
        ("fe80::1", "10.0.0.1"),
        ("127.0.0.1", "93.184.216.34"),
        ("localhost", "93.184.216.34"),
        ("::ffff:127.0.0.1", "93.184.216.34"),
        ("2002:7f00:1::", "93.184.216.34"),
        ("::", "93.184.216.34"),
        ("10.1.2.3", "93.184.216.34"),
        ("100.64.0.1", "93.184.216.34"),
        ("fd00::1", "93.184.216.34"),
        ("127.0.0.1", "10.0.0.1"),
    ],
)
def test_nobody_far_away_names_a_host_that_is_near(host: str, before: str) -> None:
    assert leads_inward(host, before)


@pytest.mark.parametrize(
    ("host", "before"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("93.184.216.34", "10.0.0.1"),
        ("10.0.0.2", "10.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("no-such-host.invalid", "93.184.216.34"),
    ],
)
def test_hosts_of_one_kind_may_name_one_another(host: str, before: str) -> None:
    assert not leads_inward(host, before)


def test_a_redirect_to_a_machines_own_data_is_not_followed() -> None:
    moved = answer(302, location="http://169.254.169.254/latest/meta-data/")
    with answering(moved) as server, pytest.raises(Unreachable, match="not on the internet"):
        opened("http", server, None).read("a", None)
