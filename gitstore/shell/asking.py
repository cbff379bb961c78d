"""Asking a storage for single objects, several at a time."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from gitstore.core.versions import Version
from gitstore.shell.binding import Binding


def current(binding: Binding, paths: Iterable[str]) -> dict[str, Version | None]:
    """What the storage holds of these objects now, by path; None where it holds nothing.

    Raises:
        StoreError: an answer is missing; nothing may be concluded from the others.
    """
    asked = list(paths)
    if not asked:
        return {}
    store = binding.store()
    with ThreadPoolExecutor(min(store.abilities().parallel, len(asked))) as threads:
        found = threads.map(store.stat, [binding.key(path) for path in asked])
        return dict(zip(asked, found, strict=True))
