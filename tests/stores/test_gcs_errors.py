"""Everything that Google Cloud Storage says has its error."""

from __future__ import annotations

import json

import pytest

from gitstore.adapters.stores.cloud_requests import Answer
from gitstore.adapters.stores.gcs_errors import STATUSES, for_answer
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

OBJECT = About("gs://storage.googleapis.com/bucket", "a")


def answer(status: int, reason: str = "", message: str = "") -> Answer:
    said = {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}
    return Answer(status, {}, json.dumps(said).encode(), repeated=False)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(404, "notFound", "No such object: bucket/a"), Missing),
        (answer(412, "conditionNotMet"), Refused),
        (answer(401, "authError"), WrongCredentials),
        (answer(403, "forbidden", "a@b does not have storage.objects.get access"), Denied),
        (answer(403, "rateLimitExceeded"), Unreachable),
        (answer(403, "retentionPolicyNotMet"), Denied),
        (answer(403, "quotaExceeded"), StoreFull),
        (answer(400, "invalid", 'Provided CRC32C "AA==" doesn\'t match calculated'), Corrupt),
        (answer(400, "userProjectMissing"), Unsupported),
        (answer(429, "rateLimitExceeded"), Unreachable),
        (answer(503, "backendError"), Unreachable),
        (answer(302), Unreachable),
        (answer(418), Unreachable),
        (Answer(404, {}, b"Not Found", repeated=False), Missing),
        (Answer(403, {}, b"[1]", repeated=False), Denied),
    ],
)
def test_an_error_is_what_the_storage_said(said: Answer, kind: type[StoreError]) -> None:
    error = for_answer(said, OBJECT, known=True)

    assert type(error) is kind
    assert error.key == "a"
    assert "\n" not in error.message


def test_who_sends_no_credentials_is_asked_for_them() -> None:
    error = for_answer(answer(401, "required"), OBJECT, known=False)

    assert isinstance(error, NoCredentials)
    assert error.hint == "git storage login NAME"


def test_a_missing_bucket_is_told_from_a_missing_object() -> None:
    missing = answer(404, "notFound", "The specified bucket does not exist.")

    assert "bucket" in for_answer(missing, OBJECT, known=True).message.partition(": ")[2]
    assert "object" in for_answer(answer(404), OBJECT, known=True).message.partition(": ")[2]


def test_every_status_of_the_table_has_a_sentence() -> None:
    for status in STATUSES:
        assert "answered" not in for_answer(answer(status), OBJECT, known=True).message
