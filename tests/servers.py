"""Real storage servers for the tests, and what people without git do to them.

Each server runs on 127.0.0.1 at a port that was free, from its own virtualenv that
`tests/install-servers` makes. A server that is not installed is a failure, never a skip.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
_PATIENCE = 30.0
_REGION = "us-east-1"


class ServerMissing(Exception):
    """A server that the tests need is not installed."""


@dataclass(frozen=True)
class S3Server:
    """A running S3 server, and plain requests to it."""

    endpoint: str
    access_key: str = "AKIDTESTTESTTEST0000"
    secret_key: str = "a-secret-for-tests"
    region: str = _REGION

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which other programs, `git storage` too, reach the server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
        }

    @cached_property
    def s3(self) -> Any:
        """A botocore client, made once: it takes longer than most requests."""
        return self.client("s3")

    def client(self, service: str) -> Any:
        """A new botocore client."""
        from botocore.config import Config
        from botocore.session import Session

        return Session().create_client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def make_bucket(self) -> Bucket:
        """A new bucket without versions."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=name)
        return Bucket(self, name, self.s3)

    def make_versioned_bucket(self) -> Bucket:
        """A new bucket that keeps old versions."""
        bucket = self.make_bucket()
        bucket.client.put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
        return bucket


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as people without git use it."""

    server: S3Server
    name: str
    client: Any

    @property
    def url(self) -> str:
        """As in `.storage.yaml`, where `endpoint:` is the server's."""
        return f"s3://{self.name}"

    def put(self, key: str, data: bytes) -> str:
        """Write an object, whatever is there; its ETag without quotes."""
        answer = self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return str(answer["ETag"]).strip('"')

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        data: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return data

    def delete(self, key: str) -> None:
        """Delete an object, whatever is there."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str = "") -> list[str]:
        """The keys of the current objects."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def contents(self, prefix: str = "") -> dict[str, bytes]:
        """Every current object."""
        return {key: self.get(key) for key in self.keys(prefix)}

    def uploads(self) -> list[str]:
        """The keys of multipart uploads that were begun and neither completed nor aborted."""
        answer = self.client.list_multipart_uploads(Bucket=self.name)
        return [upload["Key"] for upload in answer.get("Uploads", ())]


@contextmanager
def ministack() -> Iterator[S3Server]:
    """The S3 with working preconditions, checksums, versions, IAM and STS. In memory."""
    program = installed("GITSTORE_MINISTACK", "ministack/bin/ministack")
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        # Without it the server listens on every address of the machine.
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,sts,iam",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AUTH": "true",
    }
    with running([str(program)], environment, f"{server.endpoint}/_ministack/health"):
        yield server


@contextmanager
def rclone(directory: Path) -> Iterator[S3Server]:
    """The S3 that ignores preconditions and has no versions, over an empty directory."""
    program = installed("GITSTORE_RCLONE", "rclone/bin/rclone")
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}")
    command = [str(program), "serve", "s3", "--config", "/dev/null"]
    command += ["--addr", f"127.0.0.1:{port}"]
    command += ["--auth-key", f"{server.access_key},{server.secret_key}", str(directory)]
    with running(command, {"PATH": os.environ["PATH"]}, server.endpoint):
        yield server


@contextmanager
def running(command: list[str], environment: Mapping[str, str], url: str) -> Iterator[None]:
    """A server process from its first answer until the end of the block.

    Args:
        url: answers over HTTP, whatever it says; or `tcp://HOST:PORT`, which takes a connection.
    """
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_answered(process, url)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def installed(variable: str, default: str) -> Path:
    """A program that `tests/install-servers` has put below `.servers`.

    Args:
        variable: the environment variable that names another one.
        default: its path there.
    """
    program = Path(os.environ.get(variable) or _ROOT / ".servers" / default)
    if not os.access(program, os.X_OK):
        raise ServerMissing(
            f"{program} is not installed: run `make servers`, or set {variable} to the program"
        )
    return program


def _wait_until_answered(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} at its start")
        try:
            _knock(url)
        except urllib.error.HTTPError as error:
            # Any answer will do: a server that refuses us is up.
            error.close()
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not answer at {url} in {_PATIENCE} seconds")


def _knock(url: str) -> None:
    if url.startswith("tcp://"):
        host, _, port = url.removeprefix("tcp://").partition(":")
        socket.create_connection((host, int(port)), timeout=5).close()
        return
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(url, timeout=5).close()
