"""One bucket of Google Cloud Storage, asked through its JSON API.

See https://cloud.google.com/storage/docs/json_api/v1. The XML API, which obstore speaks, lists no
generations, and its conditional writes can be tried out on no server but Google's own.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gitstore.adapters.stores import gcs_tokens
from gitstore.adapters.stores.cloud_requests import Answer, Held, Request, Service
from gitstore.adapters.stores.gcs_errors import for_answer
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_errors import About
from gitstore.core.credentials import CredentialSource, Token
from gitstore.core.errors import StoreError, Unreachable, Unsupported
from gitstore.core.store import Found
from gitstore.core.versions import Version, version

OWN = "https://storage.googleapis.com"
FIELDS = "name,size,generation,md5Hash,crc32c"
_LONGEST = 1024
"""In bytes, of a key."""


class Bucket:
    """A bucket, with what is needed to ask it; may be used by several threads.

    Attributes:
        identity: the storage's.
        prefix: what every key begins with in the bucket.
        foreign: whether the service is somebody else's than Google's.
        service: sends the requests.
    """

    def __init__(self, place: StorePlace, credentials: CredentialSource) -> None:
        self.identity = place.identity
        self.prefix = place.key_prefix
        self.foreign = place.endpoint is not None
        self._url = (place.endpoint or OWN).rstrip("/")
        self._name = quote(place.container, safe="")
        self._held = Held(lambda: gcs_tokens.token(credentials()))
        self.service = Service(self._url, self._signed)

    def about(self, key: str | None = None) -> About:
        """What an error is about: a key, or the bucket."""
        return About(self.identity, key)

    def full(self, key: str) -> str:
        """The key in the bucket.

        Raises:
            Unsupported: Google has no such key. See
                https://cloud.google.com/storage/docs/objects#naming.
        """
        full = self.prefix + key
        try:
            length = len(full.encode())
        except UnicodeEncodeError as error:
            raise Unsupported(f"the key {key!r} is not Unicode", key=key) from error
        odd = not key or full in (".", "..") or any(mark in full for mark in "\0\r\n")
        if odd or length > _LONGEST or full.startswith(".well-known/acme-challenge/"):
            raise Unsupported(f"Google Cloud Storage cannot hold the key {key!r}", key=key)
        return full

    def objects(self, about: About) -> Request:
        """A request about the bucket's objects together."""
        return Request("GET", f"{self._url}/storage/v1/b/{self._name}/o", about)

    def object(self, method: str, key: str) -> Request:
        """A request about one object."""
        name = quote(self.full(key), safe="")
        url = f"{self._url}/storage/v1/b/{self._name}/o/{name}"
        return Request(method, url, self.about(key))

    def upload(self, key: str) -> Request:
        """A request that begins to write an object."""
        url = f"{self._url}/upload/storage/v1/b/{self._name}/o"
        return Request("POST", url, self.about(key), {"fields": FIELDS})

    def here(self, location: str) -> str:
        """A URL that the service has named, at the service's own address.

        Whatever host it names, the bytes go nowhere else than the storage is.
        """
        path = location.partition("://")[2].partition("/")[2]
        return f"{self._url}/{path}"

    def document(self, answer: Answer, about: About) -> Mapping[str, Any]:
        """The JSON of a successful answer.

        Raises:
            StoreError: the answer is an error, or is no JSON.
        """
        if answer.status != 200:
            raise self.failed(answer, about)
        try:
            found = json.loads(answer.body)
        except ValueError as error:
            raise Unreachable(f"{about}: the answer is damaged", key=about.key) from error
        if not isinstance(found, dict):
            raise Unreachable(f"{about}: the answer is damaged", key=about.key)
        return found

    def failed(self, answer: Answer, about: About) -> StoreError:
        """The error for an answer that is one."""
        return for_answer(answer, about, known=self._held.now() is not None)

    def _signed(self, request: Request) -> Request:
        token = self._held.now()
        if not isinstance(token, Token):
            return request
        return request.saying({"Authorization": f"Bearer {token.token}"})


def described(said: Mapping[str, Any], about: About) -> Found:
    """An object as the JSON API describes it; the key is the one in the bucket.

    Raises:
        Unreachable: something is missing that every object has.
    """
    try:
        ids = {"generation": str(int(said["generation"]))}
        for kind, name in (("md5", "md5Hash"), ("crc32c", "crc32c")):
            if said.get(name):
                ids[kind] = hexadecimal(said[name])
        return Found(str(said["name"]), version(int(said["size"]), ids))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreachable(f"{about}: an object is described in part only") from error


def hexadecimal(encoded: str) -> str:
    """A checksum as a pointer spells it, from base64."""
    try:
        return base64.b64decode(encoded, validate=True).hex()
    except binascii.Error as error:
        raise ValueError("not base64") from error


def current(bucket: Bucket, key: str) -> Version | None:
    """The object's current version, or None when there is none."""
    request = bucket.object("GET", key).asking(fields=FIELDS)
    answer = bucket.service.ask(request)
    if answer.status == 404:
        return None
    return described(bucket.document(answer, request.about), request.about).version
