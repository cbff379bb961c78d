"""Credentials as values: what a store is given, without where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Keys:
    """A key pair, perhaps for a limited time. Never shown: `repr` names only the public half.

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


CredentialSource = Callable[[], Keys | None]
"""Gives keys that work now, or None to go without any; asked again when they are about to expire.

Raises `NoCredentials` when there are none and going without was not asked for.
"""
