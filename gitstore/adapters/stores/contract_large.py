"""The promises that only show with many objects or large ones."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract import made, promise, refuses
from gitstore.core.store import Span, Store
from gitstore.core.versions import equal

_MANY = 2_500
_LARGE = 40 << 20


def listing_is_complete(store: Store, prefix: str, many: int) -> None:
    """Require that so many objects of our own are each listed once.

    Raises:
        ContractBroken: they are not.
    """
    keys = [f"{prefix}{number % 7}/{number:05d}" for number in range(many)]
    with ThreadPoolExecutor(store.abilities().parallel) as pool:
        list(pool.map(lambda key: made(store, key, b""), keys))
    listed = [found.key for found in store.list(prefix)]
    promise(len(listed) == len(set(listed)), "the listing gives an object twice")
    promise(sorted(listed) == sorted(keys), f"{len(listed)} of {many} objects are listed")


def _a_listing_of_several_pages_is_complete(store: Store, prefix: str) -> None:
    listing_is_complete(store, prefix, _MANY)


def _an_object_of_several_parts_is_one_object(store: Store, prefix: str) -> None:
    block = hashlib.sha256(prefix.encode()).digest() * 4096
    data = b"".join(bytes([number % 251]) + block[1:] for number in range(_LARGE // len(block)))
    key = prefix + "large"
    first = store.write(key, BytesSource(data), None)
    listed = next(iter(store.list(key))).version
    promise(equal(first, listed), f"{listed} is not recognised as what was written: {first}")
    digest = hashlib.sha256()
    for chunk in store.read(key, first).chunks:
        digest.update(chunk)
    promise(digest.digest() == hashlib.sha256(data).digest(), "other bytes came back")
    middle = b"".join(store.read(key, first, Span(1 << 20, 3 << 20)).chunks)
    promise(middle == data[1 << 20 : 3 << 20], "a span of a large object came back different")
    refuses(lambda: store.write(key, BytesSource(data), None), "creating a large object again")
    second = store.write(key, BytesSource(data[::-1]), first)
    refuses(lambda: store.write(key, BytesSource(data), first), "replacing an older large object")
    store.delete(key, second)


CHECKS = (
    _a_listing_of_several_pages_is_complete,
    _an_object_of_several_parts_is_one_object,
)
