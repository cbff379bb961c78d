"""Azure's credentials, as its command line and its clients find them.

See https://learn.microsoft.com/azure/storage/blobs/authorize-data-operations-cli for the variables,
and `DefaultAzureCredential` of azure-identity for the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from threading import Lock
from typing import Any

from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    CredentialSource,
    SharedAccess,
    Token,
)
from gitstore.core.errors import NoCredentials

_SCOPE = "https://storage.azure.com/.default"
# Who has set one of these expects it to work.
_MEANT = ("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT")


def for_azure(account: str | None, environment: Mapping[str, str]) -> CredentialSource:
    """The environment's key or signature of an account, else what Azure's library finds."""
    given = _from_environment(account, environment)
    if given is not None:
        return lambda: given
    return _Chain(any(environment.get(name) for name in _MEANT)).token


def _from_environment(account: str | None, environment: Mapping[str, str]) -> Credentials | None:
    words = (
        part.split("=", 1)
        for part in environment.get("AZURE_STORAGE_CONNECTION_STRING", "").split(";")
        if "=" in part
    )
    connection = dict(words)
    owner = environment.get("AZURE_STORAGE_ACCOUNT") or connection.get("AccountName")
    # A key opens one account; for another one it would only be shown around.
    if owner is None or owner != account:
        return None
    key = environment.get("AZURE_STORAGE_KEY") or connection.get("AccountKey")
    if key:
        return AccountKey(owner, key)
    signature = environment.get("AZURE_STORAGE_SAS_TOKEN")
    signature = signature or connection.get("SharedAccessSignature")
    return SharedAccess(signature.removeprefix("?")) if signature else None


class _Chain:
    """Azure's chain: a service's own identity, a managed one, a login on the command line."""

    def __init__(self, meant: bool) -> None:
        self._meant = meant
        self._found: Any = None
        self._lock = Lock()

    def token(self) -> Token | None:
        """A token that works now, or None where nothing is set up.

        Raises:
            NoCredentials: there is something, but it gives no token.
        """
        try:
            from azure.core.exceptions import ClientAuthenticationError
            from azure.identity import DefaultAzureCredential
        except ImportError:
            self._refuse_if_meant("they need a library", "pip install azure-identity")
            return None
        # Where there is nothing it says so, at length, on standard error.
        logging.getLogger("azure").addHandler(logging.NullHandler())
        with self._lock:
            try:
                if self._found is None:
                    self._found = DefaultAzureCredential()
                found = self._found.get_token(_SCOPE)
            except ClientAuthenticationError:
                self._refuse_if_meant("they give no token", "az login")
                return None
        return Token(found.token, datetime.fromtimestamp(found.expires_on, timezone.utc))

    def _refuse_if_meant(self, why: str, hint: str) -> None:
        if self._meant:
            raise NoCredentials(f"Azure's credentials cannot be used: {why}", hint=hint) from None
