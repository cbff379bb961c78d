"""Where credentials come from: the environment, and what the cloud's own tools have configured.

The environment comes first and costs nothing; the SDK's chain (profiles, single sign-on,
containers, instance metadata) is asked only when a request needs it, because importing it takes
longer than most commands and some of its sources are on the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from gitstore.core.credentials import CredentialSource, Keys
from gitstore.core.errors import NoCredentials

_HINT = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure"


def for_s3(environment: Mapping[str, str]) -> CredentialSource:
    """The keys of the environment, else those that the AWS SDK finds.

    Calling the result raises `NoCredentials` when there are none.
    """
    return _from_environment(environment) or _Chain().keys


def for_public_s3(environment: Mapping[str, str]) -> CredentialSource:
    """The keys of the environment, else none: the storage lets everybody read."""
    return _from_environment(environment) or (lambda: None)


def _from_environment(environment: Mapping[str, str]) -> CredentialSource | None:
    access = environment.get("AWS_ACCESS_KEY_ID")
    secret = environment.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        return None
    keys = Keys(access, secret, environment.get("AWS_SESSION_TOKEN") or None)
    return lambda: keys


class _Chain:
    """The AWS SDK's chain; it renews temporary keys by itself when it is asked again."""

    def __init__(self) -> None:
        self._found: Any = None
        self._lock = Lock()

    def keys(self) -> Keys:
        """The keys that hold now.

        Raises:
            NoCredentials: the chain found none, or cannot renew them.
        """
        from botocore.exceptions import BotoCoreError

        with self._lock:
            try:
                if self._found is None:
                    self._found = _ask_sdk()
                frozen = self._found.get_frozen_credentials()
            except BotoCoreError as error:
                raise NoCredentials(f"the AWS credentials cannot be used: {error}") from error
            # The SDK keeps the time of expiry to itself; without it nobody would ask again.
            expires = getattr(self._found, "_expiry_time", None)
        return Keys(frozen.access_key, frozen.secret_key, frozen.token, expires)


def _ask_sdk() -> Any:
    from botocore.session import Session

    found = Session().get_credentials()
    if found is None:
        raise NoCredentials("no credentials for S3 were found", hint=_HINT)
    return found
