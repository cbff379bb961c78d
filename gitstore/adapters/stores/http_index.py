"""Listings of a web server: its index pages, as nginx, Apache and their like write them.

A page counts only when it says that it is an index and is complete: a login page, a start page or
half a page is an error, never an empty directory. An index may leave names out (Apache's hides
`.*` and `README*` by default), so it says what is there, and not what is not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from gitstore.adapters.stores.web_errors import About
from gitstore.core.errors import Unreachable, Unsupported

LARGEST = 256 << 20
"""Bytes of one page: a million names."""

_TITLE = re.compile(r"\s*(index of|directory listing (for|of)|listing of)\b", re.IGNORECASE)
_COMPLETE = re.compile(rb"</(html|body|pre|table|ul)\s*>\s*\Z|</html\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Index:
    """What is directly in a directory: names of directories and of files, undecoded."""

    inside: list[bytes] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)


def parsed(page: bytes, kind: str, url: str, about: About) -> Index:
    """The names that an index page gives.

    Args:
        kind: the page's content type.
        url: where it came from, with a slash at its end.

    Raises:
        Unsupported: it is a page, but no index.
        Unreachable: it is not complete.
    """
    if kind.partition(";")[0].strip().lower() == "application/json":
        return _from_json(page, about)
    reader = _Links()
    reader.feed(page.decode(errors="surrogateescape"))
    if not _TITLE.match(reader.title):
        raise no_index(about)
    if not _COMPLETE.search(page[-4096:]):
        raise Unreachable(f"{about}: the index page ended before its last line")
    found = Index()
    for link in dict.fromkeys(reader.links):
        _sort(link, url, found)
    return found


def no_index(about: About) -> Unsupported:
    """The error for a directory whose content the server does not tell."""
    return Unsupported(
        f"{about}: the server does not list what is there",
        hint="stage what the pointer names; name single objects by their whole URL",
    )


def _sort(link: str, url: str, found: Index) -> None:
    """Put a link where it belongs, if it leads to something directly in the directory."""
    there = urlsplit(urljoin(url, link.strip()))
    here = urlsplit(url)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc) or there.query or there.fragment:
        return  # columns to sort by, and the pages of somebody else
    if link.strip().startswith("?") or not there.path.startswith(here.path):
        return
    name = there.path[len(here.path) :]
    directory = name.endswith("/")
    name = name.rstrip("/")
    if not name or "/" in name:
        return
    raw = unquote_to_bytes(name.encode(errors="surrogateescape"))
    (found.inside if directory else found.files).append(raw)


def _from_json(page: bytes, about: About) -> Index:
    """nginx with `autoindex_format json`."""
    try:
        entries: Any = json.loads(page)
        found = Index()
        for entry in entries:
            name = str(entry["name"]).encode(errors="surrogateescape")
            if entry["type"] == "directory":
                found.inside.append(name)
            elif entry["type"] == "file":
                found.files.append(name)
    except UnicodeDecodeError as error:
        raise Unsupported(f"{about}: the index holds names that are not UTF-8") from error
    except (ValueError, TypeError, KeyError) as error:
        raise Unreachable(
            f"{about}: what the server gives is not the index it should be"
        ) from error
    return found


class _Links(HTMLParser):
    """The title of a page and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.links: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where it leads."""
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        """The title ends."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """The title's text."""
        if self._in_title:
            self.title += data
