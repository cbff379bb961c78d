"""The fields in which people and keepers of secrets spell credentials, per provider.

A keeper (a helper of git, or our own file) has room for a name and a secret. What fits is kept in
plain words, so that other programs understand it; the rest is one line of JSON in the secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gitstore.core.credentials import (
    AccountKey,
    Credentials,
    Keys,
    Password,
    ServiceAccount,
    SharedAccess,
    Token,
)
from gitstore.core.errors import NoCredentials, UsageError


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for.

    Attributes:
        name: as in `name=value`.
        asked: the words of the question.
        secret: whether nobody may read over the shoulder.
        optional: whether it may be left out.
        of: a field without which nobody is asked for this one.
    """

    name: str
    asked: str
    secret: bool = True
    optional: bool = False
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of credentials that a provider takes.

    Attributes:
        name: what people choose it by.
        fields: what is asked for, in this order.
        make: the credentials from the fields that were given.
    """

    name: str
    fields: tuple[Field, ...]
    make: Callable[[Mapping[str, str]], Credentials]

    def fits(self, given: Mapping[str, str]) -> bool:
        """Whether these fields are all that is needed, and nothing else."""
        names = {each.name for each in self.fields}
        needed = {each.name for each in self.fields if not each.optional}
        return needed <= given.keys() <= names


_EXPIRES = Field("expires", "Expires (2030-01-31T12:00:00Z, or nothing)", False, True, "token")
_KEYS = Form(
    "keys",
    (
        Field("access", "Access key", secret=False),
        Field("secret", "Secret key"),
        Field("token", "Session token (or nothing)", optional=True),
        _EXPIRES,
    ),
    lambda given: Keys(given["access"], given["secret"], given.get("token"), _expiry(given)),
)
_TOKEN = Form(
    "token",
    (Field("token", "Token"), _EXPIRES),
    lambda given: Token(given["token"], _expiry(given)),
)
_PASSWORD = Form(
    "password",
    (Field("user", "User", secret=False), Field("password", "Password")),
    lambda given: Password(given["user"], given["password"]),
)
_ACCOUNT_KEY = Form(
    "account-key",
    (Field("account", "Account", secret=False), Field("key", "Account key")),
    lambda given: AccountKey(given["account"], given["key"]),
)
_SIGNATURE = Form(
    "sas",
    (Field("sas", "Shared access signature"),),
    lambda given: SharedAccess(given["sas"].removeprefix("?")),
)
_SERVICE_ACCOUNT = Form(
    "service-account",
    (Field("service-account", "Key file of the service account, as one line of JSON"),),
    lambda given: ServiceAccount(given["service-account"]),
)
FORMS: Mapping[str, tuple[Form, ...]] = {
    "s3": (_KEYS,),
    "gcs": (_SERVICE_ACCOUNT, _TOKEN),
    "azure": (_ACCOUNT_KEY, _SIGNATURE, _TOKEN),
    "webdav": (_PASSWORD, _TOKEN),
    "http": (_PASSWORD, _TOKEN),
    "sftp": (_PASSWORD,),
    "webhdfs": (_TOKEN,),
}
"""What each provider takes; the usual kind first."""

_OTHERS = (_PASSWORD, _TOKEN, _KEYS)
_KEPT = (_KEYS, _SERVICE_ACCOUNT, _ACCOUNT_KEY, _SIGNATURE, _PASSWORD, _TOKEN)
_LINE = re.compile("[\x00-\x1f\x7f]")


def forms(provider: str) -> tuple[Form, ...]:
    """What a provider takes; of one that nobody here knows, what most take."""
    return FORMS.get(provider, _OTHERS)


def from_fields(provider: str, given: Mapping[str, str]) -> Credentials:
    """The credentials that somebody has written as fields; empty ones count as left out.

    Raises:
        UsageError: these are not the fields of any kind that the provider takes.
    """
    filled = {name: value for name, value in given.items() if value}
    for form in forms(provider):
        if form.fits(filled):
            return form.make(filled)
    choices = " or ".join(
        " ".join(f"[{each.name}=…]" if each.optional else f"{each.name}=…" for each in form.fields)
        for form in forms(provider)
    )
    names = ", ".join(filled) or "nothing"
    raise UsageError(f"{names} is not what a storage of {provider} takes", hint=f"give {choices}")


def fields_of(found: Credentials) -> dict[str, str]:
    """The fields of credentials; `from_fields` makes the same ones of them."""
    if isinstance(found, Keys):
        given = {"access": found.access, "secret": found.secret, "token": found.token or ""}
        return _filled(given, found.expires)
    if isinstance(found, Token):
        return _filled({"token": found.token}, found.expires)
    if isinstance(found, Password):
        return {"user": found.user, "password": found.password}
    if isinstance(found, AccountKey):
        return {"account": found.account, "key": found.key}
    if isinstance(found, SharedAccess):
        return {"sas": found.signature}
    return {"service-account": found.text}


def as_kept(found: Credentials) -> tuple[str, str]:
    """The name and the secret under which a keeper is given credentials: one line each."""
    fields = fields_of(found)
    if len(fields) == 2 and not isinstance(found, Token):
        name, secret = fields.values()
        if not secret.startswith("{") and not _LINE.search(name + secret):
            return name, secret
    # JSON escapes every control character, so that nothing can end the line of a protocol.
    return next(form.name for form in _KEPT if form.fits(fields)), json.dumps(fields)


def from_kept(provider: str, name: str, secret: str) -> Credentials:
    """The credentials that a keeper has given back.

    Raises:
        NoCredentials: they are in no form that is known.
    """
    if not secret.startswith("{"):
        if provider == "s3":
            return Keys(name, secret)
        return AccountKey(name, secret) if provider == "azure" else Password(name, secret)
    unknown = NoCredentials(
        "the credentials that are stored are in no form that is known",
        hint="git storage login NAME",
    )
    try:
        fields = json.loads(secret)
    except ValueError as error:
        raise unknown from error
    form = next((form for form in _KEPT if form.name == name), None)
    if form is None or not isinstance(fields, dict) or not form.fits(fields):
        raise unknown
    return form.make({key: str(value) for key, value in fields.items()})


def _filled(given: Mapping[str, str], expires: datetime | None) -> dict[str, str]:
    ends = {} if expires is None else {"expires": expires.isoformat()}
    return {name: value for name, value in given.items() if value} | ends


def _expiry(given: Mapping[str, str]) -> datetime | None:
    text = given.get("expires")
    if text is None:
        return None
    wrong = UsageError(
        "the time of expiry is not a time with its zone", hint="expires=2030-01-31T12:00:00Z"
    )
    try:
        # Python 3.10 does not know the Z.
        found = datetime.fromisoformat(re.sub("[Zz]$", "+00:00", text))
    except ValueError:
        raise wrong from None
    if found.tzinfo is None:
        raise wrong
    return found
