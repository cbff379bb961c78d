"""Which provider opens which storage: a table of our own, and entry points of packages.

A provider is a name (`file`, `s3`, ...) and a function `open_store(place, credentials) -> Store`
that sends no request. Those of packages are entry points of the group `gitstore.stores`; reading
what is installed for the built-in ones, too, took a tenth of a short command
(docs/decisions/0020-built-in-providers.md).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gitstore.core.errors import UnknownName, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.metadata import EntryPoint

    from gitstore.core.credentials import CredentialSource
    from gitstore.core.store import Store

    Opener = Callable[["StorePlace", CredentialSource], Store]

GROUP = "gitstore.stores"
_PACKAGE = "git-storage"
_BUILT_IN = {
    "azure": ("azure", "open_store"),
    "file": ("directory", "open_store"),
    "gcs": ("gcs", "open_store"),
    "hdfs": ("hdfs", "open_store"),
    "http": ("http", "open_store"),
    "s3": ("s3", "open_store"),
    "sftp": ("sftp", "open_store"),
    "webdav": ("webdav", "open_store"),
    "webhdfs": ("hdfs", "open_web"),
}
"""The module beside this one and the function in it, by the provider's name."""


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
        UnknownName: no installed package provides `place.provider`, or several do.
        Unsupported: the package that does cannot be loaded.
    """
    # No package takes the place of a built-in provider: it would be given its credentials.
    opener = _built_in(place.provider) if place.provider in _BUILT_IN else _packaged(place)
    return opener(place, credentials)


def providers() -> tuple[str, ...]:
    """The names of the installed providers, sorted."""
    return tuple(sorted({*_BUILT_IN, *(point.name for point in _points())}))


def _built_in(provider: str) -> Opener:
    module, function = _BUILT_IN[provider]
    with _loading(provider, _PACKAGE):
        opener: Opener = getattr(import_module(f"gitstore.adapters.stores.{module}"), function)
    return opener


def _packaged(place: StorePlace) -> Opener:
    # The same package may be on the path twice.
    points = {point.value: point for point in _points() if point.name == place.provider}
    if not points:
        raise UnknownName(
            f"no installed package provides '{place.provider}' for {place.identity}",
            hint=f"pip install git-storage-{place.provider}  # or as that package is called;"
            " look at it first, because its code runs here",
        )
    if len(points) > 1:
        names = sorted(_package(point) for point in points.values())
        raise UnknownName(
            f"several packages provide '{place.provider}': {', '.join(names)}",
            hint=f"pip uninstall {names[-1]}  # or another one of them",
        )
    (point,) = points.values()
    with _loading(point.name, _package(point)):
        opener: Opener = point.load()
    return opener


def _points() -> Iterable[EntryPoint]:
    # It imports half of `email`, which no built-in provider needs.
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


@contextmanager
def _loading(provider: str, package: str) -> Iterator[None]:
    try:
        yield
    except (ImportError, AttributeError, SyntaxError) as error:
        raise Unsupported(
            f"the package {package} provides '{provider}' but cannot be loaded: {error}",
            hint=f"pip install --upgrade {package}",
        ) from error
