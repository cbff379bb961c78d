"""Which keys reach exactly their object."""

from __future__ import annotations

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3_obstore import obstore_can_spell
from gitstore.core.errors import (
    Unsupported,
)
from tests.servers import Bucket
from tests.stores.opening import s3_store


@pytest.mark.parametrize(
    ("key", "spelled"),
    [
        ("a/b c%20+#?", True),
        ("...", True),
        ("a/...b", True),
        ("caf\u00e9", True),
        ("\u0085", True),
        ("/lead", False),
        ("folder/", False),
        ("a//b", False),
        ("a/./b", False),
        ("..", False),
        ("new\nline", False),
        ("\x7f", False),
        ("\t", False),
    ],
)
def test_obstore_reaches_exactly_the_keys_that_it_is_said_to_spell(
    bucket: Bucket, key: str, spelled: bool
) -> None:
    import obstore

    bucket.put(key, b"the right one")
    try:
        got = bytes(obstore.get(s3_store(bucket).connection.obstore(), key).bytes())
    except (FileNotFoundError, ValueError):
        got = b""

    assert (got == b"the right one") is spelled
    assert obstore_can_spell(key) is spelled


def test_a_key_that_s3_cannot_hold_is_unsupported(bucket: Bucket) -> None:
    store = s3_store(bucket)
    for key in ("", "a\0b", "\ud800"):
        with pytest.raises(Unsupported):
            store.write(key, BytesSource(b""), None)
