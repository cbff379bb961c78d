"""Everything that servers and SDKs say has its error."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from obstore import exceptions

from gitstore.adapters.stores import s3_errors
from gitstore.adapters.stores.s3_errors import About, failure, translated
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

HERE = About("s3://here/bucket")
OBJECT = About("s3://here/bucket", "a")


def answer(code: str, status: int, retries: int = 0) -> ClientError:
    said = {
        "Error": {"Code": code},
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": retries},
    }
    return ClientError(said, "PutObject")


def test_every_class_of_obstore_has_its_error() -> None:
    known = {name for name in dir(exceptions) if isinstance(getattr(exceptions, name), type)}

    assert known == set(s3_errors.CLASSES)


def test_every_status_leads_to_a_known_code() -> None:
    for status in (301, 307, 401, 403, 404, 405, 409, 412, 429, 500, 501, 503, 507):
        assert "answered" not in s3_errors.for_answer(None, status, HERE).message
    assert isinstance(s3_errors.for_answer(None, 418, HERE), Unreachable)


@pytest.mark.parametrize(
    ("error", "kind", "lost"),
    [
        (answer("NoSuchBucket", 404), Missing, False),
        (answer("NoSuchKey", 404), Missing, False),
        (answer("404", 404), Missing, False),
        (answer("PreconditionFailed", 412), Refused, False),
        (answer("PreconditionFailed", 412, retries=1), Refused, True),
        (answer("ConditionalRequestConflict", 409), Refused, False),
        (answer("InvalidAccessKeyId", 403), WrongCredentials, False),
        (answer("ExpiredToken", 400), WrongCredentials, False),
        (answer("BadDigest", 400), Corrupt, False),
        (answer("QuotaExceeded", 403), StoreFull, False),
        (answer("NotImplemented", 501), Unsupported, False),
        (answer("SlowDown", 503), Unreachable, True),
        (answer("SomethingNew", 418), Unreachable, True),
        (EndpointConnectionError(endpoint_url="http://here"), Unreachable, True),
        (NoCredentialsError(), NoCredentials, False),
        (exceptions.GenericError("error sending request"), Unreachable, True),
        (
            exceptions.AlreadyExistsError("status code: 412 retries: 0, max_retries: 3"),
            Refused,
            False,
        ),
        (
            exceptions.AlreadyExistsError("status code: 412 retries: 2, max_retries: 3"),
            Refused,
            True,
        ),
        (
            exceptions.PreconditionError("status code: 404 <Code>NoSuchBucket</Code>"),
            Missing,
            False,
        ),
        (exceptions.UnauthenticatedError("External AWS credential provider"), NoCredentials, False),
        (FileNotFoundError("status code: 404"), Missing, False),
        (PermissionError("status code: 403"), Denied, False),
        (ValueError('Could not parse path: "a//b"'), Unsupported, False),
    ],
)
def test_a_failure_is_what_the_server_said(
    error: Exception, kind: type[StoreError], lost: bool
) -> None:
    failed = failure(error, OBJECT)

    assert failed is not None
    assert (type(failed.error), failed.lost) == (kind, lost)
    assert failed.error.key == "a"
    assert "\n" not in failed.error.message


def test_what_is_no_sdks_error_passes() -> None:
    with pytest.raises(ValueError, match="our own mistake"), translated(HERE):
        raise ValueError("our own mistake")
