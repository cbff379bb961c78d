"""One bucket and the three ways to speak with it: obstore, botocore, and plain signed requests.

Each is made when it is first needed. botocore in particular costs more to import than most commands
take, so nothing here imports it at module level, and reading through obstore never needs it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import TYPE_CHECKING, Any

from gitstore.adapters.stores.patience import ATTEMPTS, pause
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3_errors import About
from gitstore.adapters.stores.s3_obstore import (
    obstore,
    obstore_begins,
    obstore_can_spell,
    obstore_runs,
)
from gitstore.core.credentials import CredentialSource, Keys, of_kind
from gitstore.core.errors import Unsupported
from gitstore.core.trust import is_aws

if TYPE_CHECKING:
    from obstore.store import S3Store as ObstoreS3

PARALLEL = 32
CONNECT = 10
SILENCE = 60
"""In seconds: until a connection stands, and until a byte arrives."""

TOO_MANY = 429
_RENEWAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go: the service's URL, the bucket, and the region to sign for."""

    url: str
    bucket: str
    region: str


def endpoint_of(place: StorePlace) -> Endpoint:
    """The endpoint of a place; without one in the manifest, AWS's in the place's region."""
    region = place.region or "us-east-1"
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    url = place.endpoint or f"https://s3.{region}.{domain}"
    return Endpoint(url.rstrip("/"), place.container, region)


class Connection:
    """A bucket, with what is needed to ask it. May be used by several threads.

    Attributes:
        partial_content: false once the server has answered a range with another status than 206.
    """

    def __init__(self, place: StorePlace, credentials: CredentialSource) -> None:
        self.endpoint = endpoint_of(place)
        self.partial_content = True
        self._identity = place.identity
        self._prefix = place.key_prefix
        self._source = credentials
        self._lock = Lock()
        self._keys: Keys | None = None
        self._asked = False
        self._obstore: ObstoreS3 | None = None
        self._client: Any = None
        self._client_keys: Keys | None = None
        self._process = os.getpid()

    @property
    def prefix(self) -> str:
        """What every key begins with in the bucket."""
        return self._prefix

    def about(self, key: str | None = None) -> About:
        """For errors about a key, or about the bucket."""
        return About(self._identity, key)

    def full(self, key: str) -> str:
        """The key in the bucket.

        Raises:
            Unsupported: S3 has no such key.
        """
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise Unsupported(f"the key {key!r} is not Unicode", key=key) from error
        if not key or "\0" in key:
            raise Unsupported(f"S3 cannot hold the key {key!r}", key=key)
        return self._prefix + key

    def keys(self) -> Keys | None:
        """The keys to sign with now, or None to send requests unsigned."""
        with self._lock:
            if not self._asked or _runs_out(self._keys):
                self._keys = of_kind(self._source(), Keys)
                self._asked = True
            return self._keys

    def obstore_may(self, full: str) -> bool:
        """Whether a request about a key in the bucket may be left to obstore.

        It follows redirects, on which it leaves the signature behind but takes the session token
        along. AWS redirects to itself; nobody else's server gets one through obstore.
        """
        if not obstore_can_spell(full) or not obstore_runs():
            return False
        keys = self.keys()
        return keys is None or keys.token is None or is_aws(self.endpoint.url)

    def obstore(self) -> ObstoreS3:
        """obstore's store of the whole bucket."""
        if self._obstore is None:
            # Asked here once, so that missing credentials are our error and not one from inside.
            keys = self.keys()
            with self._lock:
                if self._obstore is None:
                    self._obstore = _open_obstore(self.endpoint, None if keys is None else self)
        return self._obstore

    def client(self) -> Any:
        """botocore's client, with keys that work now."""
        keys = self.keys()
        with self._lock:
            # A process that was forked must not share connections with its parent.
            if self._client is None or keys != self._client_keys or self._process != os.getpid():
                self._process = os.getpid()
                self._client = _open_client(self.endpoint, keys)
                self._client_keys = keys
            return self._client

    def __call__(self) -> Any:
        """The keys in the form that obstore asks for."""
        keys = self.keys()
        if keys is None:
            raise RuntimeError("unsigned requests need no keys")
        return {
            "access_key_id": keys.access,
            "secret_access_key": keys.secret,
            "token": keys.token,
            "expires_at": keys.expires,
        }


def _runs_out(keys: Keys | None) -> bool:
    if keys is None or keys.expires is None:
        return False
    return keys.expires - datetime.now(timezone.utc) < _RENEWAL


def _open_obstore(endpoint: Endpoint, provider: Connection | None) -> ObstoreS3:
    obstore_begins()
    store: ObstoreS3 = obstore().store.S3Store(
        endpoint.bucket,
        config={
            "endpoint": endpoint.url,
            "region": endpoint.region,
            "virtual_hosted_style_request": False,
            "skip_signature": provider is None,
            # The server compares the bytes that arrive with it; a flipped bit is refused.
            "checksum_algorithm": "SHA256",
        },
        client_options={
            "allow_http": endpoint.url.startswith("http://"),
            "connect_timeout": f"{CONNECT}s",
            "read_timeout": f"{SILENCE}s",
            "timeout": "1h",
        },
        retry_config={"max_retries": ATTEMPTS - 1, "retry_timeout": timedelta(minutes=3)},
        credential_provider=provider,
    )
    return store


def _open_client(endpoint: Endpoint, keys: Keys | None) -> Any:
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.session import Session

    client = Session().create_client(
        "s3",
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=None if keys is None else keys.access,
        aws_secret_access_key=None if keys is None else keys.secret,
        aws_session_token=None if keys is None else keys.token,
        config=Config(
            signature_version=UNSIGNED if keys is None else "s3v4",
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT,
            read_timeout=SILENCE,
            max_pool_connections=PARALLEL,
            # Trailing checksums are a dialect that only AWS speaks; ours go into plain headers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    client.meta.events.register_first("needs-retry.s3", _pause_when_throttled)
    client.meta.events.register_last("before-parameter-build.s3", _follow_no_region)
    client.meta.events.register_first("before-sign.s3.UploadPart", _sign_no_body)
    return client


def _sign_no_body(request: Any, **_: Any) -> None:
    """Sign a part's MD5 and not its bytes, which the server holds against that.

    botocore does so on its own where the connection is encrypted; elsewhere it would hash every
    byte of a large object once more, which takes as long as the SHA-256 that names it.
    """
    from botocore.config import Config

    unsigned = Config(s3={"addressing_style": "path", "payload_signing_enabled": False})
    request.context["client_config"] = request.context["client_config"].merge(unsigned)


def _follow_no_region(context: dict[str, Any], **_: Any) -> None:
    """Let a redirect be an answer like any other.

    botocore asks such a server where the bucket is, with a request of its own, and where that is
    redirected too, does so until the stack is full.
    """
    context["s3_redirect"] = {"redirected": True}


def _pause_when_throttled(response: Any, attempts: int, **_: Any) -> float | None:
    """Seconds until the next attempt after a 429, which botocore repeats only for some codes."""
    if response is None or response[0].status_code != TOO_MANY or attempts >= ATTEMPTS:
        return None
    return pause(attempts)
