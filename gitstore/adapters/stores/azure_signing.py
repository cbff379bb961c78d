"""How requests to Azure say who sends them: a shared key, a signed query, or a token.

See https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key. The SDK
for Python signs as well, but takes half a second to import and lists 5,000 blobs a second.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import unquote, urlencode, urlsplit

from gitstore.adapters.stores.cloud_requests import Request
from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    SharedAccess,
    Token,
    described,
)
from gitstore.core.errors import NoCredentials

API = "2021-12-02"
"""The version of the interface, which decides what answers look like."""

_IN_ORDER = ("Content-Encoding", "Content-Language", "Content-Length", "Content-MD5")
_MORE_IN_ORDER = (
    *("Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match"),
    *("If-Unmodified-Since", "Range"),
)


def signed(request: Request, found: Credentials | None) -> Request:
    """The request with what the credentials add to it; they are never shown by an error.

    Raises:
        NoCredentials: Azure takes none of this kind.
    """
    now = format_datetime(datetime.now(timezone.utc), usegmt=True)
    request = request.saying({"x-ms-date": now, "x-ms-version": API})
    if found is None:
        return request
    if isinstance(found, SharedAccess):
        pairs = (pair.partition("=") for pair in found.signature.split("&") if pair)
        # Not `parse_qsl`: a plus sign in a signature is one.
        return request.asking(**{name: unquote(value) for name, _, value in pairs})
    if isinstance(found, Token):
        return request.saying({"Authorization": f"Bearer {found.token}"})
    if isinstance(found, AccountKey):
        signature = f"SharedKey {found.account}:{_signature(request, found)}"
        return request.saying({"Authorization": signature})
    raise NoCredentials(
        f"Azure takes no credentials of this kind ({described(found)})",
        hint="git storage login NAME",
    )


def shared_access(found: AccountKey, blob: str, version: str | None, until: datetime) -> str:
    """A query that lets anybody read one blob for a while.

    See https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas.

    Args:
        found: the account's key.
        blob: `/container/name`, not percent-encoded.
        version: the version id, or None for whatever is there.
        until: when it ends, with time zone.

    Raises:
        NoCredentials: the key is none.
    """
    ends = until.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = "b" if version is None else "bv"
    # In the order of the documentation: what is empty here is not limited, or not said.
    start, policy, addresses, protocols, scope = "", "", "", "", ""
    fields = ["r", start, ends, f"/blob/{found.account}{blob}", policy, addresses, protocols]
    text = "\n".join([*fields, API, kind, version or "", scope, "", "", "", "", ""])
    query = {"sv": API, "sr": kind, "sp": "r", "se": ends, "sig": _signed_text(text, found)}
    return urlencode(query if version is None else {"versionid": version, **query})


def _signature(request: Request, found: AccountKey) -> str:
    return _signed_text(_to_sign(request, found.account), found)


def _signed_text(text: str, found: AccountKey) -> str:
    try:
        key = base64.b64decode(found.key, validate=True)
    except (binascii.Error, ValueError):
        # Its own sentence could quote the key.
        raise NoCredentials(
            "the account key is not the base64 text that Azure shows", hint="git storage login NAME"
        ) from None
    return base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()


def _to_sign(request: Request, account: str) -> str:
    headers = {name.lower(): value for name, value in request.headers.items()}
    length = len(request.body) if isinstance(request.body, bytes) else 0
    headers["content-length"] = str(length or "")
    standard = [headers.get(name.lower(), "") for name in (*_IN_ORDER, *_MORE_IN_ORDER)]
    ours = [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-ms-")]
    query = [f"{name}:{request.query[name]}" for name in sorted(request.query)]
    resource = f"/{account}{urlsplit(request.url).path}"
    return "\n".join([request.method, *standard, *ours, resource, *query])
