"""What Google Cloud Storage answers, as the errors of the family: one table.

See https://cloud.google.com/storage/docs/json_api/v1/status-codes. A reason decides before a
status; downloads and servers of one's own give no reasons.
"""

from __future__ import annotations

import json

from gitstore.adapters.stores.cloud_requests import Answer
from gitstore.adapters.stores.web_errors import About
from gitstore.core.errors import (
    Corrupt,
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
    WrongCredentials,
)

_LOGIN = "git storage login NAME"
_LATER = "try again later"
_FEWER = "the storage asks for fewer requests"

REASONS: dict[str, tuple[type[StoreError], str, str | None]] = {
    "rateLimitExceeded": (Unreachable, _FEWER, _LATER),
    "userRateLimitExceeded": (Unreachable, _FEWER, _LATER),
    "quotaExceeded": (StoreFull, "the quota is used up", None),
    "accountDisabled": (Denied, "the account is disabled", None),
    "retentionPolicyNotMet": (Denied, "a retention policy keeps the object as it is", None),
    "objectUnderActiveHold": (Denied, "a hold keeps the object as it is", None),
    "userProjectMissing": (Unsupported, "the bucket lets its readers pay", None),
    "authError": (WrongCredentials, "the credentials are not accepted", _LOGIN),
}
STATUSES: dict[int, tuple[type[StoreError], str, str | None]] = {
    400: (Unsupported, "the storage does not understand the request", None),
    401: (WrongCredentials, "the credentials are not accepted", _LOGIN),
    403: (Denied, "access is denied", "ask the bucket's owner for the permission"),
    404: (Missing, "there is no such object", None),
    405: (Unsupported, "the storage does not allow this", None),
    409: (Refused, "somebody else is changing it", None),
    410: (Unreachable, "the upload was ended by the storage", _LATER),
    411: (Unsupported, "the storage does not take objects like this", None),
    412: (Refused, "the object is not the expected version", None),
    413: (Unsupported, "the object is too large for this storage", None),
    416: (Unreachable, "the storage does not give the bytes that were asked for", None),
    429: (Unreachable, _FEWER, _LATER),
    500: (Unreachable, "the storage has an internal error", _LATER),
    501: (Unsupported, "the storage cannot do this", None),
    502: (Unreachable, "the storage is not available", _LATER),
    503: (Unreachable, "the storage is not available", _LATER),
    504: (Unreachable, "the storage is not available", _LATER),
}


def for_answer(answer: Answer, about: About, *, known: bool) -> StoreError:
    """The error for an answer.

    Args:
        known: whether credentials went with the request: then a 401 refuses them.
    """
    reason, message = _said(answer.body)
    if answer.status == 401 and not known:
        return NoCredentials(f"{about}: the storage asks who you are", key=about.key, hint=_LOGIN)
    if "crc32c" in message.lower() and answer.status == 400:
        return Corrupt(f"{about}: the bytes were damaged on their way", key=about.key)
    row = REASONS.get(reason) or STATUSES.get(answer.status)
    if 300 <= answer.status < 400:
        row = (Unreachable, "the storage redirects, which is not followed", None)
    if row is None:
        return Unreachable(f"{about}: the storage answered {answer.status}", key=about.key)
    kind, sentence, hint = row
    if kind is Missing and (about.key is None or is_of_bucket(answer)):
        sentence, hint = "there is no such bucket", "check 'url:' in .storage.yaml"
    return kind(f"{about}: {sentence}", key=about.key, hint=hint)


def is_of_bucket(answer: Answer) -> bool:
    """Whether a 404 is about the bucket, not the object."""
    return "bucket does not exist" in _said(answer.body)[1]


def _said(body: bytes) -> tuple[str, str]:
    """The reason and the message of an error."""
    try:
        error = json.loads(body)["error"]
        return str(error["errors"][0]["reason"]), str(error["message"])
    except (ValueError, KeyError, TypeError, IndexError):
        return "", body[:500].decode(errors="replace")
