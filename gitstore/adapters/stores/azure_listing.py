"""Listings of a container of Azure Blob Storage, parsed from XML as far as it matters.

Directories of an account with a hierarchical namespace are listed among the blobs, and left out
here: they hold no bytes. See https://learn.microsoft.com/en-us/rest/api/storageservices/list-blobs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.parsers import expat

from gitstore.adapters.stores.azure_container import Container
from gitstore.adapters.stores.web_errors import About
from gitstore.core.errors import Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version, version

PAGE = 5000  # objects
_PLAIN = re.compile("[!-~]{1,1024}")
_KEPT = frozenset({"Name", "VersionId", "Content-Length", "Etag", "ResourceType", "NextMarker"})


@dataclass(frozen=True, slots=True)
class Page:
    """One complete answer: blobs with names as in the container, and where to go on, if at all."""

    found: list[Found]
    marker: str | None


def listed(container: Container, prefix: str) -> Iterator[Found]:
    """Every blob whose key starts with `prefix`; keys relative to the storage.

    A folder marker (a key that ends in a slash) is an object like any other, except the one of the
    storage's own prefix, which no key can name.
    """
    above = len(container.prefix)
    for found in _found(container, container.prefix + prefix):
        if len(found.key) > above:
            # Only a request for versions says them for sure: one spelling for all listings.
            yield Found(found.key[above:], _without_version(found.version))


def versions(container: Container, key: str) -> Iterator[Version]:
    """See `Store.versions`. An account that keeps none gives the current one."""
    full = container.full(key)
    kept: list[Version] = []
    for found in _found(container, full, include="versions"):
        # Sorted by name, so the name itself comes before those that it begins.
        if found.key != full:
            break
        kept.append(found.version)
    # A version is named by the time of its writing.
    yield from sorted(kept, key=lambda each: each.get("version") or "", reverse=True)


def _found(container: Container, full: str, **query: str) -> Iterator[Found]:
    about = container.about()
    request = container.blobs().asking(prefix=full, maxresults=str(PAGE), **query)
    marker: str | None = None
    while True:
        answer = container.service.ask(request)
        if answer.status != 200:
            raise container.failed(answer, about)
        page = parse(answer.body, about)
        for found in page.found:
            if not found.key.startswith(full):
                raise Unreachable(f"{about}: {found.key!r} is listed, which was not asked for")
            yield found
        before, marker = marker, page.marker
        if not marker:
            return
        if marker == before:
            raise Unreachable(f"{about}: the same page of the listing comes again and again")
        request = request.asking(marker=marker)


def parse(body: bytes, about: About) -> Page:
    """A page from an answer.

    Raises:
        Unreachable: the answer is not a whole page.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse_entities
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreachable(f"{about}: a page of the listing is damaged: {error}") from error
    if reader.root != "EnumerationResults":
        raise Unreachable(f"{about}: a page of the listing is none")
    return Page(reader.found, reader.marker or None)


class _Reader:
    """What expat sees, kept as far as it matters."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[Found] = []
        self.marker = ""
        self._blob: dict[str, str] | None = None
        self._text: list[str] = []
        self._encoded = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name
        self._text = []
        if name == "Blob":
            self._blob = {}
        elif name == "Name":
            self._encoded = attributes.get("Encoded") == "true"

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        text = "".join(self._text)
        self._text = []
        if name == "Blob" and self._blob is not None:
            if self._blob.get("ResourceType") != "directory":
                self.found.append(_described(self._blob))
            self._blob = None
        elif name not in _KEPT:
            return
        elif self._blob is None:
            self.marker = text if name == "NextMarker" else self.marker
        else:
            decode = name == "Name" and self._encoded
            self._blob[name] = unquote(text, errors="strict") if decode else text

    def refuse_entities(self, *_: object) -> None:
        raise ValueError("it declares entities")


def _described(said: Mapping[str, str]) -> Found:
    missing = {"Name", "Content-Length", "Etag"} - said.keys()
    if missing:
        raise ValueError(f"a blob without {sorted(missing)[0]}")
    if not _PLAIN.fullmatch(said["Etag"]):
        raise ValueError("an ETag that can be no header")
    ids = {"etag": said["Etag"].strip('"')}
    if said.get("VersionId"):
        ids["version"] = said["VersionId"]
    return Found(said["Name"], version(int(said["Content-Length"]), ids))


def _without_version(found: Version) -> Version:
    return Version(found.size, tuple(i for i in found.ids if not i.startswith("version:")))
