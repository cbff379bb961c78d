"""Asking a storage whether it holds the bytes that a pointer promises."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from gitstore.core.errors import StorageError
from gitstore.core.store import Store
from gitstore.core.versions import Same, Version, compare, enriched, merged
from gitstore.shell.binding import Binding
from gitstore.shell.evidence import LIMIT
from gitstore.shell.survey import listing
from gitstore.shell.transfer.pool import each

_WORTH_A_LISTING = 64  # above so many objects, pages of a thousand cost less than questions


def not_held(binding: Binding, promises: Mapping[str, Version]) -> dict[str, str]:
    """The promises that the storage does not keep, each with the reason.

    What no identifier tells is read and hashed, if it is small; what is learnt becomes a fact.

    Args:
        binding: the data path and its two ends.
        promises: pointer entries without place ids, by object path.

    Raises:
        StoreError: the storage cannot be listed.
    """
    if not promises:
        return {}
    store = binding.store()
    keys = {path: binding.key(path) for path in promises}
    facts = binding.facts.for_keys(binding.source, keys.values())
    many = len(promises) > _WORTH_A_LISTING
    listed = listing(binding, promises.__contains__)[0] if many else None

    def reason(path: str) -> tuple[str | None, Version | None]:
        found = store.stat(keys[path]) if listed is None else listed.get(path)
        known = enriched(found, facts.get(keys[path], ()))
        return _compared(store, keys[path], promises[path], known)

    reasons: dict[str, str] = {}
    learnt: dict[str, Version] = {}
    for batch in each(reason, promises, min(len(promises), store.abilities().parallel)):
        for path, answer in batch:
            if isinstance(answer, StorageError):
                reasons[path] = answer.message
                continue
            why, fact = answer
            if why is not None:
                reasons[path] = why
            if fact is not None:
                learnt[keys[path]] = fact
    if learnt:
        binding.facts.add(binding.source, learnt)
    return {path: reasons[path] for path in promises if path in reasons}


def _compared(
    store: Store, key: str, promise: Version, found: Version | None
) -> tuple[str | None, Version | None]:
    """Why the promise is not kept, or None; and what was learnt of the object, or None."""
    if found is None:
        return "is not on the storage", None
    same, fact = compare(promise, found), None
    if same is Same.UNKNOWN and found.size <= LIMIT:
        fact = merged(found, _hashed(store, key, found))
        same = compare(promise, fact)
    if same is Same.EQUAL:
        return None, fact
    if same is Same.UNKNOWN:
        return "is on the storage, but whether with these bytes is not known", fact
    return "is on the storage with other bytes", fact


def _hashed(store: Store, key: str, found: Version) -> Version:
    sha256 = hashlib.sha256()
    for chunk in store.read(key, found).chunks:
        sha256.update(chunk)
    return Version(found.size, (f"sha256:{sha256.hexdigest()}",))
