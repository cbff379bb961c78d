"""Secrets are found by their form; names of files are none."""

from __future__ import annotations

import pytest

from gitstore.core.secrets import secret_in_manifest, secret_in_pointer


@pytest.mark.parametrize(
    "line",
    [
        "url: https://ada:hunter2@example.org/data",
        "# AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI",
        "    password: hunter2",
        '"client_secret": "x"',
        "description: ghp_" + "a" * 36,
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "url: https://h/x?sig=abc",
    ],
)
def test_a_secret_in_a_manifest_is_found_with_its_line(line: str) -> None:
    assert secret_in_manifest(f"version: 1\n{line}\n") == 2


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nstorages:\n  survey:\n    url: s3://bucket/keys\n",
        "description: how to get a password\n",
        "description: secret keys are elsewhere\n",
        "",
    ],
)
def test_a_manifest_may_talk_of_secrets(text: str) -> None:
    assert secret_in_manifest(text) is None


def test_names_of_files_are_no_secrets() -> None:
    assert secret_in_pointer("passwords.csv\t1\npassword: x\t2\napi_key=1.txt\t3\n") is None


def test_a_token_in_a_pointer_is_one() -> None:
    assert secret_in_pointer("a\t1\nAIza" + "b" * 35 + "\t2\n") == 2
