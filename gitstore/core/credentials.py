"""Credentials as values: what a store is given, without where it came from.

Nothing here is ever shown whole: `repr` leaves the secret half out, and `described` says what may
be said of credentials to the person they belong to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from gitstore.core.errors import NoCredentials
from gitstore.core.place import Place


@dataclass(frozen=True, slots=True)
class Keys:
    """A key pair of S3, perhaps for a limited time.

    Attributes:
        access: the public half, e.g. an AWS access key id.
        secret: the private half.
        token: the session token that goes with temporary keys, or None.
        expires: when the keys stop working (with time zone), or None.
    """

    access: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What goes behind `Authorization: Bearer`: of Google, Azure, WebDAV and web servers.

    Attributes:
        token: the secret.
        expires: when it stops working (with time zone), or None.
    """

    token: str = field(repr=False)
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Password:
    """A user and a password: of WebDAV, web servers and SFTP."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountKey:
    """The shared key of an Azure account, base64 as Azure shows it."""

    account: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SharedAccess:
    """A shared access signature (SAS) of Azure: the query string, without its `?`."""

    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The key file of a Google service account, as JSON text."""

    text: str = field(repr=False)

    @property
    def email(self) -> str:
        """The account's name, `''` if the file does not say it."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return ""
        email = found.get("client_email", "") if isinstance(found, dict) else ""
        return email if isinstance(email, str) else ""


Credentials = Keys | Token | Password | AccountKey | SharedAccess | ServiceAccount

CredentialSource = Callable[[], Credentials | None]
"""Gives credentials that work now, or None to go without any; asked again when they are about to
expire. Raises `NoCredentials` when there are some that cannot be used.
"""

Kind = TypeVar("Kind", bound=Credentials)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the credentials of one storage are kept, in the words of git's credential protocol.

    Attributes:
        protocol: `s3`, `gs`, `azure`, `webdavs`, ...
        host: `host[:port]`.
        path: the bucket, the container or the directory.
    """

    protocol: str
    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.protocol}://{self.host}/{self.path}"


def slot(place: Place) -> Slot | None:
    """Where the credentials of a place are kept; None for a directory, which needs none.

    They belong to one bucket of one host: whoever gives the keys of one has not given those of the
    next one on the same server.
    """
    if place.provider == "file":
        return None
    protocol = place.identity.partition("://")[0]
    # What git keeps for a web host is for git, and may open other doors than that of the data.
    protocol = f"storage+{protocol}" if place.provider == "http" else protocol
    path = place.storage_id.removeprefix(f"{place.provider}/{place.host}").lstrip("/")
    return Slot(protocol, place.host, path)


def of_kind(found: Credentials | None, kind: type[Kind]) -> Kind | None:
    """The credentials, if they are of the one kind that a provider understands.

    Raises:
        NoCredentials: they are of another.
    """
    if found is None or isinstance(found, kind):
        return found
    raise NoCredentials(
        f"these credentials are for another kind of storage ({described(found)})",
        hint="git storage login NAME",
    )


def described(found: Credentials | None) -> str:
    """What may be said of credentials: never a secret."""
    if isinstance(found, Keys):
        return f"access key {found.access}" + (", temporary" if found.token else "")
    if isinstance(found, Password):
        return f"user {found.user}"
    if isinstance(found, AccountKey):
        return f"the key of account {found.account}"
    if isinstance(found, SharedAccess):
        return "a shared access signature"
    if isinstance(found, ServiceAccount):
        return f"service account {found.email or 'without a name'}"
    return "no credentials" if found is None else "a token"
