"""A large object in parallel ranges, hashed in order while later ranges are under way."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from gitstore.adapters.tree import Incoming
from gitstore.core.errors import Corrupt, Unreachable
from gitstore.core.store import Span, Store
from gitstore.core.versions import Version, digested

SPAN = 16 << 20  # bytes of one range of a large object
LARGE = 4 * SPAN  # from here on an object is read in parallel ranges
RANGE_ATTEMPTS = 3  # times that a range is begun, each with the store's own repetitions
RANGES = 4  # ranges in flight; memory is at most SPAN times RANGES per large object

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a large object's bytes go, and who is told how many have come."""

    incoming: Incoming
    progress: Progress


def _range(store: Store, key: str, expect: Version, span: Span, incoming: Incoming) -> list[bytes]:
    chunks: list[bytes] = []
    at = span.start
    for chunk in store.read(key, expect, span).chunks:
        if at + len(chunk) <= span.stop:
            incoming.write_at(at, chunk)
        at += len(chunk)
        chunks.append(chunk)
    if at != span.stop:
        raise Corrupt(f"{key}: a range came back with {at - span.start} bytes", key=key)
    return chunks


def in_ranges(store: Store, key: str, expect: Version, sink: Sink) -> tuple[Version, Version]:
    """A large object in parallel ranges, hashed in order while later ranges are under way."""
    from concurrent.futures import ThreadPoolExecutor

    # One after the other, because a pointer may claim any size: the first range finds that out.
    starts = range(0, expect.size, SPAN)
    later = (Span(start, min(start + SPAN, expect.size)) for start in starts)

    def one(span: Span) -> list[bytes]:
        # A range that breaks off begins anew: the rest of a large object is worth it.
        for _ in range(RANGE_ATTEMPTS - 1):
            with suppress(Unreachable):
                return _range(store, key, expect, span, sink.incoming)
        return _range(store, key, expect, span, sink.incoming)

    sha256 = hashlib.sha256()
    with ThreadPoolExecutor(RANGES) as pool:
        # A deque, so that the bytes of a range are let go as soon as they are hashed.
        waiting = deque(pool.submit(one, span) for span in islice(later, RANGES))
        try:
            while waiting:
                chunks = waiting.popleft().result()
                waiting.extend(pool.submit(one, span) for span in islice(later, 1))
                for chunk in chunks:
                    sha256.update(chunk)
                sink.progress(sum(map(len, chunks)))
        finally:
            for future in waiting:
                future.cancel()
    return expect, digested(expect.size, sha256.hexdigest())
