"""A store that can only be read, with somebody who publishes files on its server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from gitstore.adapters.stores.directory import DirectoryStore
from gitstore.core.errors import Refused
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span, Store
from gitstore.core.versions import Version, equal

_MINUTES = count(1_700_000_000, 60)


@dataclass(frozen=True, slots=True)
class Published:
    """Reads through `store`; what is written goes into the directory that its server serves.

    Every file gets a minute of its own, so that nobody has to wait until it can be trusted.
    """

    store: Store
    root: Path
    identity: str = "published"
    files: DirectoryStore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", DirectoryStore(self.identity, self.root))

    def abilities(self) -> Abilities:
        """Of somebody who looks before each act."""
        look = Conditional.CHECKED
        return Abilities(look, look, look, parallel=self.store.abilities().parallel)

    def list(self, prefix: str) -> Iterator[Found]:
        """As the store's."""
        return self.store.list(prefix)

    def stat(self, key: str) -> Version | None:
        """As the store's."""
        return self.store.stat(key)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """As the store's."""
        return self.store.read(key, expect, span)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """Publish a file."""
        self._require(key, expect)
        self.files.write(key, source, None if expect is None else self.files.stat(key))
        at = next(_MINUTES)
        os.utime(self.root / key, (at, at))
        found = self.store.stat(key)
        assert found is not None
        return found

    def delete(self, key: str, expect: Version) -> None:
        """Take a file away."""
        self._require(key, expect)
        here = self.files.stat(key)
        assert here is not None
        self.files.delete(key, here)

    def versions(self, key: str) -> Iterator[Version]:
        """As the store's."""
        return self.store.versions(key)

    def _require(self, key: str, expect: Version | None) -> None:
        current = self.store.stat(key)
        if (expect is None) != (current is None) or (expect and not equal(current, expect)):
            raise Refused(f"{key!r} is not the expected version", key=key)
