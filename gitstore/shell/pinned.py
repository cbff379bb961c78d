"""One recorded version on its storage: any part of it, in any order, and no other version's bytes.

For whatever reads data that is not staged. Every request carries the identity that was recorded.
Where the object has been replaced meanwhile, rule F4 says where its bytes may still be; where they
are nowhere, reading is an error, however much of them has been read before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from threading import Lock

from gitstore.core.errors import Corrupt, Missing, Refused, StoreError, Unreachable
from gitstore.core.store import Span, Store
from gitstore.core.versions import Same, Version, compare, content_only, digested
from gitstore.shell.recorded import is_wanted, nowhere, where_it_may_be

ATTEMPTS = 3  # times that a span is asked for, each with the store's own repetitions
LOOKED_THROUGH = 1 << 30  # bytes up to which an object is read whole to find out whether it is it


Told = Callable[[StoreError], StoreError]


def _as_is(error: StoreError) -> StoreError:
    return error


class Pinned:
    """Reads spans of one recorded version; for several threads.

    Args:
        store: the storage.
        key: the object's.
        wanted: the version, as the pointer has it.
        told: what to raise for an error of the storage: whoever knows more of the object says it.
    """

    def __init__(
        self,
        store: Store,
        key: str,
        wanted: Version,
        told: Callable[[StoreError], StoreError] = _as_is,
    ) -> None:
        self.key = key
        self.wanted = wanted
        self._store = store
        self._told = told
        self._candidates = where_it_may_be(store, key, wanted)
        self._at: Version | None = None
        self._lock = Lock()

    @property
    def size(self) -> int:
        """In bytes."""
        return self.wanted.size

    def read(self, span: Span) -> bytes:
        """The bytes of a span, as far as the object has them; one request where all is as recorded.

        Raises:
            Missing: the recorded version is nowhere any more, or was never uploaded.
            Corrupt: what came are not the bytes that were promised, as far as can be seen.
            StoreError: the storage cannot be read.
        """
        span = Span(max(span.start, 0), min(span.stop, self.size))
        if span.start >= span.stop:
            return b""
        try:
            return self._wanted(span)
        except StoreError as error:
            told = self._told(error)
            if told is error:
                raise
            raise told from error

    def _wanted(self, span: Span) -> bytes:
        at = self._at or self._next(None)
        while True:
            try:
                data = self._asked(at, span)
            except (Refused, Missing):
                at = self._next(at)
                continue
            if span == Span(0, self.size) and not _may_be(self.wanted, data):
                raise Corrupt(
                    f"{self.key}: the bytes are not the ones that were promised", key=self.key
                )
            return data

    def _next(self, gone: Version | None) -> Version:
        """The version to ask for, now that one is gone; None before anything was asked."""
        with self._lock:
            if self._at is not None and self._at is not gone:
                return self._at  # another thread has found it
            try:
                self._at = next(filter(self._is_it, self._candidates), None)
                if self._at is None:
                    raise nowhere(self._store, self.key, self.wanted)
            except StoreError:
                # Whoever asks once more looks everywhere again: the storage may answer by then.
                self._at = None
                self._candidates = where_it_may_be(self._store, self.key, self.wanted)
                raise
            return self._at

    def _is_it(self, candidate: Version) -> bool:
        """Whether a version is the recorded one; where no identifier says so, its bytes do."""
        if compare(self.wanted, candidate) is Same.EQUAL:
            return True
        if candidate.size > LOOKED_THROUGH:
            return False
        try:
            return is_wanted(self.wanted, candidate, self._digest(candidate))
        except (Refused, Missing):
            return False

    def _digest(self, candidate: Version) -> Version:
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        for chunk in self._store.read(self.key, candidate).chunks:
            sha256.update(chunk)
            md5.update(chunk)
            size += len(chunk)
        return digested(size, sha256.hexdigest(), md5.hexdigest())

    def _asked(self, at: Version, span: Span) -> bytes:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._given(at, span)
            except Unreachable:
                continue  # it broke off; what is asked for again is pinned just the same
        return self._given(at, span)

    def _given(self, at: Version, span: Span) -> bytes:
        # The whole of it without a range, which some servers know nothing of.
        part = None if span == Span(0, self.size) else span
        wanted = span.stop - span.start
        data = b"".join(_up_to(wanted, self._store.read(self.key, at, part).chunks))
        if len(data) != wanted:
            told = f"{wanted} bytes were asked for, and {len(data)} came"
            raise Corrupt(f"{self.key}: {told}", key=self.key)
        return data


def _up_to(limit: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    # What does not end must not fill the memory; one chunk too many shows that it is wrong.
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > limit:
            return


def _may_be(wanted: Version, data: bytes) -> bool:
    known = content_only(wanted)
    if not known.ids:
        return True
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return compare(known, digested(len(data), hashlib.sha256(data).hexdigest(), md5)) is not (
        Same.DIFFERENT
    )
