"""Which provider opens which storage: entry points of the group `gitstore.stores`.

A provider is a name (`file`, `s3`, ...) and a function `open_store(place, credentials) -> Store`
that sends no request. The built-in ones are registered in the same way as anybody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.core.errors import UnknownName, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

    from gitstore.core.credentials import CredentialSource
    from gitstore.core.store import Store

    Opener = Callable[["StorePlace", CredentialSource], Store]

GROUP = "gitstore.stores"


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a storage is, in the fields that the providers need.

    Attributes:
        provider: the entry point that opens it.
        identity: the storage as every clone names it; a store passes it on untouched.
        endpoint: the service's URL, or None for the provider's own.
        container: the bucket; empty where there is none.
        prefix: what every key begins with inside the container, with or without a trailing slash.
        region: the region to sign for, or None for the provider's default.
        account: the account (Azure) or the user of a server, or None.
        anonymous: whether to go without credentials where the environment holds none.
        root: the absolute directory, for `file`.
        options: what a package's provider is told, each as `name=value`; see `chosen`.
    """

    provider: str
    identity: str
    endpoint: str | None = None
    container: str = ""
    prefix: str = ""
    region: str | None = None
    account: str | None = None
    anonymous: bool = False
    root: Path | None = None
    options: tuple[str, ...] = ()

    def chosen(self, *known: str) -> dict[str, str]:
        """The options by name, of which the provider knows these.

        Raises:
            Unsupported: there is one that it does not know.
        """
        found = dict(option.split("=", 1) for option in self.options)
        for name in found:
            if name not in known:
                raise Unsupported(
                    f"{self.identity}: the provider {self.provider} has no option '{name}'",
                    hint=f"its options are {', '.join(known) or 'none'}",
                )
        return found

    @property
    def key_prefix(self) -> str:
        """What to put before a key: the prefix with one trailing slash, or nothing."""
        return self.prefix.rstrip("/") + "/" if self.prefix.rstrip("/") else ""


def open_store(place: StorePlace, credentials: CredentialSource) -> Store:
    """The store for a place. Sends no request and asks for no credentials yet.

    Raises:
        UnknownName: no installed package provides `place.provider`.
    """
    found = _providers()
    if place.provider not in found:
        raise UnknownName(
            f"no provider '{place.provider}' for {place.identity}",
            hint=f"use one of: {', '.join(sorted(found))}; or install the package that adds it",
        )
    opener: Opener = found[place.provider].load()
    return opener(place, credentials)


def providers() -> tuple[str, ...]:
    """The names of the installed providers, sorted."""
    return tuple(sorted(_providers()))


def _providers() -> dict[str, EntryPoint]:
    # It imports half of `email`, which `status` never needs.
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}
