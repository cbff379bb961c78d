"""URLs of single objects for other programs: plain ones, and ones that carry a right for a while.

A signed URL is made here, without a request, from a secret that can sign: an S3 key pair, the key
of a Google service account, the shared key of an Azure account. Whoever has the URL may read that
object until it ends; so nothing that can do more is ever put into one.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import AccountKey, Credentials, Keys, ServiceAccount, described
from gitstore.core.errors import NoCredentials, Unsupported
from gitstore.core.trust import is_aws
from gitstore.core.versions import Version

LONGEST = 604_800
"""Seconds: a week, which is what S3 and Google allow at most."""

_GOOGLE = "https://storage.googleapis.com"


def plain(place: StorePlace, key: str, version: Version) -> str | None:
    """The URL at which an object can be read where it is public, or None.

    Args:
        place: of the storage.
        key: relative to the storage's URL.
        version: the recorded one; named in the URL where the provider has a word for it.
    """
    path = quote(place.key_prefix + key)
    bucket = quote(place.container, safe="")
    if place.provider == "s3":
        from gitstore.adapters.stores.s3_connection import endpoint_of

        own = endpoint_of(place).url
        named = version.get("version")
        then = "" if named is None else f"?versionId={quote(named)}"
        if is_aws(own) and "." not in bucket:
            return f"https://{bucket}.{own.removeprefix('https://')}/{path}{then}"
        return f"{own}/{bucket}/{path}{then}"
    if place.provider == "gcs":
        named = version.get("generation")
        then = "" if named is None else f"?generation={quote(named)}"
        return f"{(place.endpoint or _GOOGLE).rstrip('/')}/{bucket}/{path}{then}"
    if place.provider == "azure":
        named = version.get("version")
        then = "" if named is None else f"?versionid={quote(named)}"
        return f"{_of_account(place)}/{bucket}/{path}{then}"
    return None


def is_pinned(place: StorePlace, version: Version) -> bool:
    """Whether a signed URL can name this version, and not whatever is there."""
    kind = {"s3": "version", "gcs": "generation", "azure": "version"}.get(place.provider)
    return kind is not None and version.get(kind) is not None


def signed(
    place: StorePlace, found: Credentials | None, key: str, version: Version, seconds: int
) -> str:
    """The URL with which anybody can read an object for some time.

    Args:
        place: of the storage.
        found: the user's credentials for it.
        key: relative to the storage's URL.
        version: the recorded one; the URL names it where `is_pinned`.
        seconds: how long, from now on.

    Raises:
        Unsupported: this kind of storage knows no such URLs.
        NoCredentials: the credentials cannot sign.
    """
    if place.provider == "s3":
        return _of_s3(place, found, key, version, seconds)
    if place.provider == "gcs":
        return _of_google(place, found, key, version, seconds)
    if place.provider == "azure":
        return _of_azure(place, found, key, version, seconds)
    raise Unsupported(
        f"{place.identity}: a storage of this kind ({place.provider}) has no signed URLs",
        hint="S3, Google Cloud Storage and Azure have; without --sign the plain URL is printed",
    )


def _of_s3(
    place: StorePlace, found: Credentials | None, key: str, version: Version, seconds: int
) -> str:
    from gitstore.adapters.stores.s3_connection import Connection

    if not isinstance(found, Keys):
        raise _cannot_sign(place, found, "a key pair")
    asked = {"Bucket": place.container, "Key": place.key_prefix + key}
    named = version.get("version")
    if named is not None:
        asked["VersionId"] = named
    client = Connection(place, lambda: found).client()
    url: str = client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)
    return url


def _of_google(
    place: StorePlace, found: Credentials | None, key: str, version: Version, seconds: int
) -> str:
    if not isinstance(found, ServiceAccount):
        raise _cannot_sign(place, found, "the key of a service account")
    from google.cloud.storage import Blob, Bucket, Client
    from google.oauth2.service_account import Credentials as Account

    try:
        account = Account.from_service_account_info(json.loads(found.text))
    except (ValueError, TypeError) as error:
        raise _cannot_sign(place, found, "the key of a service account") from error
    named = version.get("generation")
    client = Client(project=account.project_id or "none", credentials=account)
    url: str = Blob(place.key_prefix + key, Bucket(client, place.container)).generate_signed_url(
        version="v4",
        expiration=timedelta(seconds=seconds),
        credentials=account,
        api_access_endpoint=(place.endpoint or _GOOGLE).rstrip("/"),
        generation=None if named is None else int(named),
    )
    return url


def _of_azure(
    place: StorePlace, found: Credentials | None, key: str, version: Version, seconds: int
) -> str:
    from gitstore.adapters.stores.azure_container import Container
    from gitstore.adapters.stores.azure_signing import shared_access

    if not isinstance(found, AccountKey):
        raise _cannot_sign(place, found, "the account's key")
    full = Container(place, lambda: found).full(key)
    until = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    query = shared_access(found, f"/{place.container}/{full}", version.get("version"), until)
    return f"{_of_account(place)}/{quote(place.container, safe='')}/{quote(full)}?{query}"


def _of_account(place: StorePlace) -> str:
    return (place.endpoint or f"https://{place.account}.blob.core.windows.net").rstrip("/")


def _cannot_sign(place: StorePlace, found: Credentials | None, wanted: str) -> NoCredentials:
    told = "there are none" if found is None else f"what there is ({described(found)}) cannot"
    return NoCredentials(
        f"{place.identity}: signing a URL takes {wanted}, and {told}",
        hint="git storage login NAME",
    )
