"""What is special about Google Cloud Storage: generations, resumable uploads, lost answers."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.gcs import GcsStore, open_store
from gitstore.adapters.stores.gcs_writing import SMALL
from gitstore.adapters.stores.probe import probe
from gitstore.core.credentials import Keys, ServiceAccount, Token
from gitstore.core.errors import (
    Changed,
    Corrupt,
    Missing,
    NoCredentials,
    Refused,
    Unreachable,
    Unsupported,
)
from gitstore.core.store import Conditional, Span
from gitstore.core.versions import Version, equal
from tests.cloud_servers import GcsBucket
from tests.faults import Fault, Network, network
from tests.servers import free_port
from tests.stores.cloud_opening import gcs_place, gcs_store

LARGE = bytes(range(256)) * (SMALL // 256) + b"and more"


@pytest.fixture
def way(gcs_bucket: GcsBucket) -> Iterator[Network]:
    """A network between us and the bucket's server."""
    with network(gcs_bucket.endpoint) as way:
        yield way


def over(way: Network, bucket: GcsBucket) -> GcsStore:
    return open_store(replace(gcs_place(bucket), endpoint=way.endpoint), lambda: None)


def bytes_of(store: GcsStore, key: str, expect: Version | None = None) -> bytes:
    return b"".join(store.read(key, expect).chunks)


def test_what_the_server_enforces_is_measured(gcs_bucket: GcsBucket) -> None:
    found = probe(gcs_store(gcs_bucket))

    # The emulator looks at conditions of uploads, not at those of deletions.
    assert (found.create, found.swap) == (Conditional.ENFORCED, Conditional.ENFORCED)
    assert found.erase is Conditional.IGNORED
    assert not found.versions
    assert gcs_bucket.contents() == {}


def test_a_bucket_that_keeps_versions_is_recognised(versioned_gcs_bucket: GcsBucket) -> None:
    assert probe(gcs_store(versioned_gcs_bucket)).versions


def test_an_object_is_named_by_generation_and_checksums(gcs_bucket: GcsBucket) -> None:
    generation = gcs_bucket.put("a", b"hello")
    (found,) = gcs_store(gcs_bucket).list("")

    assert found.version == Version(
        5,
        (
            "md5:5d41402abc4b2a76b9719d911017c592",
            "crc32c:9a71bb4c",
            f"generation:{generation}",
        ),
    )


def test_an_old_version_is_read_by_its_generation(versioned_gcs_bucket: GcsBucket) -> None:
    store = gcs_store(versioned_gcs_bucket)
    first = store.write("a", BytesSource(b"first"), None)
    store.delete("a", store.write("a", BytesSource(b"second"), first))

    assert store.stat("a") is None
    assert bytes_of(store, "a", first) == b"first"
    assert b"".join(store.read("a", first, Span(1, 3)).chunks) == b"ir"
    assert [version.size for version in store.versions("a")] == [6, 5]
    with pytest.raises(Missing, match="any more"):
        store.read("a", Version(5, ("generation:17",)))


def test_deleting_never_destroys_history(versioned_gcs_bucket: GcsBucket) -> None:
    store = gcs_store(versioned_gcs_bucket)
    only = store.write("a", BytesSource(b"first"), None)
    store.delete("a", only)

    assert [equal(version, only) for version in store.versions("a")] == [True]


def test_no_request_names_a_generation_to_delete(gcs_bucket: GcsBucket, way: Network) -> None:
    store = over(way, gcs_bucket)
    store.delete("a", store.write("a", BytesSource(b"one"), None))

    (asked,) = [path for method, path, _ in way.requests if method == "DELETE"]
    assert "ifGenerationMatch=" in asked
    assert "generation=" not in asked


def test_a_large_object_whose_answer_was_lost_is_found(gcs_bucket: GcsBucket, way: Network) -> None:
    way.spoil(Fault.LOST, "PUT")
    store = over(way, gcs_bucket)

    assert equal(store.write("a", BytesSource(LARGE), None), store.stat("a"))


def test_an_upload_that_breaks_off_again_and_again_is_given_up(
    gcs_bucket: GcsBucket, way: Network
) -> None:
    way.spoil(Fault.BUSY, "PUT", times=50)
    with pytest.raises(Unreachable):
        over(way, gcs_bucket).write("a", BytesSource(LARGE), None)
    assert gcs_bucket.contents() == {}


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BUSY])
def test_a_create_whose_answer_was_lost_is_found(
    gcs_bucket: GcsBucket, way: Network, fault: Fault
) -> None:
    way.spoil(fault, "POST")
    store = over(way, gcs_bucket)

    assert equal(store.write("a", BytesSource(b"one"), None), store.stat("a"))


def test_a_replacement_whose_answer_was_lost_is_found(gcs_bucket: GcsBucket, way: Network) -> None:
    store = over(way, gcs_bucket)
    first = store.write("a", BytesSource(b"one"), None)
    way.spoil(Fault.LOST, "POST")

    assert equal(store.write("a", BytesSource(b"two"), first), store.stat("a"))


def test_a_lost_answer_does_not_hide_that_somebody_else_was_faster(
    gcs_bucket: GcsBucket, way: Network
) -> None:
    gcs_bucket.put("a", b"theirs")
    way.spoil(Fault.LOST, "POST")
    with pytest.raises(Refused):
        over(way, gcs_bucket).write("a", BytesSource(b"ours!!"), None)
    assert gcs_bucket.get("a") == b"theirs"


def test_a_deletion_whose_answer_was_lost_was_done(gcs_bucket: GcsBucket, way: Network) -> None:
    store = over(way, gcs_bucket)
    only = store.write("a", BytesSource(b"one"), None)
    way.spoil(Fault.LOST, "DELETE")
    store.delete("a", only)

    assert gcs_bucket.contents() == {}


def test_a_body_that_breaks_off_is_fetched_on(gcs_bucket: GcsBucket, way: Network) -> None:
    gcs_bucket.put("a", LARGE)
    way.spoil(Fault.CUT, "GET", "alt=media", times=2)

    assert bytes_of(over(way, gcs_bucket), "a") == LARGE


def test_a_body_that_always_breaks_off_is_unreachable(gcs_bucket: GcsBucket, way: Network) -> None:
    gcs_bucket.put("a", LARGE)
    way.spoil(Fault.CUT, "GET", "alt=media", times=50)
    with pytest.raises(Unreachable):
        bytes_of(over(way, gcs_bucket), "a")


def test_a_listing_that_breaks_off_is_asked_for_again(gcs_bucket: GcsBucket, way: Network) -> None:
    gcs_bucket.put("a", b"one")
    way.spoil(Fault.CUT, "GET", "/o?")
    way.spoil(Fault.BUSY, "GET", "/o?")

    assert [found.key for found in over(way, gcs_bucket).list("")] == ["a"]


def test_a_listing_that_always_fails_is_an_error(gcs_bucket: GcsBucket, way: Network) -> None:
    way.spoil(Fault.BUSY, "GET", "/o?", times=50)
    with pytest.raises(Unreachable):
        list(over(way, gcs_bucket).list(""))


def test_a_server_that_nobody_runs_is_unreachable(gcs_bucket: GcsBucket) -> None:
    place = replace(gcs_place(gcs_bucket), endpoint=f"http://127.0.0.1:{free_port()}")
    store = open_store(place, lambda: None)

    for act in (
        lambda: store.stat("a"),
        lambda: list(store.list("")),
        lambda: store.write("a", BytesSource(b""), None),
        lambda: store.delete("a", Version(0, ("generation:1",))),
    ):
        with pytest.raises(Unreachable):
            act()


def test_a_missing_bucket_is_missing_not_empty(gcs_bucket: GcsBucket) -> None:
    store = open_store(replace(gcs_place(gcs_bucket), container="no-such-bucket"), lambda: None)

    with pytest.raises(Missing, match="no such bucket"):
        list(store.list(""))
    with pytest.raises(Missing):
        store.write("a", BytesSource(b""), None)


def test_a_file_that_shrinks_while_it_is_sent_is_not_written(gcs_bucket: GcsBucket) -> None:
    class Shrinking(BytesSource):
        @property
        def size(self) -> int:
            return len(self.data) + 1

    for data in (b"small", LARGE):
        with pytest.raises(Changed):
            gcs_store(gcs_bucket).write("a", Shrinking(data), None)
    assert gcs_bucket.contents() == {}


def test_bytes_that_change_between_the_looks_are_noticed(gcs_bucket: GcsBucket) -> None:
    class Changing(BytesSource):
        def open(self) -> BinaryIO:
            stream = super().open()
            object.__setattr__(self, "data", self.data[:-1] + b"X")
            return stream

    # Google refuses them by the checksum that goes before; the emulator does not look.
    with pytest.raises(Corrupt):
        gcs_store(gcs_bucket).write("a", Changing(LARGE), None)


def test_an_object_that_is_stored_compressed_is_read_as_it_is_stored(
    gcs_bucket: GcsBucket,
) -> None:
    packed = gzip.compress(b"text " * 100)
    path = f"/upload/storage/v1/b/{gcs_bucket.name}/o"
    gcs_bucket.server.ask(
        "POST", path, packed, uploadType="media", name="a", contentEncoding="gzip"
    )
    store = gcs_store(gcs_bucket)

    assert bytes_of(store, "a", store.stat("a")) == packed


def test_keys_that_google_has_not_are_unsupported(gcs_bucket: GcsBucket) -> None:
    store = gcs_store(gcs_bucket)
    for key in (
        "",
        ".",
        "..",
        "a\rb",
        "a\nb",
        "x" * 1025,
        ".well-known/acme-challenge/x",
        "\ud800",
    ):
        with pytest.raises(Unsupported):
            store.stat(key)


def test_a_token_is_sent_and_asked_for_when_it_is_needed(
    gcs_bucket: GcsBucket, way: Network
) -> None:
    asked: list[int] = []

    def source() -> Token:
        asked.append(1)
        return Token("hush")

    place = replace(gcs_place(gcs_bucket), endpoint=way.endpoint)
    store = open_store(place, source)
    assert asked == []
    list(store.list(""))
    store.stat("a")
    assert asked == [1]
    assert way.authorizations == ["Bearer hush"] * 2


@pytest.mark.parametrize("found", [Keys("A", "hush"), ServiceAccount('{"x": "hush"}')])
def test_credentials_that_google_cannot_use_are_said(
    gcs_bucket: GcsBucket, found: Keys | ServiceAccount
) -> None:
    with pytest.raises(NoCredentials) as caught:
        open_store(gcs_place(gcs_bucket), lambda: found).stat("a")

    assert "hush" not in str(caught.value)


_OPEN = """
import sys
from gitstore.adapters.stores.registry import StorePlace, open_store
place = StorePlace("gcs", "gs://x", endpoint=sys.argv[1], container=sys.argv[2])
store = open_store(place, lambda: None)
assert not {"urllib3", "google", "gcsfs", "aiohttp", "requests"} & set(sys.modules)
sys.stdout.buffer.write(b"".join(store.read("a", None).chunks))
assert not {"google", "gcsfs", "aiohttp", "requests", "fsspec"} & set(sys.modules)
"""


def test_opening_imports_nothing_and_reading_no_sdk(gcs_bucket: GcsBucket) -> None:
    gcs_bucket.put("a", b"small")
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, gcs_bucket.endpoint, gcs_bucket.name],
        capture_output=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (b"small", b"")
