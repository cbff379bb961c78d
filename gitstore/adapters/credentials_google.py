"""Google's application default credentials, as `gcloud` and the clients of Google find them.

See https://cloud.google.com/docs/authentication/application-default-credentials.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timezone
from pathlib import Path
from threading import Lock
from typing import Any

from gitstore.core.credentials import Credentials, CredentialSource, ServiceAccount, Token
from gitstore.core.errors import NoCredentials

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"


def for_gcs(environment: Mapping[str, str]) -> CredentialSource:
    """The key file that the environment names, else what Google's library finds."""
    chain = _Chain()

    def found() -> Credentials | None:
        named = environment.get(_VARIABLE)
        account = None if not named else _service_account(Path(named))
        return account or chain.token(named)

    return found


def _service_account(file: Path) -> ServiceAccount | None:
    try:
        text = file.read_text(encoding="utf-8")
        kind = json.loads(text).get("type")
    except (OSError, ValueError, AttributeError):
        raise NoCredentials(
            f"the file that {_VARIABLE} names cannot be used", hint=f"unset {_VARIABLE}"
        ) from None
    return ServiceAccount(text) if kind == "service_account" else None


class _Chain:
    """Google's chain: a user's login, workload identity, the machine's own account."""

    def __init__(self) -> None:
        self._found: Any = None
        self._lock = Lock()

    def token(self, named: str | None) -> Token | None:
        """A token that works now, or None where nothing is set up.

        Raises:
            NoCredentials: there is something, but it gives no token.
        """
        try:
            import google.auth
            from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
            from google.auth.transport.requests import Request
        except ImportError:
            if named is None:
                return None
            raise NoCredentials(
                "Google's credentials need a library", hint="pip install google-auth requests"
            ) from None
        # Where there is nothing it says so, several times, on standard error.
        logging.getLogger("google.auth").addHandler(logging.NullHandler())
        with self._lock:
            try:
                if self._found is None:
                    self._found = google.auth.default(scopes=[_SCOPE])[0]
                self._found.refresh(Request())
            except DefaultCredentialsError:
                return None
            except GoogleAuthError as error:
                raise NoCredentials(
                    f"Google's credentials cannot be used: {type(error).__name__}",
                    hint="gcloud auth application-default login",
                ) from None
            expiry = self._found.expiry
            ends = None if expiry is None else expiry.replace(tzinfo=timezone.utc)
            return Token(str(self._found.token), ends)
