"""Everything that Azure says has its error."""

from __future__ import annotations

import pytest

from gitstore.adapters.stores.azure_errors import CODES, STATUSES, for_answer
from gitstore.adapters.stores.cloud_requests import Answer
from gitstore.adapters.stores.web_errors import About
from gitstore.core.errors import (
    Corrupt,
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    Unreachable,
    Unsupported,
    WrongCredentials,
)

CONTAINER = About("azure://sky.blob.core.windows.net/survey")
OBJECT = About("azure://sky.blob.core.windows.net/survey", "a")


def answer(status: int, code: str = "") -> Answer:
    return Answer(status, {"x-ms-error-code": code} if code else {}, b"", repeated=False)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(404, "BlobNotFound"), Missing),
        (answer(404, "ContainerNotFound"), Missing),
        (answer(404, "ResourceNotFound"), Missing),
        (answer(404), Missing),
        (answer(409, "BlobAlreadyExists"), Refused),
        (answer(412, "ConditionNotMet"), Refused),
        (answer(412, "LeaseIdMissing"), Denied),
        (answer(400, "InvalidBlockList"), Refused),
        (answer(409, "BlobImmutableDueToPolicy"), Denied),
        (answer(409, "SnapshotsPresent"), Denied),
        (answer(409, "PublicAccessNotPermitted"), NoCredentials),
        (answer(401, "NoAuthenticationInformation"), NoCredentials),
        (answer(403, "AuthenticationFailed"), WrongCredentials),
        (answer(403, "AuthorizationPermissionMismatch"), Denied),
        (answer(403), Denied),
        (answer(400, "Md5Mismatch"), Corrupt),
        (answer(413), Unsupported),
        (answer(503, "ServerBusy"), Unreachable),
        (answer(500, "SomethingNew"), Unreachable),
        (answer(307), Unreachable),
        (answer(418), Unreachable),
    ],
)
def test_an_error_is_what_the_storage_said(said: Answer, kind: type[StoreError]) -> None:
    error = for_answer(said, OBJECT, known=True)

    assert type(error) is kind
    assert error.key == "a"


def test_a_404_without_a_key_is_about_the_container() -> None:
    assert "container" in for_answer(answer(404), CONTAINER, known=True).message.partition(": ")[2]


def test_every_row_is_a_sentence() -> None:
    for status in STATUSES:
        assert "answered" not in for_answer(answer(status), OBJECT, known=True).message
    for code in CODES:
        assert not for_answer(answer(400, code), OBJECT, known=True).message.endswith(".")


def test_who_sends_no_credentials_is_asked_for_them() -> None:
    for said in (answer(403, "AuthorizationFailure"), answer(401), answer(403)):
        assert isinstance(for_answer(said, OBJECT, known=False), NoCredentials)
    held = for_answer(answer(412, "LeaseIdMissing"), OBJECT, known=False)
    assert not isinstance(held, NoCredentials)
