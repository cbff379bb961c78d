"""What is special about Azure Blob Storage: blocks, signatures, names, lost answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gitstore.adapters.stores import azure_writing
from gitstore.adapters.stores.azure import AzureStore, open_store
from gitstore.adapters.stores.azure_writing import SMALL
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.probe import probe
from gitstore.core.credentials import AccountKey, Credentials, Keys, SharedAccess, Token
from gitstore.core.errors import (
    Changed,
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    Unreachable,
    Unsupported,
)
from gitstore.core.store import Conditional, Span
from gitstore.core.versions import Version, equal
from tests.cloud_servers import AzureContainer, AzureServer
from tests.faults import Fault, Network, network
from tests.servers import free_port
from tests.stores.cloud_opening import account_key, azure_place, azure_store

LARGE = bytes(range(256)) * (SMALL // 256) + b"and more"


@pytest.fixture
def way(azurite: AzureServer) -> Iterator[Network]:
    """A network between us and the container's server."""
    with network(azurite.endpoint) as way:
        yield way


def over(way: Network, container: AzureContainer) -> AzureStore:
    endpoint = f"{way.endpoint}/{container.server.account}"
    place = replace(azure_place(container), endpoint=endpoint)
    return open_store(place, lambda: account_key(container))


def bytes_of(store: AzureStore, key: str, expect: Version | None = None) -> bytes:
    return b"".join(store.read(key, expect).chunks)


def test_what_the_server_enforces_is_measured(container: AzureContainer) -> None:
    found = probe(azure_store(container))
    enforced = Conditional.ENFORCED

    assert (found.create, found.swap, found.erase) == (enforced, enforced, enforced)
    assert not found.versions
    assert container.contents() == {}


def test_a_blob_is_named_by_its_etag(container: AzureContainer) -> None:
    etag = container.put("a", b"hello")
    store = azure_store(container)

    assert [found.version for found in store.list("")] == [Version(5, (f"etag:{etag}",))]
    assert store.stat("a") == Version(5, (f"etag:{etag}",))


def test_an_account_without_versions_offers_the_current_one(container: AzureContainer) -> None:
    store = azure_store(container)
    store.write("ab", BytesSource(b"not this one"), None)
    first = store.write("a", BytesSource(b"first"), None)
    second = store.write("a", BytesSource(b"second"), first)

    assert list(store.versions("a")) == [second]
    assert list(store.versions("none")) == []


def test_a_blob_of_blocks_is_written_once_or_not_at_all(container: AzureContainer) -> None:
    store = azure_store(container)
    contents = [bytes([number]) * (SMALL + 1) for number in range(4)]

    def create(data: bytes) -> Version | None:
        try:
            return store.write("a", BytesSource(data), None)
        except Refused:
            return None

    with ThreadPoolExecutor(4) as pool:
        won = [made for made in pool.map(create, contents) if made is not None]

    assert len(won) == 1
    assert equal(won[0], store.stat("a"))


def test_a_blob_of_many_blocks_is_the_whole(
    container: AzureContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure_writing, "BLOCK", 1 << 20)
    store = azure_store(container)
    written = store.write("a", BytesSource(LARGE), None)

    assert bytes_of(store, "a", written) == LARGE


def test_a_damaged_block_is_refused_by_the_server(
    container: AzureContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    monkeypatch.setattr(azure_writing, "_md5", lambda _: wrong)
    for data in (b"small", LARGE):
        # Azure calls it Md5Mismatch; the emulator has a less telling name for it.
        with pytest.raises(StoreError):
            azure_store(container).write("a", BytesSource(data), None)
    assert container.contents() == {}


@pytest.mark.parametrize("data", [b"one", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BUSY])
def test_a_create_whose_answer_was_lost_is_found(
    container: AzureContainer, way: Network, fault: Fault, data: bytes
) -> None:
    way.spoil(fault, "PUT", "comp=blocklist" if data is LARGE else "")
    store = over(way, container)

    assert equal(store.write("a", BytesSource(data), None), store.stat("a"))


def test_a_replacement_whose_answer_was_lost_is_found(
    container: AzureContainer, way: Network
) -> None:
    store = over(way, container)
    first = store.write("a", BytesSource(b"one"), None)
    way.spoil(Fault.LOST, "PUT")

    assert equal(store.write("a", BytesSource(b"two"), first), store.stat("a"))


def test_a_block_whose_answer_was_lost_is_sent_again(
    container: AzureContainer, way: Network
) -> None:
    way.spoil(Fault.LOST, "PUT", "comp=block&")
    over(way, container).write("a", BytesSource(LARGE), None)

    assert container.get("a") == LARGE


def test_a_lost_answer_does_not_hide_that_somebody_else_was_faster(
    container: AzureContainer, way: Network
) -> None:
    container.put("a", b"theirs")
    way.spoil(Fault.LOST, "PUT")
    with pytest.raises(Refused):
        over(way, container).write("a", BytesSource(b"ours!!"), None)
    assert container.get("a") == b"theirs"


def test_a_deletion_whose_answer_was_lost_was_done(container: AzureContainer, way: Network) -> None:
    store = over(way, container)
    only = store.write("a", BytesSource(b"one"), None)
    way.spoil(Fault.LOST, "DELETE")
    store.delete("a", only)

    assert container.contents() == {}


def test_a_body_that_breaks_off_is_fetched_on(container: AzureContainer, way: Network) -> None:
    container.put("a", LARGE)
    way.spoil(Fault.CUT, "GET", "/a", times=2)

    assert bytes_of(over(way, container), "a") == LARGE


def test_a_body_that_breaks_off_is_never_mixed_with_another_one(
    container: AzureContainer, way: Network
) -> None:
    container.put("a", LARGE)
    way.spoil(Fault.CUT, "GET", "/a")
    chunks = over(way, container).read("a", None).chunks
    next(chunks)
    container.put("a", LARGE[::-1])
    with pytest.raises(Refused):
        list(chunks)


def test_a_listing_that_breaks_off_is_asked_for_again(
    container: AzureContainer, way: Network
) -> None:
    container.put("a", b"one")
    way.spoil(Fault.CUT, "GET", "comp=list")

    assert [found.key for found in over(way, container).list("")] == ["a"]


def test_a_server_that_nobody_runs_is_unreachable(container: AzureContainer) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/{container.server.account}"
    place = replace(azure_place(container), endpoint=endpoint)
    store = open_store(place, lambda: account_key(container))

    for act in (
        lambda: store.stat("a"),
        lambda: list(store.list("")),
        lambda: store.write("a", BytesSource(b""), None),
        lambda: store.delete("a", Version(0, ("etag:1",))),
    ):
        with pytest.raises(Unreachable):
            act()


def test_a_missing_container_is_missing_not_empty(container: AzureContainer) -> None:
    place = replace(azure_place(container), container="no-such-container")
    store = open_store(place, lambda: account_key(container))

    for act in (
        lambda: list(store.list("")),
        lambda: store.read("a", None),
        lambda: store.write("a", BytesSource(b""), None),
        lambda: store.delete("a", Version(0, ("etag:e",))),
    ):
        with pytest.raises(Missing, match="no such container"):
            act()


def test_a_wrong_key_is_not_accepted(container: AzureContainer) -> None:
    wrong = AccountKey(container.server.account, "bm90IHRoZSBrZXk=")
    store = open_store(azure_place(container), lambda: wrong)

    for act in (
        lambda: list(store.list("")),
        lambda: store.stat("a"),
        lambda: store.read("a", None),
        lambda: store.write("a", BytesSource(b""), None),
    ):
        # Azure calls it AuthenticationFailed; the emulator has a less telling name for it.
        with pytest.raises(Denied) as caught:
            act()
        assert caught.value.hint


def test_a_container_that_is_not_public_asks_who_reads_it(container: AzureContainer) -> None:
    container.put("a", b"one")
    with pytest.raises(StoreError) as caught:
        list(open_store(azure_place(container), lambda: None).list(""))

    assert caught.value.hint == "git storage login NAME"


def test_public_blobs_are_read_without_credentials(azurite: AzureServer) -> None:
    container = azurite.make_public_container()
    container.put("a b", b"public")
    store = open_store(azure_place(container), lambda: None)

    assert bytes_of(store, "a b", store.stat("a b")) == b"public"


def test_a_shared_access_signature_goes_into_the_query(
    container: AzureContainer, way: Network
) -> None:
    signature = container.signature("racwdl")
    place = replace(azure_place(container), endpoint=f"{way.endpoint}/{container.server.account}")
    store = open_store(place, lambda: SharedAccess(signature))
    written = store.write("a b", BytesSource(b"one"), None)

    assert [found.key for found in store.list("")] == ["a b"]
    assert bytes_of(store, "a b", written) == b"one"
    assert way.authorizations == []


@pytest.mark.parametrize(
    "found", [Keys("A", "hush"), AccountKey("devstoreaccount1", "hush!")], ids=["kind", "base64"]
)
def test_credentials_that_azure_cannot_use_are_said(
    container: AzureContainer, found: Credentials
) -> None:
    with pytest.raises(NoCredentials) as caught:
        open_store(azure_place(container), lambda: found).stat("a")

    assert "hush" not in f"{caught.value} {caught.value.__cause__}"


def test_a_token_goes_into_a_header(container: AzureContainer, way: Network) -> None:
    place = replace(azure_place(container), endpoint=f"{way.endpoint}/{container.server.account}")
    with pytest.raises(StoreError):
        open_store(place, lambda: Token("hush")).stat("a")

    assert set(way.authorizations) == {"Bearer hush"}


def test_names_that_azure_would_change_are_unsupported(container: AzureContainer) -> None:
    store = azure_store(container)
    for key in ("", "a/./b", "../a", "a\\b", "a\nb", "a.", "a./b", "x" * 1025, "\ud800", "\x7f"):
        with pytest.raises(Unsupported):
            store.stat(key)
    with pytest.raises(Unsupported):
        store.stat("/".join("a" * 300))


def test_a_file_that_shrinks_while_it_is_sent_is_not_written(container: AzureContainer) -> None:
    class Shrinking(BytesSource):
        @property
        def size(self) -> int:
            return len(self.data) + 1

    for data in (b"small", LARGE):
        with pytest.raises(Changed):
            azure_store(container).write("a", Shrinking(data), None)
    assert container.contents() == {}


def test_reading_behind_the_end_gives_nothing(container: AzureContainer) -> None:
    store = azure_store(container)
    empty = store.write("a", BytesSource(b""), None)

    assert list(store.read("a", empty, Span(0, 5)).chunks) == []


_OPEN = """
import sys
from gitstore.adapters.stores.registry import StorePlace, open_store
place = StorePlace("azure", "azure://x", sys.argv[1], container=sys.argv[2], account="a")
store = open_store(place, lambda: None)
assert not {"urllib3", "azure", "obstore", "requests"} & set(sys.modules)
sys.stdout.buffer.write(b"".join(store.read("a", None).chunks))
assert not {"azure", "obstore", "aiohttp", "requests", "fsspec"} & set(sys.modules)
"""


def test_opening_imports_nothing_and_reading_no_sdk(azurite: AzureServer) -> None:
    container = azurite.make_public_container()
    container.put("a", b"small")
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, container.endpoint, container.name],
        capture_output=True,
        check=False,
    )

    assert (done.stdout, done.stderr.decode()) == (b"small", "")
