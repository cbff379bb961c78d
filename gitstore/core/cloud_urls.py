"""The URL forms of the clouds: S3, Azure Blob Storage, Google Cloud Storage. See `docs/urls.md`.

Sources: AWS, *Virtual hosting of general purpose buckets* and *Amazon S3 endpoints and quotas*;
Microsoft, *Azure Storage resource URI syntax*; Google, *Cloud Storage request endpoints*.
"""

from __future__ import annotations

import re

from gitstore.core.errors import BadUrl
from gitstore.core.place import AWS, AZURE_HOST, GOOGLE, Options, Place, key_path
from gitstore.core.url_text import Pieces, checked_host, decoded, has_secret, shown

_AWS_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-]dualstack)?(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9]+))?"
    r"\.(?P<host>amazonaws\.com(?:\.cn)?)"
)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
# The same buckets under other names: the older one, and the one for people who are signed in.
_GOOGLE_TOO = ("commondatastorage.googleapis.com", "storage.cloud.google.com")
_PAGES = re.compile(
    r"https?://(?P<host>console\.cloud\.google\.com|(?:[a-z0-9-]+\.)*console\.aws\.amazon\.com"
    r"|(?:[a-z0-9-]+\.)*portal\.azure\.com)(?P<path>/[^?#]*)?",
    re.IGNORECASE,
)
_NAMED_BY_PAGE = re.compile(
    r"/(?:storage/browser/(?:_details/)?|s3/(?:buckets|object)/)(?P<place>[^;?#]+)"
)
_IP = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}|\[.*\]|localhost", re.IGNORECASE)


def refuse_page(url: str) -> None:
    """Refuse the address of a cloud's console, which people copy instead of the bucket's.

    Raises:
        BadUrl: it is one; the hint is the bucket's own URL, as far as the page names it.
    """
    found = _PAGES.match(url)
    if found is None:
        return
    host = found["host"].lower()
    named = _NAMED_BY_PAGE.match(found["path"] or "")
    scheme = "gs" if "google" in host else "s3" if "aws" in host else "az"
    usual = "ACCOUNT.blob.core.windows.net/CONTAINER/PATH" if scheme == "az" else "BUCKET/PATH"
    place = named["place"] if named and not has_secret(url) else usual
    raise BadUrl(
        f"{shown(url.partition('?')[0])} is a page for people", hint=f"write {scheme}://{place}"
    )


def from_web(pieces: Pieces, options: Options) -> Place | None:
    """The cloud place that an http(s) URL means, or None if its host is no cloud's."""
    host = pieces.netloc
    if AZURE_HOST.fullmatch(host):
        return azure(pieces, options)
    if _google(host):
        return gcs(pieces, options)
    if _is_aws(host) or options.is_endpoint(host):
        return s3(pieces, options)
    return None


def s3(pieces: Pieces, options: Options) -> Place:
    """An S3 place, of any of the four forms."""
    _refuse_user(pieces)
    host = pieces.netloc
    if _is_aws(host):
        return _aws(pieces, options)
    declared = options.is_endpoint(host)
    if declared or pieces.port is not None or _IP.fullmatch(pieces.host):
        checked_host(pieces)
        scheme = "http" if pieces.scheme == "http" else "https"
        bucket, prefix = _in_path(pieces)
        own = None if options.endpoint is None else _bare(options.endpoint, pieces)
        if own is not None and own != host:
            raise _two_hosts(pieces)
        talk = _talk(options.endpoint) if options.endpoint else f"{scheme}://{host}"
        return Place("s3", host, bucket, prefix, talk, options.region)
    bucket, prefix = _bucket(pieces.host, pieces), _prefix(pieces, pieces.path)
    if options.endpoint is None or _is_aws(options.endpoint.netloc):
        region = _merged(options.region, _endpoint_region(options.endpoint, pieces), pieces)
        return Place("s3", _aws_host(options.endpoint), bucket, prefix, None, region)
    host = _bare(options.endpoint, pieces)
    return Place("s3", host, bucket, prefix, _talk(options.endpoint), options.region)


def _is_aws(host: str) -> bool:
    return re.search(r"(^|\.)amazonaws\.com(\.cn)?$", host) is not None


def _aws(pieces: Pieces, options: Options) -> Place:
    host = pieces.netloc
    if options.endpoint is not None and not _is_aws(options.endpoint.netloc):
        raise _two_hosts(pieces)
    found = _AWS_HOST.fullmatch(host)
    if found is None and host not in (AWS, f"{AWS}.cn"):
        raise BadUrl(
            f"{shown(pieces.url)} has a host of AWS that is not S3's plain one",
            hint="write s3://BUCKET/PATH and give the region by itself",
        )
    region = _merged(options.region, found["region"] if found else None, pieces)
    region = _merged(region, _endpoint_region(options.endpoint, pieces), pieces)
    service = found["host"] if found else host
    if found and found["bucket"]:
        bucket, prefix = _bucket(found["bucket"], pieces), _prefix(pieces, pieces.path)
    else:
        bucket, prefix = _in_path(pieces)
    return Place("s3", service, bucket, prefix, None, region)


def _aws_host(endpoint: Pieces | None) -> str:
    return f"{AWS}.cn" if endpoint is not None and endpoint.netloc.endswith(".cn") else AWS


def _endpoint_region(endpoint: Pieces | None, pieces: Pieces) -> str | None:
    if endpoint is None:
        return None
    found = _AWS_HOST.fullmatch(_bare(endpoint, pieces))
    if found is None or found["bucket"]:
        raise BadUrl(
            f"the endpoint {shown(endpoint.url)} is not an S3 endpoint of AWS",
            hint="remove the endpoint; AWS needs none",
        )
    return found["region"]


def _merged(given: str | None, told: str | None, pieces: Pieces) -> str | None:
    if given and told and given != told:
        raise BadUrl(
            f"{shown(pieces.url)} is in {told}, not in {given}", hint="give the region once"
        )
    return given or told


def azure(pieces: Pieces, options: Options) -> Place:
    """An Azure place; the account is in the host, in `account`, or first in the path."""
    _refuse_user(pieces)
    found = AZURE_HOST.fullmatch(pieces.netloc)
    if found:
        same = options.endpoint and AZURE_HOST.fullmatch(options.endpoint.netloc)
        if options.endpoint is not None and not (same and _blob(same) == _blob(found)):
            raise _two_hosts(pieces)
        _account(found["account"], options, pieces)
        container, prefix = _in_path(pieces)
        return _azure_place(found, container, prefix)
    if options.is_endpoint(pieces.netloc) or pieces.port is not None:
        return _own_azure(pieces, options)
    container, prefix = _bucket(pieces.host, pieces), _prefix(pieces, pieces.path)
    return _named_azure(container, prefix, pieces, options)


def abfs(pieces: Pieces, options: Options) -> Place:
    """The forms of Hadoop: `abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH`, or as `az://`."""
    if pieces.user is None:
        return azure(pieces, options)
    found = AZURE_HOST.fullmatch(pieces.netloc)
    if not found:
        raise BadUrl(
            f"{shown(pieces.url)} has a host that is not Azure's",
            hint="write abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH",
        )
    _account(found["account"], options, pieces)
    container, prefix = _bucket(pieces.user, pieces), _prefix(pieces, pieces.path)
    return _azure_place(found, container, prefix)


def _azure_place(host: re.Match[str], container: str, prefix: str) -> Place:
    named = _blob(host)
    endpoint = None if host["cloud"] == "core.windows.net" else f"https://{named}"
    return Place("azure", named, container, prefix, endpoint, account=host["account"])


def _blob(host: re.Match[str]) -> str:
    """The host of the account's blobs, which has another name for its files."""
    return host[0].replace(".dfs.", ".blob.")


def _own_azure(pieces: Pieces, options: Options) -> Place:
    checked_host(pieces)
    account, _, rest = _prefix(pieces, pieces.path).partition("/")
    container, _, prefix = rest.partition("/")
    account = _account(account, options, pieces)
    return _path_azure(account, _bucket(container, pieces), prefix, (pieces, options))


def _named_azure(container: str, prefix: str, pieces: Pieces, options: Options) -> Place:
    endpoint = options.endpoint
    found = None if endpoint is None else AZURE_HOST.fullmatch(endpoint.netloc)
    if found:
        _account(found["account"], options, pieces)
        return _azure_place(found, container, prefix)
    in_path = "" if endpoint is None else endpoint.path.strip("/")
    account = _account(in_path or options.account, options, pieces)
    own = AZURE_HOST.fullmatch(f"{account}.blob.core.windows.net")
    if endpoint is None and own:
        return _azure_place(own, container, prefix)
    return _path_azure(account, container, prefix, (pieces, options))


def _path_azure(account: str, container: str, prefix: str, told: tuple[Pieces, Options]) -> Place:
    # A service of one's own (Azurite) has the account as the first part of the path.
    pieces, options = told
    host, talk = pieces.netloc, f"https://{pieces.netloc}"
    if options.endpoint is not None:
        if options.is_endpoint(host) and host != options.endpoint.netloc:
            raise _two_hosts(pieces)
        host, talk = (
            options.endpoint.netloc,
            f"{options.endpoint.scheme}://{options.endpoint.netloc}",
        )
        if options.endpoint.path.strip("/") not in ("", account):
            raise BadUrl(f"{shown(pieces.url)} and the endpoint name different accounts")
    return Place("azure", host, container, prefix, f"{talk}/{account}", account=account)


def _account(name: str | None, options: Options, pieces: Pieces) -> str:
    if not name:
        raise BadUrl(
            f"{shown(pieces.url)} does not name the Azure account",
            hint="add account: NAME, or write az://NAME.blob.core.windows.net/CONTAINER/PATH",
        )
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        raise BadUrl(f"{shown(pieces.url)} has an account that is not 3 to 24 of a-z and 0-9")
    if options.account is not None and options.account != name:
        raise BadUrl(f"{shown(pieces.url)} and the account name different accounts")
    return name


def _google(host: str) -> str | None:
    """The one of Google's names that a host is, or is a bucket's subdomain of."""
    names = (name for name in (GOOGLE, *_GOOGLE_TOO) if host == name or host.endswith(f".{name}"))
    return next(names, None)


def gcs(pieces: Pieces, options: Options) -> Place:
    """A Google Cloud Storage place."""
    _refuse_user(pieces)
    host = pieces.netloc
    google = _google(host)
    if google is not None and re.match(r"/(?:download/|upload/)?storage/v[0-9]", pieces.path):
        raise BadUrl(
            f"{shown(pieces.url)} is a call of Google's interface", hint="write gs://BUCKET/PATH"
        )
    if google is not None and host != google:
        name = pieces.host[: -len(google) - 1]
        bucket, prefix = _bucket(name, pieces), _prefix(pieces, pieces.path)
    elif google is not None or options.is_endpoint(host) or pieces.port is not None:
        checked_host(pieces)
        bucket, prefix = _in_path(pieces)
        if google is None:
            talk = _talk(options.endpoint) if options.endpoint else f"https://{host}"
            return Place("gcs", host, bucket, prefix, talk, options.region)
    else:
        bucket, prefix = _bucket(pieces.host, pieces), _prefix(pieces, pieces.path)
        if options.endpoint is not None and options.endpoint.netloc != GOOGLE:
            host = _bare(options.endpoint, pieces)
            return Place("gcs", host, bucket, prefix, _talk(options.endpoint), options.region)
    if options.endpoint is not None and options.endpoint.netloc != GOOGLE:
        raise _two_hosts(pieces)
    return Place("gcs", GOOGLE, bucket, prefix, None, options.region)


def _in_path(pieces: Pieces) -> tuple[str, str]:
    bucket, _, prefix = _prefix(pieces, pieces.path).partition("/")
    return _bucket(bucket, pieces), prefix


def _prefix(pieces: Pieces, path: str) -> str:
    # As every S3 tool does: `s3://` and its like name a key as it is, a web address encodes it.
    if pieces.scheme in ("http", "https"):
        path = decoded(path, pieces.url)
        odd = next((mark for mark in ("?", "#", "::", "\\") if mark in path), None)
        if odd:
            raise BadUrl(f"{shown(pieces.url)} holds '{odd}', which no storage's prefix may")
        if path.rstrip("/") != path.rstrip("/").rstrip():
            raise BadUrl(f"{shown(pieces.url)} ends with a blank")
    return key_path(path, pieces.url)


def _bucket(name: str, pieces: Pieces) -> str:
    if not name:
        raise _no_bucket(pieces)
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise BadUrl(
            f"{shown(pieces.url)} has a bucket name with odd characters",
            hint="letters, digits, '-', '_' and '.', beginning with a letter or digit",
        )
    return name


def _no_bucket(pieces: Pieces) -> BadUrl:
    azure = pieces.scheme in ("az", "azure") or AZURE_HOST.fullmatch(pieces.host.lower())
    what = "container" if azure else "bucket"
    hint = "end with /CONTAINER/PATH" if azure else "write it before the path"
    return BadUrl(f"{shown(pieces.url)} names no {what}", hint=hint)


def _bare(endpoint: Pieces, pieces: Pieces) -> str:
    if endpoint.path not in ("", "/"):
        raise BadUrl(
            f"the endpoint of {shown(pieces.url)} has a path",
            hint="end it after the host; the bucket belongs into the url",
        )
    return endpoint.netloc


def _talk(endpoint: Pieces) -> str:
    return f"{endpoint.scheme}://{endpoint.netloc}{endpoint.path.rstrip('/')}"


def _two_hosts(pieces: Pieces) -> BadUrl:
    return BadUrl(
        f"{shown(pieces.url)} names another host than the endpoint", hint="remove the endpoint"
    )


def _refuse_user(pieces: Pieces) -> None:
    if pieces.user is not None:
        raise BadUrl(
            f"{shown(pieces.url)} holds a user name",
            hint="take it out of the URL; 'git storage login' asks who you are",
        )
