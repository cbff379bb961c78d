"""A storage in memory with versions, strict preconditions and faults on demand, for model tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.core.errors import Missing, Refused, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span
from gitstore.core.versions import Version, equal, version


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an object: its bytes, and None where the object was deleted."""

    version: Version
    data: bytes | None


def no_fault(verb: str, key: str) -> None:
    """Nothing goes wrong."""


@dataclass(slots=True)
class MemoryStore:
    """A bucket with versioning.

    Attributes:
        fault: called with the verb and the key before anything is done; raise to make it fail.
        lost: called with the verb and the key after a write or delete was done; raise to lose its
            answer.
        kept: every version of every key, oldest first.
        calls: what was asked, in order.
    """

    identity: str = "memory://bucket"
    fault: Callable[[str, str], None] = no_fault
    lost: Callable[[str, str], None] = no_fault
    kept: dict[str, list[Kept]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _count: int = 0

    def abilities(self) -> Abilities:
        """Everything."""
        enforced = Conditional.ENFORCED
        return Abilities(create=enforced, swap=enforced, erase=enforced, versions=True, parallel=4)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`. The fault hook is asked again before every object."""
        self._asked("list", prefix)
        for key in sorted(self.kept):
            kept = self._current(key)
            if key.startswith(prefix) and kept is not None:
                self.fault("list", key)
                yield Found(key, kept.version)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        self._asked("stat", key)
        kept = self._current(key)
        return None if kept is None else kept.version

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        self._asked("read", key)
        named = None if expect is None else expect.get("version")
        kept = self._current(key) if named is None else self._named(key, named)
        if kept is None or kept.data is None:
            raise Missing(f"no object {key!r}", key=key)
        if expect is not None and not equal(kept.version, expect):
            raise Refused(f"{key!r} is not the expected version", key=key)
        data = kept.data if span is None else kept.data[span.start : span.stop]
        return Reading(
            kept.version, iter([data[i : i + 65536] for i in range(0, len(data), 65536)])
        )

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        self._asked("write", key)
        with source.open() as stream:
            data = stream.read()
        with self._lock:
            self._require(key, expect)
            etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
            written = self._put(key, {"etag": etag}, data)
        self.lost("write", key)
        return written

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`."""
        self._asked("delete", key)
        with self._lock:
            self._require(key, expect)
            self._put(key, {}, None)
        self.lost("delete", key)

    def versions(self, key: str) -> Iterator[Version]:
        """See `Store.versions`."""
        self._asked("versions", key)
        return iter([k.version for k in reversed(self.kept.get(key, [])) if k.data is not None])

    def put(self, key: str, data: bytes) -> Version:
        """Write unconditionally, as people without git do."""
        current = self._current(key)
        return self.write(key, BytesSource(data), None if current is None else current.version)

    def contents(self) -> dict[str, bytes]:
        """Every current object."""
        current = ((key, self._current(key)) for key in sorted(self.kept))
        return {key: k.data for key, k in current if k is not None and k.data is not None}

    def _asked(self, verb: str, key: str) -> None:
        if "\0" in key:
            raise Unsupported(f"no key holds NUL: {key!r}", key=key)
        self.calls.append((verb, key))
        self.fault(verb, key)

    def _put(self, key: str, ids: dict[str, str], data: bytes | None) -> Version:
        self._count += 1
        made = version(len(data or b""), {**ids, "version": f"v{self._count}"})
        self.kept.setdefault(key, []).append(Kept(made, data))
        return made

    def _current(self, key: str) -> Kept | None:
        last = self.kept[key][-1] if key in self.kept else None
        return None if last is None or last.data is None else last

    def _named(self, key: str, name: str) -> Kept | None:
        return next((k for k in self.kept.get(key, []) if k.version.get("version") == name), None)

    def _require(self, key: str, expect: Version | None) -> None:
        current = self._current(key)
        if expect is None and current is not None:
            raise Refused(f"there is already an object {key!r}", key=key)
        if expect is not None and not equal(current.version if current else None, expect):
            raise Refused(f"{key!r} is not the expected version any more", key=key)
