"""Emulators of Google Cloud Storage and Azure, and what people without git do there.

They are asked through their own HTTP interfaces, not through the code that is tested.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import urllib3
from urllib3 import BaseHTTPResponse

from tests.servers import free_port, installed, running

_HTTP = urllib3.PoolManager(maxsize=16)
AZURITE_ACCOUNT = "devstoreaccount1"
# Every Azurite has this key; it is in Microsoft's documentation.
AZURITE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


@dataclass(frozen=True)
class GcsServer:
    """A running fake-gcs-server."""

    endpoint: str

    def make_bucket(self) -> GcsBucket:
        """A new bucket without versions."""
        return self._made({})

    def make_versioned_bucket(self) -> GcsBucket:
        """A new bucket that keeps old versions."""
        return self._made({"versioning": {"enabled": True}})

    def ask(self, method: str, path: str, body: bytes | None = None, **query: str) -> Any:
        """The JSON of an answer that is a success."""
        return json.loads(self.raw(method, path, body, **query) or b"null")

    def raw(self, method: str, path: str, body: bytes | None = None, **query: str) -> bytes:
        """The body of an answer that is a success."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        answer = _HTTP.request(method, f"{self.endpoint}{path}?{pairs}", body=body)
        assert answer.status in (200, 204), (answer.status, answer.data)
        return answer.data

    def _made(self, options: Mapping[str, object]) -> GcsBucket:
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        body = json.dumps({"name": name, **options}).encode()
        self.ask("POST", "/storage/v1/b", body, project="tests")
        return GcsBucket(self, name)


@dataclass(frozen=True, slots=True)
class GcsBucket:
    """A bucket as people without git use it."""

    server: GcsServer
    name: str

    @property
    def url(self) -> str:
        """As in `.storage.yaml`, where `endpoint:` is the server's."""
        return f"gs://{self.name}"

    @property
    def environment(self) -> dict[str, str]:
        """What other programs need to reach the bucket: nothing, it asks nobody who they are."""
        return {}

    @property
    def endpoint(self) -> str:
        """The server's."""
        return self.server.endpoint

    def put(self, key: str, data: bytes) -> str:
        """Write an object, whatever is there; its generation."""
        path = f"/upload/storage/v1/b/{self.name}/o"
        said = self.server.ask("POST", path, data, uploadType="media", name=key)
        return str(said["generation"])

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        return self.server.raw("GET", self._path(key), alt="media")

    def delete(self, key: str) -> None:
        """Delete an object, whatever is there."""
        self.server.raw("DELETE", self._path(key))

    def contents(self) -> dict[str, bytes]:
        """Every current object."""
        said = self.server.ask("GET", f"/storage/v1/b/{self.name}/o")
        return {each["name"]: self.get(each["name"]) for each in said.get("items", ())}

    def _path(self, key: str) -> str:
        return f"/storage/v1/b/{self.name}/o/{quote(key, safe='')}"


@dataclass(frozen=True)
class AzureServer:
    """A running Azurite, with its one account."""

    endpoint: str
    account: str = AZURITE_ACCOUNT
    key: str = AZURITE_KEY

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which other programs, `git storage` too, reach the server."""
        return {
            "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;"
            f"AccountName={self.account};AccountKey={self.key};"
            f"BlobEndpoint={self.endpoint}/{self.account};"
        }

    def make_container(self) -> AzureContainer:
        """A new container that only the account's key opens."""
        return self._made({})

    def make_public_container(self) -> AzureContainer:
        """A new container whose blobs everybody may read, and nobody list."""
        return self._made({"x-ms-blob-public-access": "blob"})

    def ask(self, method: str, path: str, query: str = "", **options: Any) -> BaseHTTPResponse:
        """A signed request below the account.

        See https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key.
        """
        headers = {
            "x-ms-date": format_datetime(datetime.now(timezone.utc), usegmt=True),
            "x-ms-version": "2021-12-02",
            **options.get("headers", {}),
        }
        body = options.get("body", b"")
        ours = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if "x-ms" in name)
        resource = f"/{self.account}/{self.account}/{path}"
        for pair in sorted(query.split("&")) if query else ():
            name, _, value = pair.partition("=")
            resource += f"\n{name}:{unquote(value)}"
        length = str(len(body)) if body else ""
        signed = f"{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{ours}{resource}"
        digest = hmac.digest(base64.b64decode(self.key), signed.encode(), hashlib.sha256)
        headers["Authorization"] = f"SharedKey {self.account}:{base64.b64encode(digest).decode()}"
        url = f"{self.endpoint}/{self.account}/{path}" + (f"?{query}" if query else "")
        answer = _HTTP.request(method, url, body=body or None, headers=headers)
        assert answer.status < 300, (answer.status, answer.data)
        return answer

    def _made(self, headers: Mapping[str, str]) -> AzureContainer:
        name = f"container-{uuid.uuid4().hex[:12]}"
        self.ask("PUT", name, "restype=container", headers=headers)
        return AzureContainer(self, name)


@dataclass(frozen=True, slots=True)
class AzureContainer:
    """A container as people without git use it."""

    server: AzureServer
    name: str

    @property
    def url(self) -> str:
        """As in `.storage.yaml`, where `endpoint:` is the server's with the account."""
        return f"az://{self.name}"

    @property
    def environment(self) -> dict[str, str]:
        """The server's."""
        return self.server.environment

    @property
    def endpoint(self) -> str:
        """The server's, with the account."""
        return f"{self.server.endpoint}/{self.server.account}"

    def put(self, key: str, data: bytes) -> str:
        """Write a blob, whatever is there; its ETag without quotes."""
        answer = self._ask("PUT", key, headers={"x-ms-blob-type": "BlockBlob"}, body=data)
        return answer.headers["etag"].strip('"')

    def get(self, key: str) -> bytes:
        """A blob's bytes."""
        return self._ask("GET", key).data

    def delete(self, key: str) -> None:
        """Delete a blob, whatever is there."""
        self._ask("DELETE", key)

    def contents(self) -> dict[str, bytes]:
        """Every current blob whose name needs no escape in XML."""
        text = self.server.ask("GET", self.name, "comp=list&restype=container").data.decode()
        return {key: self.get(key) for key in re.findall("<Name>(.*?)</Name>", text)}

    def uncommitted(self, key: str) -> list[str]:
        """The blocks of a blob that no list of blocks has made a part of it."""
        answer = self._ask("GET", key, "blocklisttype=uncommitted&comp=blocklist")
        return re.findall("<Name>(.*?)</Name>", answer.data.decode())

    def signature(self, permissions: str) -> str:
        """A query that gives these permissions to the container for an hour.

        See https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas.
        """
        ends = datetime.now(timezone.utc) + timedelta(hours=1)
        said = {
            "sp": permissions,
            "se": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sv": "2020-12-06",
            "sr": "c",
        }
        resource = f"/blob/{self.server.account}/{self.name}"
        parts = [said["sp"], "", said["se"], resource, "", "", "", said["sv"], said["sr"]]
        text = "\n".join([*parts, "", "", "", "", "", "", ""])
        digest = hmac.digest(base64.b64decode(self.server.key), text.encode(), hashlib.sha256)
        pairs = {**said, "sig": base64.b64encode(digest).decode()}
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items())

    def _ask(self, method: str, key: str, query: str = "", **options: Any) -> BaseHTTPResponse:
        return self.server.ask(method, f"{self.name}/{quote(key)}", query, **options)


@contextmanager
def fake_gcs() -> Iterator[GcsServer]:
    """The emulator of Google Cloud Storage with working generations. In memory."""
    program = installed("GITSTORE_FAKE_GCS", "fake-gcs/bin/fake-gcs-server")
    address = f"127.0.0.1:{free_port()}"
    server = GcsServer(f"http://{address}")
    command = [str(program), "-scheme", "http", "-backend", "memory", "-log-level", "error"]
    command += ["-host", "127.0.0.1", "-port", address.partition(":")[2]]
    command += ["-public-host", address, "-external-url", server.endpoint]
    with running(command, {"PATH": os.environ["PATH"]}, f"{server.endpoint}/storage/v1/b"):
        yield server


@contextmanager
def azurite(directory: Path) -> Iterator[AzureServer]:
    """Microsoft's emulator of Azure Blob Storage, in an empty directory."""
    program = installed("GITSTORE_AZURITE", "azurite/node_modules/.bin/azurite-blob")
    port = free_port()
    server = AzureServer(f"http://127.0.0.1:{port}")
    command = [str(program), "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    command += ["--location", str(directory), "--silent", "--disableTelemetry"]
    # Its list of versions of the interface ends before those of newer clients.
    command += ["--skipApiVersionCheck"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    with running(command, environment, f"{server.endpoint}/"):
        yield server
