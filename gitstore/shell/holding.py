"""Asking a storage whether it holds the bytes that a pointer promises."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from gitstore.core.errors import Denied, StorageError
from gitstore.core.store import Store
from gitstore.core.versions import Same, Version, compare, enriched, merged
from gitstore.shell.binding import Binding
from gitstore.shell.evidence import LIMIT
from gitstore.shell.survey import listing
from gitstore.shell.transfer.pool import Lane, each

_WORTH_A_LISTING = 64  # above so many objects, pages of a thousand cost less than questions


@dataclass(frozen=True, slots=True)
class Answers:
    """What a storage says about promises; those that it keeps are in neither.

    Attributes:
        broken: why a promise is not kept, by object path.
        unknown: why that cannot be told, by object path.
    """

    broken: Mapping[str, str]
    unknown: Mapping[str, StorageError]


def asked_for(binding: Binding, promises: Mapping[str, Version]) -> Answers:
    """Ask whether a storage holds what pointers promise.

    What no identifier tells is read and hashed, if it is small; what is learnt becomes a fact.

    Args:
        binding: the data path and its two ends.
        promises: pointer entries without place ids, by object path.

    Raises:
        StorageError: the storage cannot be asked at all.
    """
    if not promises:
        return Answers({}, {})
    store = binding.store()
    keys = {path: binding.key(path) for path in promises}
    facts = binding.facts.for_keys(binding.source, keys.values())
    many = len(promises) > _WORTH_A_LISTING
    listed = listing(binding, promises.__contains__).objects if many else None
    if listed is None:
        # One that does not answer is not waited for once for each object.
        with contextlib.suppress(Denied):  # which may be about this object alone
            store.stat(next(iter(keys.values())))

    def reason(path: str) -> tuple[str | None, Version | None]:
        found = store.stat(keys[path]) if listed is None else listed.get(path)
        known = enriched(found, facts.get(keys[path], ()))
        return _compared(store, keys[path], promises[path], known)

    broken: dict[str, str] = {}
    unknown: dict[str, StorageError] = {}
    learnt: dict[str, Version] = {}
    lane = Lane(promises, min(len(promises), store.abilities().parallel))
    for batch in each(reason, lane):
        for path, answer in batch:
            if isinstance(answer, StorageError):
                unknown[path] = answer
                continue
            why, fact = answer
            if why is not None:
                broken[path] = why
            if fact is not None:
                learnt[keys[path]] = fact
    if learnt:
        binding.facts.add(binding.source, learnt)
    return Answers(
        {path: broken[path] for path in promises if path in broken},
        {path: unknown[path] for path in promises if path in unknown},
    )


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
