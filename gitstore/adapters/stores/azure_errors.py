"""What Azure Blob Storage answers, as the errors of the family: one table.

See https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes. The code
stands in a header, also where an answer has no body; it decides before the status.
"""

from __future__ import annotations

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
_URL = "check 'url:' and 'account:' in .storage.yaml"
_OTHER = "somebody else is writing the object"
_HELD = (Denied, "somebody holds a lease on the object", None)
_KEPT = (Denied, "a policy keeps the object as it is", None)
_EXPECTED = (Refused, "the object is not the expected version", None)
_NOT_PUBLIC = (NoCredentials, "it is not public", _LOGIN)
_WRONG = (WrongCredentials, "the credentials are not accepted", _LOGIN)
_ASK = (Denied, "access is denied", "ask the account's owner for the permission")
_BUSY = (Unreachable, "the storage asks for fewer requests", _LATER)

Row = tuple[type[StoreError], str, str | None]

CODES: dict[str, Row] = {
    "BlobNotFound": (Missing, "there is no such object", None),
    "ContainerNotFound": (Missing, "there is no such container", _URL),
    "ContainerBeingDeleted": (Missing, "the container is being deleted", _URL),
    "ContainerDisabled": (Denied, "the container is disabled", None),
    # What it says to strangers, whether there is a container or not.
    "ResourceNotFound": (Missing, "there is no such container, or it is not public", _LOGIN),
    "OutOfRangeInput": (Missing, "this is not the name of a container", _URL),
    "InvalidResourceName": (Missing, "this is not the name of a container", _URL),
    "BlobAlreadyExists": _EXPECTED,
    "ConditionNotMet": _EXPECTED,
    "TargetConditionNotMet": _EXPECTED,
    # The blocks of an upload are gone when another one is completed.
    "InvalidBlockList": (Refused, _OTHER, None),
    "InvalidBlobOrBlock": (Refused, _OTHER, "another upload of it may be unfinished for a week"),
    "LeaseIdMissing": _HELD,
    "LeaseIdMismatchWithBlobOperation": _HELD,
    "BlobImmutableDueToPolicy": _KEPT,
    "BlobImmutableDueToLegalHold": _KEPT,
    "SnapshotsPresent": (Denied, "the object has snapshots, which are not deleted", None),
    "BlobArchived": (Denied, "the object is archived and must be rehydrated first", None),
    "BlobBeingRehydrated": (Denied, "the object is being rehydrated", _LATER),
    "InvalidBlobType": (Unsupported, "the object is no block blob", None),
    "NoAuthenticationInformation": _NOT_PUBLIC,
    "PublicAccessNotPermitted": _NOT_PUBLIC,
    "AuthenticationFailed": _WRONG,
    "InvalidAuthenticationInfo": _WRONG,
    "AuthorizationFailure": _ASK,
    "AuthorizationPermissionMismatch": _ASK,
    "AuthorizationSourceIPMismatch": (Denied, "access is denied from this address", None),
    "AuthorizationProtocolMismatch": (Denied, "access is denied without https", None),
    "InsufficientAccountPermissions": _ASK,
    "AccountIsDisabled": (Denied, "the account is disabled", None),
    "Md5Mismatch": (Corrupt, "the bytes were damaged on their way", "try again"),
    "InvalidMd5": (Corrupt, "the bytes were damaged on their way", "try again"),
    "RequestBodyTooLarge": (Unsupported, "the object is too large for this storage", None),
    "InvalidRange": (Unreachable, "the storage does not give the bytes asked for", None),
    "InvalidUri": (Unsupported, "the storage cannot spell the key", None),
    "ServerBusy": _BUSY,
    "OperationTimedOut": (Unreachable, "the storage took too long", _LATER),
    "InternalError": (Unreachable, "the storage has an internal error", _LATER),
}
STATUSES: dict[int, Row] = {
    400: (Unsupported, "the storage does not understand the request", None),
    401: _WRONG,
    403: _ASK,
    404: CODES["BlobNotFound"],
    405: (Unsupported, "the storage does not allow this", None),
    409: (Refused, _OTHER, None),
    411: (Unsupported, "the storage does not take objects like this", None),
    412: _EXPECTED,
    413: CODES["RequestBodyTooLarge"],
    416: CODES["InvalidRange"],
    429: _BUSY,
    500: CODES["InternalError"],
    501: (Unsupported, "the storage cannot do this", None),
    502: (Unreachable, "the storage is not available", _LATER),
    503: _BUSY,
    504: CODES["OperationTimedOut"],
    507: (StoreFull, "the storage is full", None),
}


def code_of(answer: Answer) -> str:
    """The code of an error, or an empty text."""
    return answer.headers.get("x-ms-error-code", "")


def for_answer(answer: Answer, about: About, *, known: bool) -> StoreError:
    """The error for an answer.

    Args:
        known: whether credentials went with the request: then a refusal is about them.
    """
    code = code_of(answer)
    row = CODES.get(code) or STATUSES.get(answer.status)
    if 300 <= answer.status < 400:
        row = (Unreachable, "the storage redirects, which is not followed", None)
    if not known and row is not None and issubclass(row[0], Denied):
        row = _NOT_PUBLIC if answer.status in (401, 403) else row
    if row is None:
        return Unreachable(f"{about}: the storage answered {answer.status}", key=about.key)
    if about.key is None and row is CODES["BlobNotFound"]:
        row = CODES["ContainerNotFound"]
    kind, sentence, hint = row
    return kind(f"{about}: {sentence}", key=about.key, hint=hint)
