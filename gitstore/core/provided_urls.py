"""The URLs of storages that packages provide: the scheme is the provider's name.

What comes behind it is read as every other URL is, and means what the package says.
"""

from __future__ import annotations

import re

from gitstore.core import url_text
from gitstore.core.errors import BadUrl
from gitstore.core.place import Place, key_path
from gitstore.core.url_text import checked_host, decoded, shown

PROVIDER = re.compile(r"[a-z][a-z0-9-]{0,31}")


def parse_provided(
    url: str, provider: str, *, endpoint: str | None, region: str | None, account: str | None
) -> Place:
    """The place that a package's URL means.

    Args:
        provider: the package's name for itself, which is the URL's scheme.
        endpoint: the service's own URL, which the package understands.
        region: as the manifest has it.
        account: as the manifest has it, if the URL names no user.

    Raises:
        BadUrl: naming what is wrong, with a hint; never repeating a secret.
    """
    url_text.check(url)
    url_text.check_names(url, region, account)
    if endpoint is not None:
        _check_endpoint(endpoint)
    if not PROVIDER.fullmatch(provider):
        raise BadUrl(f"the provider of {shown(url)} has odd characters", hint="a-z, 0-9 and '-'")
    pieces = checked_host(url_text.split(url))
    if pieces.scheme != provider:
        raise BadUrl(
            f"{shown(url)} is not of the provider {provider}", hint=f"write {provider}://..."
        )
    if pieces.user and account and pieces.user != account:
        raise BadUrl(f"{shown(url)} and the account name different users")
    prefix = key_path(decoded(pieces.path, url), url)
    named = pieces.user or account
    return Place(provider, pieces.netloc, "", prefix, endpoint, region, named)


def _check_endpoint(endpoint: str) -> None:
    url_text.check(endpoint)
    if checked_host(url_text.split(endpoint)).user is not None:
        raise BadUrl(
            f"the endpoint {shown(endpoint)} holds a user name",
            hint="write account: beside the url",
        )
