"""Putting an old version of an object back on the storage, over what an operation made of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.tree import Incoming
from gitstore.core.errors import Unsupported
from gitstore.core.model import Action, Kind, State
from gitstore.core.store import Source, Store
from gitstore.core.versions import Version, content_only, equal, merged
from gitstore.shell.binding import Binding
from gitstore.shell.transfer.download import Fetched, bring

_ISSUED = ("generation", "version")


def is_same_write(one: Version | None, other: Version | None) -> bool:
    """Whether two versions are of one write, as far as the storage tells writes apart.

    The same bytes written again by somebody are another write.
    """
    if one is None or other is None or not equal(one, other):
        return False
    numbers = [(one.get(kind), other.get(kind)) for kind in _ISSUED]
    return all(a == b for a, b in numbers if a is not None and b is not None)


def kept_version(store: Store, key: str, wanted: Version) -> Version | None:
    """The version with these bytes that the storage can still give, or None.

    Raises:
        StoreError: the storage cannot be asked.
    """
    try:
        return next((v for v in store.versions(key) if equal(v, wanted)), None)
    except Unsupported:
        return None


def put_back(binding: Binding, path: str, kept: Version, now: Version | None) -> Version:
    """Write a kept version's bytes as the current object, and say which version that made.

    Args:
        path: the object.
        kept: as `kept_version` found it.
        now: the version that this replaces; None creates and never replaces.

    Raises:
        Refused: somebody else wrote meanwhile.
        StoreError: the bytes cannot be had, or cannot be written.
    """
    action = Action(Kind.FETCH, "put back", "F1", State(path, pointer=kept))
    fetched = bring(binding, action, lambda _: None)
    with _source(fetched) as source:
        made = binding.store().write(binding.key(path), source, now)
    return merged(made, content_only(fetched.version))


@contextmanager
def _source(fetched: Fetched) -> Iterator[Source]:
    if not isinstance(fetched.content, Incoming):
        yield BytesSource(fetched.content)
        return
    try:
        yield _TemporaryFile(fetched.content, fetched.version)
    finally:
        fetched.content.discard()


@dataclass(frozen=True, slots=True)
class _TemporaryFile:
    """The `Source` whose bytes are in a temporary file of our own, closed and verified."""

    incoming: Incoming
    version: Version

    @property
    def size(self) -> int:
        """In bytes."""
        return self.version.size

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal."""
        return self.version.sha256

    def open(self) -> BinaryIO:
        """A new stream at the first byte."""
        entry = self.incoming.entry
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(entry.name, flags, dir_fd=entry.directory), "rb")
