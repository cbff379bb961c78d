"""What S3 servers and their SDKs say, as the errors of the family: one table.

Codes are those of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the ones
that other servers were seen to use. A code decides before a status, and a status before the SDK's
class, because some SDKs call every 404 after a precondition a failed precondition.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gitstore.adapters.stores.s3_obstore import obstore_errors
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

_LOGIN = "check the credentials: they may belong to another endpoint"
_EXPIRED = "get new ones and try again"
_REGION = "add 'region:' to the storage in .storage.yaml"
_LATER = "try again later"

CODES: dict[str, tuple[type[StoreError], str, str | None]] = {
    "NoSuchBucket": (Missing, "there is no such bucket", "check 'url:' in .storage.yaml"),
    "NoSuchKey": (Missing, "there is no such object", None),
    "NoSuchVersion": (Missing, "there is no such version any more", None),
    "NoSuchUpload": (Unreachable, "the upload was ended by the server", _LATER),
    "PreconditionFailed": (Refused, "the object is not the expected version", None),
    "ConditionalRequestConflict": (Refused, "somebody else is writing the object", None),
    "OperationAborted": (Refused, "somebody else is writing the object", None),
    "AccessDenied": (Denied, "access is denied", "ask the bucket's owner for the permission"),
    "AllAccessDisabled": (Denied, "access is disabled", None),
    "AccountProblem": (Denied, "the account has a problem", None),
    "InvalidObjectState": (Denied, "the object is archived and must be restored first", None),
    "InvalidAccessKeyId": (WrongCredentials, "the access key is not known there", _LOGIN),
    "SignatureDoesNotMatch": (WrongCredentials, "the secret key is wrong", _LOGIN),
    "InvalidToken": (WrongCredentials, "the session token is wrong", _LOGIN),
    "Unauthorized": (WrongCredentials, "the credentials are not accepted", _LOGIN),
    "ExpiredToken": (WrongCredentials, "the credentials have expired", _EXPIRED),
    "TokenRefreshRequired": (WrongCredentials, "the credentials have expired", _EXPIRED),
    "RequestTimeTooSkewed": (Denied, "this machine's clock is wrong", "set the clock"),
    "RequestExpired": (Denied, "this machine's clock is wrong", "set the clock"),
    "AuthorizationHeaderMalformed": (Unsupported, "the bucket is in another region", _REGION),
    "PermanentRedirect": (Unsupported, "the bucket is in another region", _REGION),
    "TemporaryRedirect": (Unreachable, "the bucket is moving", _LATER),
    "SlowDown": (Unreachable, "the storage asks for fewer requests", _LATER),
    "Throttling": (Unreachable, "the storage asks for fewer requests", _LATER),
    "InternalError": (Unreachable, "the storage has an internal error", _LATER),
    "ServiceUnavailable": (Unreachable, "the storage is not available", _LATER),
    "RequestTimeout": (Unreachable, "the storage waited too long for the request", _LATER),
    "BadDigest": (Corrupt, "the bytes were damaged on their way", "try again"),
    "InvalidDigest": (Corrupt, "the bytes were damaged on their way", "try again"),
    "XAmzContentSHA256Mismatch": (Corrupt, "the bytes were damaged on their way", "try again"),
    "QuotaExceeded": (StoreFull, "the quota is used up", None),
    "XMinioStorageFull": (StoreFull, "the storage is full", None),
    "EntityTooLarge": (Unsupported, "the object is too large for this storage", None),
    "KeyTooLongError": (Unsupported, "the key is too long for this storage", None),
    "KeyTooLong": (Unsupported, "the key is too long for this storage", None),
    "InvalidBucketName": (Missing, "this is not the name of a bucket", None),
    "NotImplemented": (Unsupported, "the storage cannot do this", None),
    "MethodNotAllowed": (Unsupported, "the storage does not allow this", None),
}

_STATUSES: dict[int, str] = {
    301: "PermanentRedirect",
    307: "TemporaryRedirect",
    401: "Unauthorized",
    403: "AccessDenied",
    404: "NoSuchKey",
    405: "MethodNotAllowed",
    409: "ConditionalRequestConflict",
    412: "PreconditionFailed",
    429: "SlowDown",
    500: "InternalError",
    501: "NotImplemented",
    503: "SlowDown",
    507: "QuotaExceeded",
}

# obstore's classes, for when neither a code nor a status is in the text.
CLASSES: dict[str, type[StoreError]] = {
    "NotFoundError": Missing,
    "AlreadyExistsError": Refused,
    "PreconditionError": Refused,
    "NotModifiedError": Refused,
    "PermissionDeniedError": Denied,
    "UnauthenticatedError": NoCredentials,
    "NotSupportedError": Unsupported,
    "InvalidPathError": Unsupported,
    "UnknownConfigurationKeyError": Unsupported,
    "JoinError": Unreachable,
    "GenericError": Unreachable,
    "BaseError": Unreachable,
}

_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_NO_ANSWER = re.compile(r"HTTP error: (error sending request|request or response body error)")
_RETRIES = re.compile(r"\bretries: [1-9]")
_PLAIN: dict[type[Exception], str] = {
    FileNotFoundError: "NotFoundError",
    PermissionError: "PermissionDeniedError",
}


@dataclass(frozen=True, slots=True)
class About:
    """What a request was about: the bucket as its URL, and the key, if any."""

    where: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed request.

    Attributes:
        error: what to raise.
        lost: whether the storage may have done what was asked all the same: there was no answer, or
            the answer is one to a repetition of the request.
        silent: whether there was no answer at all.
    """

    error: StoreError
    lost: bool
    silent: bool = False


def failure(error: Exception, about: About) -> Failure | None:
    """What one of `sdk_errors` means, or None when no SDK raised it."""
    exceptions = obstore_errors()
    if exceptions is None:
        return _from_botocore(error, about)
    if isinstance(error, (exceptions.BaseError, FileNotFoundError, PermissionError)):
        return _from_obstore(error, about)
    if isinstance(error, ValueError):
        # obstore's own class for keys that it cannot spell is not the one that it raises.
        return _from_obstore(error, about) if "Could not parse path" in str(error) else None
    return _from_botocore(error, about)


@contextmanager
def translated(about: About) -> Iterator[None]:
    """Turn what the SDKs raise in the block into the family's errors."""
    try:
        yield
    except sdk_errors() as error:
        failed = failure(error, about)
        if failed is None:
            raise
        raise failed.error from error


def sdk_errors() -> tuple[type[Exception], ...]:
    """What the SDKs raise. One that was never imported has raised nothing."""
    exceptions = obstore_errors()
    ours: tuple[type[Exception], ...] = ()
    if exceptions is not None:
        ours = (exceptions.BaseError, *_PLAIN, ValueError)
    if "botocore" not in sys.modules:
        return ours
    from botocore.exceptions import BotoCoreError, ClientError

    return (*ours, BotoCoreError, ClientError)


def code_in(text: str) -> str | None:
    """The code in a server's own words, e.g. `NoSuchKey`, if there is one."""
    found = _CODE.search(text)
    return found.group(1) if found else None


def for_answer(code: str | None, status: int | None, about: About) -> StoreError:
    """The error for what the server answered."""
    known = code if code in CODES else _STATUSES.get(status or 0)
    what = about.where if about.key is None else f"{about.key!r} in {about.where}"
    if known is None:
        said = code or status or "nothing that can be understood"
        return Unreachable(f"{what}: the storage answered {said}", key=about.key)
    kind, sentence, hint = CODES[known]
    if known == "NoSuchKey" and about.key is None:
        kind, sentence, hint = CODES["NoSuchBucket"]
    return kind(f"{what}: {sentence}", key=about.key, hint=hint)


def _from_obstore(error: Exception, about: About) -> Failure:
    name = "InvalidPathError" if isinstance(error, ValueError) else type(error).__name__
    name = _PLAIN.get(type(error), name)
    text = str(error)
    code, status = code_in(text), _STATUS.search(text)
    if name == "UnauthenticatedError" and not status:
        return Failure(NoCredentials(f"{about.where}: {_first_line(text)}", key=about.key), False)
    if code or status:
        answered = for_answer(code, int(status.group(1)) if status else None, about)
    else:
        kind = CLASSES.get(name, Unreachable)
        # obstore's own sentence holds the URL twice and how long it has tried.
        said = "the storage does not answer" if _NO_ANSWER.search(text) else _first_line(text)
        answered = kind(f"{about.where}: {said}", key=about.key)
    repeated = _RETRIES.search(text) is not None
    silent = _NO_ANSWER.search(text) is not None
    return Failure(answered, isinstance(answered, Unreachable) or repeated, silent)


def _from_botocore(error: Exception, about: About) -> Failure | None:
    if "botocore" not in sys.modules:
        return None
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        said = error.response.get("ResponseMetadata", {})
        code = error.response.get("Error", {}).get("Code")
        answered = for_answer(code, said.get("HTTPStatusCode"), about)
        repeated = bool(said.get("RetryAttempts"))
        return Failure(answered, isinstance(answered, Unreachable) or repeated)
    if isinstance(error, exceptions.NoCredentialsError):
        return Failure(NoCredentials(f"{about.where}: no credentials", key=about.key), False)
    if isinstance(error, exceptions.HTTPClientError):
        # Its own sentence holds the whole request, which nobody wants to read.
        silent = Unreachable(f"{about.where}: the storage does not answer", key=about.key)
        return Failure(silent, True)
    if isinstance(error, exceptions.BotoCoreError):
        unreachable = Unreachable(f"{about.where}: {_first_line(str(error))}", key=about.key)
        return Failure(unreachable, True)
    return None


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(". ")
