"""The credentials for one storage: looked up in a fixed order, kept and forgotten.

First what the user stored for this storage; then what the cloud's own tools have, for that cloud's
own hosts only; else none. What is stored is with git's helpers, and where these keep nothing, in a
file of the user's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Lock

from gitstore.adapters import git_credential
from gitstore.adapters.credentials import of_cloud
from gitstore.adapters.credentials_file import CredentialsFile, file_of_user
from gitstore.core.credential_forms import as_kept, fields_of, from_kept
from gitstore.core.credentials import Credentials, CredentialSource, Slot, described, slot
from gitstore.core.place import Place
from gitstore.core.trust import own_cloud

_SHOWN = frozenset({"user", "access", "account", "expires"})
"""The fields of credentials that may be said."""


class By(Enum):
    """Where credentials come from."""

    HELPER = "stored with git's credential helper"
    FILE = "stored in a file of yours"
    CLOUD = "of the cloud's own tools"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """What goes to a storage.

    Attributes:
        by: where it comes from.
        source: gives it, again when it is about to expire.
        told: what may be said of it; `''` for none.
    """

    by: By
    source: CredentialSource
    told: str = ""


@dataclass(frozen=True, slots=True)
class Whose:
    """The storage that credentials are looked up for.

    Attributes:
        place: its place.
        endpoint: the URL that requests go to.
        anonymous: whether the manifest asks to go without those of the cloud's tools.
        where: a directory whose git configuration says which helpers there are.
    """

    place: Place
    endpoint: str
    anonymous: bool
    where: Path

    @property
    def slot(self) -> Slot | None:
        """Where they are kept; None for a storage that needs none."""
        return slot(self.place)


class SignIn:
    """The credentials for one storage, looked up when they are first needed; for several threads.

    Args:
        whose: the storage.
        environment: of the process.
    """

    def __init__(self, whose: Whose, environment: Mapping[str, str]) -> None:
        self._whose = whose
        self._environment = environment
        self._found: Found | None = None
        self._lock = Lock()

    def found(self) -> Found:
        """What goes to the storage.

        Raises:
            NoCredentials: there are some that cannot be used.
        """
        with self._lock:
            if self._found is None:
                self._found = find(self._whose, self._environment)
            return self._found

    def __call__(self) -> Credentials | None:
        """The credentials that work now; a `CredentialSource`."""
        return self.found().source()


def find(whose: Whose, environment: Mapping[str, str]) -> Found:
    """What goes to a storage.

    Raises:
        NoCredentials: there are some that cannot be used.
    """
    stored = _stored(whose)
    if stored is not None:
        return stored
    if not whose.anonymous and own_cloud(whose.place, whose.endpoint):
        source = of_cloud(whose.place, environment)
        known = None if source is None else source()
        if source is not None and known is not None:
            return Found(By.CLOUD, source, f"{described(known)}, {By.CLOUD.value}")
    return Found(By.NONE, lambda: None)


def keep(whose: Whose, credentials: Credentials) -> str:
    """Store credentials for a storage; where, in words for people.

    Raises:
        NoCredentials: the user's file cannot be used.
        LocalFailure: it cannot be written.
    """
    kept_at, kept = _slot(whose), as_kept(credentials)
    git_credential.reject(kept_at, None, whose.where)
    git_credential.approve(kept_at, kept, whose.where)
    # Helpers are not obliged to keep anything, and some know no protocols but those of the web.
    if git_credential.fill(kept_at, whose.where) == kept:
        _file().remove(kept_at)
        return "with git's credential helper"
    _file().put(kept_at, kept)
    return f"in {_file().path}, because no credential helper of git keeps them"


def forget(whose: Whose) -> bool:
    """Let what is stored for a storage be forgotten; whether there was anything.

    Raises:
        NoCredentials: the user's file cannot be used.
    """
    kept_at = _slot(whose)
    known = git_credential.fill(kept_at, whose.where) is not None
    if known:
        git_credential.reject(kept_at, None, whose.where)
    return _file().remove(kept_at) or known


def every_secret(whose: Whose, environment: Mapping[str, str]) -> Iterator[str]:
    """What anybody keeps secret for a storage, whether it is used or not; nobody is to see it."""
    found: list[Credentials | None] = []
    if own_cloud(whose.place, whose.endpoint):
        cloud = of_cloud(whose.place, environment)
        found.append(None if cloud is None else cloud())
    if whose.slot is not None:
        for kept in (_file().get(whose.slot), git_credential.fill(whose.slot, whose.where)):
            if kept is not None:
                yield kept[1]
                found.append(from_kept(whose.place.provider, *kept))
    for credentials in found:
        if credentials is not None:
            named = fields_of(credentials).items()
            yield from (value for name, value in named if name not in _SHOWN)


def _stored(whose: Whose) -> Found | None:
    kept_at = whose.slot
    if kept_at is None:
        return None
    # There is something in the file only where no helper kept it; one that answers for every host
    # must not come before it.
    kept, by = _file().get(kept_at), By.FILE
    if kept is None:
        kept, by = git_credential.fill(kept_at, whose.where), By.HELPER
    if kept is None:
        return None
    credentials = from_kept(whose.place.provider, *kept)
    return Found(by, lambda: credentials, f"{described(credentials)}, {by.value}")


def _slot(whose: Whose) -> Slot:
    kept_at = whose.slot
    if kept_at is None:
        raise AssertionError("a directory has no credentials")
    return kept_at


def _file() -> CredentialsFile:
    return CredentialsFile(file_of_user())
