"""What may be secret is taken out of a text, and what helps somebody stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.redacting import GONE, redacted

SECRET = [
    "https://ada:hunter2@example.org/x",
    "https://hunter2@example.org/x",
    "s3://bucket/x?X-Amz-Signature=hunter2",
    "https://host/x?hunter2",
    "https://host/x#hunter2",
    "Authorization: Basic hunter2",
    "authorization: bearer hunter2",
    "sent Bearer hunter2hunter2 and failed",
    "password=hunter2",
    '"secret_access_key": "hunter2"',
    "AccountKey=hunter2==;EndpointSuffix=x",
    "AWS_SECRET_ACCESS_KEY='hunter2 and more'",
    "my_api-key = hunter2",
    "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nhunter2",
]


@pytest.mark.parametrize("text", SECRET)
def test_what_a_secret_looks_like_is_taken_out(text: str) -> None:
    assert "hunter2" not in redacted(f"before {text} behind")


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.abc",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==",
    ],
)
def test_what_is_random_is_taken_out_wherever_it_stands(secret: str) -> None:
    assert secret not in redacted(f"the server said {secret}, twice: '{secret}'")


@pytest.mark.parametrize(
    "text",
    [
        "ok      survey: s3://amazonaws.com/sky-survey/release-3 answers",
        "git 2.39.5, Python 3.11.7, git-storage 0.1.0",
        "hint: git storage trust --write survey",
        "Linux-6.18.44-fc-v669-x86_64-with-glibc2.36, 2 processors",
        "data/raw: 1,234 objects, 5 bytes; 1,234 with etag",
        "    include: ['*.fits']",
        "it looks for hooks in ~/project/.git/hooks",
    ],
)
def test_what_helps_somebody_stays(text: str) -> None:
    assert redacted(text) == text


def test_what_is_known_to_be_secret_goes_and_a_home_becomes_short() -> None:
    told = redacted("open sesame in /users/a/x, sesam", ["open sesame", "sesam", ""], "/users/a")
    assert told == f"{GONE} in ~/x, {GONE}"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4), st.text(), st.text())
def test_a_known_secret_never_stays(secret: str, before: str, behind: str) -> None:
    if secret not in GONE and not any(secret in part for part in (f"?{GONE}", f"{GONE}?")):
        assert secret not in redacted(f"{before}{secret}{behind}", [secret]).replace(GONE, "\0")
