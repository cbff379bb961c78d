"""What a cloud's own tools have set up for this machine: never asked for anybody else's host.

One module for each cloud. The environment comes first and costs nothing; SDKs and their chains
(profiles, single sign-on, containers, instance metadata) are asked only when a request needs it,
because importing them takes longer than most commands and some of their sources are on the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from gitstore.core.credentials import CredentialSource, Keys
from gitstore.core.errors import NoCredentials
from gitstore.core.place import Place


def of_cloud(place: Place, environment: Mapping[str, str]) -> CredentialSource | None:
    """The credentials that a cloud's tools have for a place; None for a provider without any.

    Calling the result gives None when there are none, and raises `NoCredentials` when there are
    some that cannot be used. Whether the place is the cloud's own must have been looked at before.
    """
    if place.provider == "s3":
        return for_s3(environment)
    if place.provider == "gcs":
        from gitstore.adapters.credentials_google import for_gcs

        return for_gcs(environment)
    if place.provider == "azure":
        from gitstore.adapters.credentials_azure import for_azure

        return for_azure(place.account, environment)
    return None


def for_s3(environment: Mapping[str, str]) -> CredentialSource:
    """The keys of the environment, else those that the AWS SDK finds."""
    access = environment.get("AWS_ACCESS_KEY_ID")
    secret = environment.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        return _Chain().keys
    keys = Keys(access, secret, environment.get("AWS_SESSION_TOKEN") or None)
    return lambda: keys


class _Chain:
    """The AWS SDK's chain; it renews temporary keys by itself when it is asked again."""

    def __init__(self) -> None:
        self._found: Any = None
        self._asked = False
        self._lock = Lock()

    def keys(self) -> Keys | None:
        """The keys that hold now, or None where nothing is set up.

        Raises:
            NoCredentials: the chain cannot get or renew them.
        """
        from botocore.exceptions import BotoCoreError

        with self._lock:
            try:
                if not self._asked:
                    self._found = _ask_sdk()
                    self._asked = True
                frozen = None if self._found is None else self._found.get_frozen_credentials()
            except BotoCoreError as error:
                raise NoCredentials(
                    f"the AWS credentials cannot be used: {_told(error)}", hint=_HINT
                ) from None
            # The SDK keeps the time of expiry to itself; without it nobody would ask again.
            expires = getattr(self._found, "_expiry_time", None)
        if frozen is None:
            return None
        return Keys(frozen.access_key, frozen.secret_key, frozen.token, expires)


_HINT = "aws sso login, or: aws configure"
# Of the SDK's sentences only those are repeated that are its own: others quote what a program or a
# server has said, and that may be a secret.
_HARMLESS = frozenset(
    {"ProfileNotFound", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "TokenRetrievalError"}
    | {"PartialCredentialsError", "ConfigParseError", "InfiniteLoopConfigError"}
)


def _told(error: Exception) -> str:
    name = type(error).__name__
    return str(error) if name in _HARMLESS else name


def _ask_sdk() -> Any:
    from botocore.session import Session

    return Session().get_credentials()
