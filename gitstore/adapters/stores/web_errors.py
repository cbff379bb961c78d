"""What web servers answer, as the errors of the family: one table for WebDAV and plain HTTP.

Statuses are those of RFC 9110 and RFC 4918, read in the way that servers were seen to use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from gitstore.core.errors import (
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
    WrongCredentials,
)

_LOGIN = "git storage login NAME"
_LATER = "try again later"
_URL = "check 'url:' in .storage.yaml"

STATUSES: dict[int, tuple[type[StoreError], str, str | None]] = {
    400: (Unsupported, "the server does not understand the request", _URL),
    401: (WrongCredentials, "the server does not accept the credentials", _LOGIN),
    403: (Denied, "access is denied", "ask the storage's owner for the permission"),
    404: (Missing, "there is no such object", None),
    405: (Unsupported, "the server does not allow this", None),
    407: (Unreachable, "the proxy asks for credentials", "put them into HTTPS_PROXY"),
    408: (Unreachable, "the server waited too long for the request", _LATER),
    409: (Refused, "somebody else is changing it", None),
    410: (Missing, "there is no such object any more", None),
    411: (Unsupported, "the server does not take objects like this", None),
    412: (Refused, "the object is not the expected version", None),
    413: (Unsupported, "the object is too large for this server", None),
    414: (Unsupported, "the key is too long for this server", None),
    416: (Unreachable, "the server does not give the bytes that were asked for", None),
    423: (Refused, "somebody has locked it", None),
    429: (Unreachable, "the server asks for fewer requests", _LATER),
    500: (Unreachable, "the server has an internal error", _LATER),
    501: (Unsupported, "the server cannot do this", None),
    502: (Unreachable, "the server behind the gateway does not answer", _LATER),
    503: (Unreachable, "the server is not available", _LATER),
    504: (Unreachable, "the server behind the gateway does not answer", _LATER),
    507: (StoreFull, "there is no room left on the storage", "make room there"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a request was about: the storage's identity, and the key, if any."""

    where: str
    key: str | None = None

    def __str__(self) -> str:
        return self.where if self.key is None else f"{self.key!r} in {self.where}"


def for_status(status: int, about: About, *, known: bool = True) -> StoreError:
    """The error for an answer.

    Args:
        known: whether credentials went with the request: then a 401 refuses them.
    """
    if status == HTTPStatus.UNAUTHORIZED and not known:
        return NoCredentials(f"{about}: the server asks who you are", key=about.key, hint=_LOGIN)
    if status not in STATUSES:
        return Unreachable(f"{about}: the server answered {status}", key=about.key)
    kind, sentence, hint = STATUSES[status]
    if kind is Missing and about.key is None:
        sentence, hint = "there is no such directory", _URL
    return kind(f"{about}: {sentence}", key=about.key, hint=hint)


def unreachable(error: BaseException, about: About) -> Unreachable:
    """The error for a request that got no answer, or not a whole one."""
    return Unreachable(f"{about}: {_plainly(error)}", key=about.key, hint=_LATER)


def _plainly(error: BaseException) -> str:
    from urllib3 import exceptions

    reason = error.reason if isinstance(error, exceptions.MaxRetryError) else error
    if isinstance(reason, exceptions.NameResolutionError):
        return "there is no host of that name"
    if isinstance(reason, exceptions.SSLError):
        return f"the server's certificate cannot be trusted ({_short(reason)})"
    if isinstance(reason, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
        return "nobody answers there"
    if isinstance(reason, exceptions.ReadTimeoutError):
        return "the server fell silent"
    if isinstance(reason, exceptions.IncompleteRead):
        return "the answer ended before its last byte"
    return "the connection broke"


def _short(error: BaseException | None) -> str:
    # The inner sentence is OpenSSL's, behind a file and line of its source.
    return str(error).partition("] ")[2].partition(" (_ssl")[0][:120] or "TLS failed"
