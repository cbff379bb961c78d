"""Each cloud's tools are asked as they are set up on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gitstore.adapters.credentials import of_cloud
from gitstore.core.credentials import (
    AccountKey,
    Keys,
    ServiceAccount,
    SharedAccess,
    Token,
)
from gitstore.core.errors import NoCredentials
from gitstore.core.urls import parse_url

_GCS, _AZURE = parse_url("gs://sky"), parse_url("az://sky", account="lab")
_S3, _WEB = parse_url("s3://sky"), parse_url("https://h/sky")
_VARIABLES = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
    *("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "IDENTITY_ENDPOINT"),
)


class Machine(BaseHTTPRequestHandler):
    """What a machine in a cloud asks for its own identity."""

    def do_GET(self) -> None:
        """Google's metadata server, and Azure's for services."""
        ends = int(datetime(2999, 1, 1, tzinfo=timezone.utc).timestamp())
        answer = {"access_token": "hush", "expires_in": 3600, "token_type": "Bearer"}
        if "resource=" in self.path:
            answer |= {"expires_on": ends, "resource": "x"}
        elif "recursive" in self.path:
            answer = {"email": "a@b", "scopes": ["x"], "aliases": ["default"]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine in no cloud, of a user without any of their tools."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HOME": str(tmp_path),
        "PATH": str(tmp_path),
        "NO_GCE_CHECK": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def machine() -> Iterator[str]:
    """`host:port` of a machine's metadata."""
    server = HTTPServer(("127.0.0.1", 0), Machine)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("place", [_S3, _GCS, _AZURE])
def test_where_nothing_is_set_up_there_are_none(
    place: object, capfd: pytest.CaptureFixture[str]
) -> None:
    source = of_cloud(place, {})  # type: ignore[arg-type]  # of a table
    assert source is not None
    assert source() is None
    assert capfd.readouterr() == ("", "")


def test_a_server_that_is_no_clouds_has_no_chain() -> None:
    assert of_cloud(_WEB, {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}) is None


def test_google_takes_the_key_file_that_the_environment_names(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text('{"type": "service_account", "client_email": "a@b"}')
    source = of_cloud(_GCS, {"GOOGLE_APPLICATION_CREDENTIALS": str(file)})
    assert source is not None
    assert source() == ServiceAccount(file.read_text())


def test_a_key_file_that_is_not_there_is_no_reason_to_go_on_without(tmp_path: Path) -> None:
    source = of_cloud(_GCS, {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "x")})
    assert source is not None
    with pytest.raises(NoCredentials):
        source()


def test_google_takes_the_machines_own_account(machine: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NO_GCE_CHECK"}
    for name in ("GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"):
        environment[name] = machine
    # In a process of its own: the library reads these names once, when it is imported.
    program = (
        "from gitstore.adapters.credentials_google import for_gcs; found = for_gcs({})();"
        "print(found.token, found.expires.tzinfo, found)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("hush UTC Token(expires=")
    assert done.stderr == ""


def test_azure_takes_the_identity_of_a_service(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://{machine}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    source = of_cloud(_AZURE, {})
    assert source is not None
    assert source() == Token("hush", datetime(2999, 1, 1, tzinfo=timezone.utc))


def test_what_is_meant_to_work_and_does_not_is_said() -> None:
    source = of_cloud(_AZURE, {"AZURE_CLIENT_ID": "x"})
    assert source is not None
    with pytest.raises(NoCredentials):
        source()


_KEY = {"AZURE_STORAGE_ACCOUNT": "lab", "AZURE_STORAGE_KEY": "hush"}
_SAS = {"AZURE_STORAGE_ACCOUNT": "lab", "AZURE_STORAGE_SAS_TOKEN": "?sig=hush"}
_STRING = {"AZURE_STORAGE_CONNECTION_STRING": "AccountName=lab;AccountKey=hush==;X=y"}


def test_azure_takes_the_variables_of_its_command_line() -> None:
    for variables, found in (
        (_KEY, AccountKey("lab", "hush")),
        (_SAS, SharedAccess("sig=hush")),
        (_STRING, AccountKey("lab", "hush==")),
    ):
        source = of_cloud(_AZURE, variables)
        assert source is not None
        assert source() == found


@pytest.mark.parametrize("variables", [_KEY, _SAS, _STRING])
def test_the_key_of_one_account_is_not_shown_to_another(variables: dict[str, str]) -> None:
    source = of_cloud(parse_url("az://sky", account="evil"), variables)
    assert source is not None
    assert source() is None


def test_the_keys_of_aws_come_from_the_environment() -> None:
    source = of_cloud(_S3, {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"})
    assert source is not None
    assert source() == Keys("A", "s")
