"""The promises about keys: each is stored exactly, or Unsupported; never is another one touched."""

from __future__ import annotations

from contextlib import suppress

from gitstore.adapters.stores.contract import (
    bytes_of,
    made,
    made_or_unsupported,
    promise,
)
from gitstore.core.errors import Missing, Unsupported
from gitstore.core.store import Store

ODD_NAMES = (
    "with space",
    " lead",
    "trail ",
    "100%",
    "a%2Fb",
    "plus+plus",
    "hash#hash",
    "query?a=b&c=d",
    "new\nline",
    "carriage\rreturn",
    "tab\tbed",
    "bell\x07",
    "delete\x7f",
    "quote\"'quote",
    "back\\slash",
    "<xml>&amp;",
    "-dash",
    "~tilde",
    "$dollar;semi,comma:colon=equal@at!bang*star(paren)",
    "[bracket]{brace}|pipe^caret`tick",
    "x" * 255,
    "caf\u00e9",
    "cafe\u0301",
    "\U0001f52d",
    "\u202eright to left",
    "double//slash",
    "dot/./dot",
    "up/../up",
    "folder/",
    "...",
    ".hidden",
)
"""Keys that storages, SDKs and file systems are known to change or to refuse."""


def _an_odd_key_is_stored_exactly_or_unsupported(store: Store, prefix: str) -> None:
    kept = {}
    for number, name in enumerate(ODD_NAMES):
        data = f"{number}".encode()
        if made_or_unsupported(store, prefix + name, data) is not None:
            kept[prefix + name] = data
    listed = {found.key: found.version for found in store.list(prefix)}
    promise(
        sorted(listed) == sorted(kept),
        f"written but not listed: {sorted(kept.keys() - listed.keys())};"
        f" listed but not written: {sorted(listed.keys() - kept.keys())}",
    )
    for key, data in kept.items():
        promise(bytes_of(store, key, listed[key]) == data, f"{key!r} holds other bytes")
        promise(store.stat(key) is not None, f"{key!r} is listed, but stat does not find it")
        store.delete(key, listed[key])
        promise(store.stat(key) is None, f"{key!r} was deleted, but is there")


def _a_key_that_differs_in_slashes_is_another_key(store: Store, prefix: str) -> None:
    plain = prefix + "dir/name"
    made(store, plain, b"plain")
    names = ("dir//name", "dir/./name", "dir/x/../name", "dir/name/", "/dir/name", "dir/name/.")
    for name in names:
        with suppress(Unsupported):
            promise(store.stat(prefix + name) is None, f"{name!r} is there without being written")
        with suppress(Unsupported, Missing):
            bytes_of(store, prefix + name)
            promise(False, f"{name!r} can be read without being written")
        made_or_unsupported(store, prefix + name, name.encode())
        promise(bytes_of(store, plain) == b"plain", f"writing {name!r} changed 'dir/name'")


def _an_object_beside_a_prefix_of_the_same_name(store: Store, prefix: str) -> None:
    made(store, prefix + "a", b"the object")
    below = made_or_unsupported(store, prefix + "a/b", b"below it")
    promise(bytes_of(store, prefix + "a") == b"the object", "writing 'a/b' changed 'a'")
    if below is not None:
        promise(bytes_of(store, prefix + "a/b") == b"below it", "'a/b' holds other bytes")


def _a_prefix_is_never_a_pattern(store: Store, prefix: str) -> None:
    made(store, prefix + "a", b"")
    for pattern in ("*", "?", "[a]", "a*", "../", "./", "/"):
        listed = [found.key for found in store.list(prefix + pattern)]
        promise(listed == [], f"the prefix {pattern!r} lists {listed}")


CHECKS = (
    _an_odd_key_is_stored_exactly_or_unsupported,
    _a_key_that_differs_in_slashes_is_another_key,
    _an_object_beside_a_prefix_of_the_same_name,
    _a_prefix_is_never_a_pattern,
)
