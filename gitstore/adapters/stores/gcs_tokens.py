"""Tokens of Google from whatever a user has: a token itself, or a service account's key."""

from __future__ import annotations

import json
from datetime import timezone

from gitstore.core.credentials import Credentials, ServiceAccount, Token, of_kind
from gitstore.core.errors import NoCredentials

SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
_AUDIENCE = "https://oauth2.googleapis.com/token"


def token(found: Credentials | None) -> Token | None:
    """The token to send, or None to send none.

    Raises:
        NoCredentials: what was found cannot be used.
    """
    return _exchanged(found) if isinstance(found, ServiceAccount) else of_kind(found, Token)


def _exchanged(found: ServiceAccount) -> Token:
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request
    from google.oauth2.service_account import Credentials as Account

    try:
        # The file names the address that its signed claims go to; only Google's is meant.
        info = {**json.loads(found.text), "token_uri": _AUDIENCE}
        account = Account.from_service_account_info(info, scopes=[SCOPE])
        account.refresh(Request())
    except (GoogleAuthError, ValueError, TypeError) as error:
        raise NoCredentials(
            "the key of the service account cannot be used", hint="git storage login NAME"
        ) from error
    expiry = None if account.expiry is None else account.expiry.replace(tzinfo=timezone.utc)
    return Token(str(account.token), expiry)
