"""The manifest `.storage.yaml`: which storages exist and which data paths they feed.

The format is specified in `docs/manifest.md`; `manifest.schema.json` beside this module says what a
JSON schema can say of it. A manifest comes with a clone, so nothing in it is trusted: it has no
place for a secret, a command, a profile, a credentials file or a Python object.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from gitstore.core.urls import Place, parse_url

NAME = ".storage.yaml"


class Mode(Enum):
    """How a data path is made available."""

    COPY = "copy"
    MOUNT = "mount"
    REFERENCE = "reference"


class Track(Enum):
    """What git keeps of a data path."""

    POINTER = "pointer"  # which objects in which versions
    LIVE = "live"  # nothing: what the storage holds now is what counts


class Access(Enum):
    """Whether changes of a data path may go back to the storage."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class StorageSpec:
    """A storage as the manifest describes it; `place` says what the URL means.

    Attributes:
        name: letters, digits, `.`, `_` and `-`, at most 64.
        url: as written.
        endpoint: the service's own URL, or None for the provider's.
        region: the region, or None.
        account: the Azure account or a server's user, or None.
        anonymous: whether to go without credentials.
        description: one line for people.
        provider: the package's provider that the URL is of, or None for a built-in one.
        options: what the package wants to know, each as `name=value`.
    """

    name: str
    url: str
    endpoint: str | None = None
    region: str | None = None
    account: str | None = None
    anonymous: bool = False
    description: str | None = None
    provider: str | None = None
    options: tuple[str, ...] = ()

    def place(self, known_endpoints: Collection[str] = ()) -> Place:
        """The place that the URL means; see `parse_url`.

        Raises:
            BadUrl: it means none.
        """
        if self.provider is not None:
            from gitstore.core.provided_urls import parse_provided

            return parse_provided(
                self.url,
                self.provider,
                endpoint=self.endpoint,
                region=self.region,
                account=self.account,
            )
        return parse_url(
            self.url,
            endpoint=self.endpoint,
            region=self.region,
            account=self.account,
            known_endpoints=known_endpoints,
        )


@dataclass(frozen=True, slots=True)
class DataPath:
    """A data path as the manifest describes it.

    Attributes:
        path: relative to the top of the work tree, normalised.
        storage: the name of the storage that feeds it.
        prefix: below the storage's URL: `''` for all of it, a directory ending in `/`, or one
            object.
        mode: how it is made available.
        access: whether changes may go back.
        include: patterns of objects that belong to it; empty means all.
        exclude: patterns of objects that do not.
        track: what git keeps of it.
    """

    path: str
    storage: str
    prefix: str = ""
    mode: Mode = Mode.COPY
    access: Access = Access.WRITE
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    track: Track = Track.POINTER

    @property
    def live(self) -> bool:
        """Whether it has no pointer: nothing of it is promised to be the same tomorrow."""
        return self.track is Track.LIVE

    @property
    def single(self) -> bool:
        """Whether it is one object, not a directory."""
        return self.prefix != "" and not self.prefix.endswith("/")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The storages and the data paths, by name and by path, in the order of the file."""

    storages: Mapping[str, StorageSpec]
    data: Mapping[str, DataPath]


EMPTY = Manifest(MappingProxyType({}), MappingProxyType({}))
"""What a work tree without a manifest has."""


def parse_manifest(text: str, source: str = NAME) -> Manifest:
    """The manifest that a text describes.

    Args:
        source: the file's name, for errors.

    Raises:
        FormatError: it does not follow the specification; with the line.
    """
    # Reading is a module of its own, and YAML is only imported where there is a manifest.
    from gitstore.core.manifest_reader import read

    return read(text, source)
