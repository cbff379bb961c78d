"""Storage URLs: every form that people write becomes one `Place`.

The forms, and what they mean, are a table in `docs/urls.md`. Two URLs of the same place have the
same `identity`, which is itself a URL of that place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from gitstore.core import cloud_urls, url_text
from gitstore.core.errors import BadUrl
from gitstore.core.guessing import closest
from gitstore.core.place import Options, Place, key_path
from gitstore.core.provided_urls import PROVIDER
from gitstore.core.url_text import Pieces, checked_host, decoded, shown

__all__ = ["SCHEMES", "Place", "parse_url"]


def parse_url(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    account: str | None = None,
    known_endpoints: Collection[str] = (),
) -> Place:
    """The place that a URL or a path means.

    Args:
        endpoint: the service's own URL, if it is not the provider's usual one.
        region: the region, if the URL does not say it.
        account: the account (Azure) or user (SFTP, WebDAV), if the URL does not say it.
        known_endpoints: hosts (`host[:port]`) of S3 services that this user has declared elsewhere.

    Raises:
        BadUrl: naming what is wrong, with a hint; never repeating a secret.
    """
    url_text.check(url)
    cloud_urls.refuse_page(url)
    url_text.check_names(url, region, account)
    options = Options(_endpoint(endpoint), region, account, _hosts(known_endpoints))
    if url.startswith(("/", "./", "../")) or url in (".", ".."):
        return _directory(url, url)
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "file" and colon:
        return _file_url(rest, url)
    if url.startswith("~"):
        raise _home(url)
    if "://" not in url or scheme not in _SCHEMES:
        raise _unknown_scheme(scheme if colon else None, url)
    pieces = url_text.split(url)
    return _SCHEMES[scheme](pieces, options)


def _endpoint(endpoint: str | None) -> Pieces | None:
    if endpoint is None:
        return None
    url_text.check(endpoint)
    hint = "for example endpoint: https://s3.example.org"
    if not re.match(r"https?://", endpoint, re.IGNORECASE):
        raise BadUrl(f"the endpoint {shown(endpoint)} is not an http or https URL", hint=hint)
    pieces = checked_host(url_text.split(endpoint))
    if pieces.user is not None:
        raise BadUrl(f"the endpoint {shown(endpoint)} holds a user name", hint=hint)
    return pieces


def _hosts(known: Collection[str]) -> frozenset[str]:
    return frozenset(re.sub(r"^https?://", "", host.lower()).rstrip("/") for host in known)


def _file_url(rest: str, url: str) -> Place:
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() not in ("", "localhost") or not slash:
            raise BadUrl(
                f"{shown(url)} names a host",
                hint="write file:///absolute/path, file:../relative or a plain path",
            )
        rest = "/" + path
    for mark in "?#":
        if mark in rest:
            raise BadUrl(f"{shown(url)} has a query or fragment", hint="write %3F for ?, %23 for #")
    return _directory(decoded(rest, url), url)


def _directory(path: str, url: str) -> Place:
    if path.startswith("~"):
        raise _home(url)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    ups = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
    absolute = path.startswith("/")
    if ".." in parts[ups:] or (absolute and ups):
        # `a/..` is not `.` where `a` is a symbolic link, and we must not look.
        raise BadUrl(f"{shown(url)} has '..' after a name", hint="write the path it means")
    if not parts:
        raise BadUrl(
            f"{shown(url)} is {'the root of the file system' if absolute else 'the work tree'}",
            hint="name a directory, for example ../store",
        )
    return Place("file", "", "", "/".join(parts), "file:///" if absolute else "file:")


def _home(url: str) -> BadUrl:
    hint = "write the absolute path, or one relative to the top of the work tree"
    return BadUrl(
        f"{shown(url)} begins with '~', which means another directory to each user", hint=hint
    )


def _unknown_scheme(scheme: str | None, url: str) -> BadUrl:
    if scheme is None:
        return BadUrl(
            f"{shown(url)} has no scheme",
            hint="put ./ or ../ before a directory, s3:// before a bucket, https:// before a host",
        )
    if scheme in _SCHEMES:
        return BadUrl(f"{shown(url)} has no '//' after '{scheme}:'", hint=f"write {scheme}://...")
    close = closest(scheme, SCHEMES, 0.5)
    known = ", ".join(sorted(SCHEMES))
    hint = f"did you mean {close}://?" if close else f"the schemes are {known}"
    if PROVIDER.fullmatch(scheme):
        hint += f" (or install the package that provides it, and write provider: {scheme})"
    return BadUrl(f"{shown(url)} has a scheme that is not known", hint=hint)


def _web(pieces: Pieces, options: Options) -> Place:
    cloud = cloud_urls.from_web(pieces, options)
    if cloud is not None:
        return cloud
    _refuse_user(pieces)
    return _server("http", pieces.scheme, pieces, options)


def _webdav(pieces: Pieces, options: Options) -> Place:
    secure = pieces.scheme in ("webdavs", "davs")
    return _server("webdav", "https" if secure else "http", _aliased(pieces, secure), options)


def _aliased(pieces: Pieces, secure: bool) -> Pieces:
    scheme = "webdavs" if secure else "webdav"
    rest = pieces.url.partition("://")[2]
    return url_text.split(f"{scheme}://{rest}") if pieces.scheme != scheme else pieces


def _sftp(pieces: Pieces, options: Options) -> Place:
    if pieces.path.startswith("/~"):
        raise _home_of_user(pieces)
    return _server("sftp", "sftp", pieces, options)


def _home_of_user(pieces: Pieces) -> BadUrl:
    hint = "write the absolute path on the server"
    return BadUrl(
        f"{shown(pieces.url)} begins with '~', a different directory for each user", hint=hint
    )


def _hdfs(pieces: Pieces, options: Options) -> Place:
    return _server("hdfs", "hdfs", pieces, options)


def _webhdfs(pieces: Pieces, options: Options) -> Place:
    return _server("webhdfs", "https" if pieces.scheme == "swebhdfs" else "http", pieces, options)


def _server(provider: str, talk: str, pieces: Pieces, options: Options) -> Place:
    checked_host(pieces)
    if options.endpoint is not None:
        raise BadUrl(
            f"{shown(pieces.url)} already names its host and takes no endpoint",
            hint="remove the endpoint",
        )
    if pieces.user and options.account and pieces.user != options.account:
        raise BadUrl(f"{shown(pieces.url)} and the account name different users")
    prefix = key_path(decoded(pieces.path, pieces.url), pieces.url)
    endpoint = f"{talk}://{pieces.netloc}"
    return Place(
        provider, pieces.netloc, "", prefix, endpoint, account=pieces.user or options.account
    )


def _refuse_user(pieces: Pieces) -> None:
    if pieces.user is not None:
        raise BadUrl(
            f"{shown(pieces.url)} holds a user name",
            hint="take it out of the URL; 'git storage login' asks who you are",
        )


def _retired(pieces: Pieces, options: Options) -> Place:
    del options
    raise BadUrl(
        f"{shown(pieces.url)} is on Azure Data Lake Gen1, which Microsoft has shut down",
        hint="if the data moved to Gen2: az://ACCOUNT.dfs.core.windows.net/CONTAINER/PATH",
    )


_SCHEMES: dict[str, Callable[[Pieces, Options], Place]] = {
    "s3": cloud_urls.s3,
    "az": cloud_urls.azure,
    "azure": cloud_urls.azure,
    "abfs": cloud_urls.abfs,
    "abfss": cloud_urls.abfs,
    "adl": _retired,
    "wasb": cloud_urls.abfs,
    "wasbs": cloud_urls.abfs,
    "gs": cloud_urls.gcs,
    "gcs": cloud_urls.gcs,
    "http": _web,
    "https": _web,
    "webdav": _webdav,
    "webdavs": _webdav,
    "dav": _webdav,
    "davs": _webdav,
    "sftp": _sftp,
    "hdfs": _hdfs,
    "webhdfs": _webhdfs,
    "swebhdfs": _webhdfs,
}
SCHEMES = frozenset({*_SCHEMES, "file"})
"""The schemes of URLs that need no package."""
