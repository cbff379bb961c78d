"""`url`: where an object can be read by a program that knows nothing of git."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from gitstore.core.errors import UsageError
from gitstore.core.manifest import StorageSpec
from gitstore.core.versions import equal
from gitstore.repo.snapshot import Recorded, Snapshot

_LITERAL = frozenset({"s3", "gcs", "azure"})


@dataclass(frozen=True, slots=True)
class Link:
    """The URLs of one object.

    Attributes:
        name: the object.
        url: in the words of the storage, e.g. `s3://bucket/key`.
        https: where everybody can read it, for a storage that is public; else None.
        signed: with a right to read it for a while, where that was asked for.
        pinned: whether the signed URL, or else the public one, names the recorded version.
    """

    name: str
    url: str
    https: str | None = None
    signed: str | None = None
    pinned: bool = False

    @property
    def best(self) -> str:
        """The one to hand on."""
        return self.signed or self.https or self.url


def links(snapshot: Snapshot, names: list[str], seconds: int | None = None) -> list[Link]:
    """The URLs of recorded objects.

    Args:
        snapshot: the moment that counts.
        names: relative to the top level of the project.
        seconds: how long a signed URL is good for; None for no signed ones.

    Raises:
        NoSuchObject: one of them is not recorded.
        Missing: the storage has another version by now, so that no URL would give the recorded one.
        Untrusted: the user has not approved the storage whose secret would sign.
        Unsupported: the storage knows no signed URLs.
        NoCredentials: the credentials cannot sign.
        UsageError: it would be good for too long.
    """
    from gitstore.adapters.stores.links import LONGEST

    if seconds is not None and seconds > LONGEST:
        told = f"a signed URL is good for {LONGEST} seconds (a week) at most"
        raise UsageError(told, hint=f"git storage url --sign {LONGEST}")
    return [_link(snapshot, snapshot.find(name), seconds) for name in names]


def _link(snapshot: Snapshot, what: Recorded, seconds: int | None) -> Link:
    from gitstore.adapters.stores.links import is_pinned, plain

    spec = snapshot.manifest.storages[what.data.storage]
    to = snapshot.ways.destination(spec)
    own = _own(spec, what.key)
    public = spec.anonymous or to.place.provider == "http"
    https = plain(to.store, what.key, what.version) if spec.anonymous else None
    if public and https is None and own.startswith(("http://", "https://")):
        https = own
    pinned = is_pinned(to.store, what.version)
    if seconds is None:
        return Link(what.name, own, https, pinned=pinned and https is not None)
    return Link(what.name, own, https, _signed(snapshot, what, seconds), pinned)


def _signed(snapshot: Snapshot, what: Recorded, seconds: int) -> str:
    from gitstore.adapters.stores.links import is_pinned, signed
    from gitstore.shell.opening import credentials
    from gitstore.shell.recorded import nowhere

    spec = snapshot.manifest.storages[what.data.storage]
    to = snapshot.ways.destination(spec)
    found = credentials(to, snapshot.ways.access)
    url = signed(to.store, found, what.key, what.version, seconds)
    if not is_pinned(to.store, what.version):
        # Then it gives what is there: that must be what is recorded, at least now.
        store = snapshot.ways.open_store(spec)
        if not equal(store.stat(what.key), what.version):
            raise snapshot.told(what, nowhere(store, what.key, what.version))
    return url


def _own(spec: StorageSpec, key: str) -> str:
    spelled = key if spec.place().provider in _LITERAL else quote(key)
    return f"{spec.url.rstrip('/')}/{spelled}"
