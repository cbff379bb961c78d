"""The text of a URL: what no storage URL may hold, its pieces, and how it is shown in a message.

The pieces follow RFC 3986, section 3, with fewer liberties: no query, no fragment, no password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from gitstore.core.errors import BadUrl

MAX_URL = 2048
_PORTS = {"http": 80, "https": 443, "sftp": 22, "webdav": 80, "webdavs": 443}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_ENCODED_CONTROL = re.compile(r"%([01][0-9A-F]|7F|C2%[89][0-9A-F])", re.IGNORECASE)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_SPLIT = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}")
_BRACKETS = re.compile(r"//\[[0-9A-Fa-f:.]+\]")
_SECRETS = (
    re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"X-(Amz|Goog)-(Signature|Credential|Security-Token)", re.IGNORECASE),
    re.compile(r"[?&;]sig=", re.IGNORECASE),
    re.compile(r"(AccountKey|SharedAccessSignature)=", re.IGNORECASE),
    re.compile(r"PRIVATE KEY-----"),
    re.compile(r"://[^/?#\s]*:[^/?#\s]*@"),
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A URL of the form `scheme://[user@]host[:port][/path]`.

    Attributes:
        scheme: lower case.
        user: the name before `@`, or None.
        host: as written; a bucket in some schemes.
        netloc: `host[:port]`, lower case, without the scheme's usual port.
        port: as written, or None.
        path: what follows, as written, beginning with `/` or empty.
        url: the whole, for messages; show it with `shown`.
    """

    scheme: str
    user: str | None
    host: str
    netloc: str
    port: int | None
    path: str
    url: str


def shown(url: str) -> str:
    """The URL for a message: nothing of what may be a secret, no control characters."""
    if "@" in url:
        # Where the secret begins and ends is a guess in a URL that is wrong: show none of it.
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url)
        return f"'{scheme[0] if scheme else ''}...'"
    if has_secret(url):
        return "the URL"
    cut = re.split(r"[?#]", url, maxsplit=1)
    url = cut[0] + ("..." if len(cut) > 1 else "")
    short = url if len(url) <= 200 else url[:200] + "..."
    return f"'{_CONTROL.sub('?', short)}'"


def has_secret(text: str) -> bool:
    """Whether the text holds what is obviously a secret: keys, signatures, `user:password@`."""
    return any(pattern.search(text) for pattern in _SECRETS)


def check(url: str) -> None:
    """Refuse what no form of URL or path may hold.

    Raises:
        BadUrl: naming what is wrong, never a secret.
    """
    if not url:
        raise BadUrl("the URL is empty", hint="for example s3://bucket/path, or ../directory")
    if len(url) > MAX_URL:
        raise BadUrl(f"{shown(url)} is longer than {MAX_URL} characters")
    if _CONTROL.search(url) or _ENCODED_CONTROL.search(url):
        raise BadUrl(f"{shown(url)} holds a control character, raw or percent-encoded")
    if url != url.strip():
        raise BadUrl(f"{shown(url)} begins or ends with a blank")
    if "\\" in url:
        raise BadUrl(f"{shown(url)} holds a backslash", hint="separate directories with /")
    if "::" in _BRACKETS.sub("//", url):
        raise BadUrl(f"{shown(url)} is a chain of URLs (::)", hint="give the one storage's own URL")


def check_names(url: str, region: str | None, account: str | None) -> None:
    """Refuse a region or an account, beside the URL, that is none.

    Raises:
        BadUrl: naming which.
    """
    for name, value in (("region", region), ("account", account)):
        if value is not None and not _NAME.fullmatch(value):
            raise BadUrl(f"the {name} of {shown(url)} has odd characters")


def split(url: str) -> Pieces:
    """The pieces of a URL with `://`. Call `check` first.

    Raises:
        BadUrl: a password, a query, a fragment, or a host or port that is none.
    """
    found = _SPLIT.fullmatch(url)
    if not found:
        raise BadUrl(f"{shown(url)} has no scheme", hint="for example s3://bucket/path")
    scheme, authority, path = found[1].lower(), found[2], found[3]
    user, at, address = authority.rpartition("@")
    if ":" in user:
        raise BadUrl(
            f"{shown(url)} holds a password",
            hint="take it out of the URL; 'git storage login' asks for secrets and keeps them",
        )
    if at and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", user):
        raise BadUrl(f"{shown(url)} has a user name with odd characters")
    for mark, name in (("?", "query"), ("#", "fragment")):
        if mark in address or mark in path:
            hint = f"end the URL before the '{mark}'"
            raise BadUrl(f"{shown(url)} has a {name} ('{mark}')", hint=hint)
    host, port = _address(address, url)
    netloc = host.lower() if port in (None, _PORTS.get(scheme)) else f"{host.lower()}:{port}"
    return Pieces(scheme, user if at else None, host, netloc, port, path, url)


def decoded(path: str, url: str) -> str:
    """A path with its percent-encoding undone, as UTF-8.

    Raises:
        BadUrl: an incomplete escape, bytes that are not UTF-8, an encoded slash or backslash.
    """
    if _BAD_PERCENT.search(path):
        raise BadUrl(f"{shown(url)} has a '%' without two hex digits", hint="write %25 for '%'")
    if re.search(r"%(2F|5C)", path, re.IGNORECASE):
        raise BadUrl(f"{shown(url)} holds an encoded slash or backslash")
    try:
        text = unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise BadUrl(f"{shown(url)} is not UTF-8 where it is percent-encoded") from None
    if _CONTROL.search(text):
        raise BadUrl(f"{shown(url)} holds a control character, raw or percent-encoded")
    return text


def encoded(path: str) -> str:
    """The one spelling of a path that `decoded` reads back: only what must be is escaped."""
    escapes = {"%": "%25", "?": "%3F", "#": "%23", ":": "%3A"}
    text = "".join(escapes[c] if c in escapes and c != ":" else c for c in path)
    # Two colons in a row would be read as a chain of URLs, a blank at the end as a slip.
    text = text.replace("::", "%3A%3A")
    return text[:-1] + "%20" if text.endswith(" ") else text


def _address(address: str, url: str) -> tuple[str, int | None]:
    if address.startswith("-"):
        raise BadUrl(f"{shown(url)} has a host that begins with '-'")
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?", address)
    if not found:
        raise BadUrl(f"{shown(url)} has a port that is not a number")
    port = int(found[2]) if found[2] else None
    if port is not None and not 1 <= port <= 65535:
        raise BadUrl(f"{shown(url)} has a port that is not between 1 and 65535")
    return found[1], port


def checked_host(pieces: Pieces) -> Pieces:
    """The pieces, if their host is one.

    Raises:
        BadUrl: no host, or characters that no host name has.
    """
    if not pieces.host:
        raise BadUrl(f"{shown(pieces.url)} names no host")
    if not _HOST.fullmatch(pieces.host) or ".." in pieces.host:
        raise BadUrl(
            f"{shown(pieces.url)} has a host with odd characters",
            hint="letters, digits, '-' and '.'; other alphabets as xn--...",
        )
    return pieces
