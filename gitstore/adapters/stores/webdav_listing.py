"""What a WebDAV server says of its collections and files: PROPFIND (RFC 4918, section 9.1).

Collections are asked one level at a time, because many servers refuse more. An answer counts only
when it is complete, is a multistatus, and speaks of what was asked; what cannot be read is an
error, never an absence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from xml.parsers import expat

from gitstore.adapters.stores.file_keys import parent_of, unnamed
from gitstore.adapters.stores.web_connection import ATTEMPTS, PARALLEL, Connection, Request, rest
from gitstore.adapters.stores.web_errors import About, for_status, unreachable
from gitstore.adapters.stores.web_versions import Look, being_written, looked
from gitstore.core.errors import Missing, StoreError, Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version

_BODY = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/>'
    b"<getcontentlength/><getetag/><getlastmodified/></prop></propfind>"
)
_PIECE = 1 << 16
_LOOKS = 10
_SPACE = "DAV: "
_AGAIN = "try again"


class _Damaged(Exception):
    """An answer that is not whole, and what is told of it in the end."""

    def __init__(self, told: StoreError) -> None:
        super().__init__(told.message)
        self.told = told


@dataclass(slots=True)
class Entry:
    """One resource of an answer.

    Attributes:
        href: as the server spells it.
        status: the answer about this resource, where the server gives one of its own.
        said: the properties that it has, by their names.
        collection: whether it holds others.
    """

    href: str = ""
    status: int = 200
    said: dict[str, str] = field(default_factory=dict)
    collection: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """What is directly in a collection: the names of others, and files as they were seen."""

    inside: list[str]
    files: list[tuple[Found, float]]


def listed(connection: Connection, prefix: str) -> Iterator[Found]:
    """Every object whose key starts with `prefix`, level by level."""
    where = parent_of(prefix)
    top = None if where is None else collection(connection, where[0])
    if where is None or top is None:
        if not is_collection(connection, ""):
            raise for_status(404, connection.about())
        return
    level = [(top, where[0] + "/" if where[0] else "", where[1])]
    with ThreadPoolExecutor(PARALLEL) as threads:
        while level:
            below: list[str] = []
            for one, base, start in level:
                below += [base + name for name in one.inside if name.startswith(start)]
                for found, _ in one.files:
                    if found.key.startswith(base + start):
                        yield found
            asked = threads.map(lambda path: _inside(connection, path), below)
            level = [(one, path + "/", "") for one, path in zip(asked, below, strict=True)]


def _inside(connection: Connection, path: str) -> Collection:
    found = collection(connection, path)
    if found is None:
        raise Unreachable(f"{connection.identity} was changed while it was listed", hint=_AGAIN)
    return found


def collection(connection: Connection, path: str) -> Collection | None:
    """What is in a collection, once every file in it can be trusted; None if there is none.

    Args:
        path: decoded, without slashes at its ends.
    """
    below = path + "/" if path else ""
    for _ in range(_LOOKS):
        entries, date = propfind(connection, below, "1")
        found = None if entries is None else _sorted_out(connection, below, entries, date)
        wait = max((seconds for _, seconds in found.files), default=0.0) if found else 0.0
        if not wait:
            return found
        time.sleep(wait)
    raise being_written(path or connection.identity)


def is_collection(connection: Connection, path: str) -> bool:
    """Whether there is a collection at a path, which has no slashes at its ends."""
    entry = _entry(connection, path + "/" if path else "")[0]
    return entry is not None and entry.collection


def is_empty(connection: Connection, path: str) -> bool:
    """Whether there is a collection at a path, and nothing in it."""
    entries, _ = propfind(connection, path + "/", "1")
    return entries is not None and len(entries) == 1 and entries[0].collection


def look(connection: Connection, key: str) -> Look | None:
    """One object, or None when there is no file of that name."""
    entry, date = _entry(connection, key)
    if entry is None or entry.collection:
        return None
    size = entry.said.get("getcontentlength", "")
    if not size.isdigit():
        raise Unreachable(f"{connection.about(key)}: the server does not say its size", key=key)
    return looked(int(size), _headers(entry), date)


def _entry(connection: Connection, path: str) -> tuple[Entry | None, str | None]:
    """What the server says of one resource, and when; None if there is none."""
    entries, date = propfind(connection, path, "0")
    if entries is None:
        return None, date
    about = connection.about(path or None)
    if len(entries) != 1:
        raise Unreachable(f"{about}: the server speaks of {len(entries)} resources", key=about.key)
    if entries[0].status not in (200, 404):
        raise for_status(entries[0].status, about)
    return (entries[0] if entries[0].status == 200 else None), date


def propfind(
    connection: Connection, path: str, depth: str
) -> tuple[list[Entry] | None, str | None]:
    """The resources of an answer, None for none, and the answer's date.

    A listing that breaks off, or goes on behind its end, is asked for again, as an internal error
    is: servers that have one in the middle of an answer cannot say so otherwise.
    """
    about = connection.about(path or None)
    for attempt in range(1, ATTEMPTS):
        with suppress(_Damaged):
            return _propfind(connection, path, depth, about)
        rest(attempt)
    try:
        return _propfind(connection, path, depth, about)
    except _Damaged as error:
        raise error.told from error


def _propfind(
    connection: Connection, path: str, depth: str, about: About
) -> tuple[list[Entry] | None, str | None]:
    headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
    answer = connection.send(Request("PROPFIND", path, headers, _BODY), about)
    if answer.status in (404, 410):
        answer.close()
        return None, None
    if answer.status in (400, 409) and "/" in path.rstrip("/"):
        # Apache says so of what would lie below a file.
        above = look(connection, path.rstrip("/").rpartition("/")[0])
        if above is not None:
            answer.close()
            return None, None
    if answer.status in (200, 405, 501):
        answer.close()
        raise _no_webdav(about)
    if answer.status != 207:
        raise connection.refusal(answer, about)
    return parse(_pieces(answer, about), about), answer.headers.get("date")


def parse(pieces: Iterator[bytes], about: About) -> list[Entry]:
    """The resources of a multistatus answer, in its order.

    Raises:
        _Damaged: the answer is not whole.
        Unreachable: it is no multistatus.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse_entities
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise _Damaged(Unreachable(f"{about}: the listing is damaged: {error}")) from error
    if reader.root != "multistatus":
        raise _no_webdav(about)
    return reader.entries


class _Reader:
    """What expat sees, kept as far as it matters."""

    def __init__(self) -> None:
        self.root = ""
        self.entries: list[Entry] = []
        self._entry = Entry()
        self._props: dict[str, str] = {}
        self._collection = False
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.removeprefix(_SPACE)
        if not self._path:
            self.root = name
        self._path.append(name)
        self._text = []
        if self._path[1:] == ["response"]:
            self._entry = Entry()
        elif name == "propstat":
            self._props, self._collection = {}, False
        elif self._path[-2:] == ["resourcetype", "collection"]:
            self._collection = True

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _name: str) -> None:
        path, text = self._path, "".join(self._text).strip()
        if path[1:] == ["response"]:
            if not self._entry.href:
                raise ValueError("a resource without a name")
            self.entries.append(self._entry)
        elif path[1:] == ["response", "href"]:
            self._entry.href = text
        elif path[1:] == ["response", "status"]:
            self._entry.status = _status(text)
        elif path[1:] == ["response", "propstat", "status"]:
            self._props["status"] = text
        elif path[1:4] == ["response", "propstat", "prop"] and len(path) == 5:
            self._props[path[4]] = text
        elif path[1:] == ["response", "propstat"] and _status(self._props.pop("status", "")) == 200:
            self._entry.said |= self._props
            self._entry.collection |= self._collection
        path.pop()
        self._text = []

    def refuse_entities(self, *_: object) -> None:
        raise ValueError("it declares entities")


def _status(line: str) -> int:
    parts = line.split()
    if len(parts) < 2 or not parts[1].isdigit():
        raise ValueError("a status that is none")
    return int(parts[1])


def _pieces(answer: Any, about: About) -> Iterator[bytes]:
    from urllib3.exceptions import HTTPError

    try:
        yield from answer.stream(_PIECE, decode_content=False)
    except HTTPError as error:
        raise _Damaged(unreachable(error, about)) from error
    finally:
        answer.release_conn()


def _sorted_out(
    connection: Connection, below: str, entries: list[Entry], date: str | None
) -> Collection | None:
    """What a collection's answer says; None if what was asked is no collection."""
    asked = (connection.root + below).strip("/").encode().split(b"/")
    asked = [part for part in asked if part]
    itself = None
    found = Collection([], [])
    for entry in entries:
        parts = _parts(entry.href)
        if parts == asked:
            itself = entry
        elif parts[:-1] == asked:
            _add(found, below, entry, (parts[-1], date))
        else:
            raise Unreachable(f"{connection.identity}: the server lists what was not asked for")
    if itself is None:
        raise Unreachable(f"{connection.identity}: the server lists a directory without itself")
    if itself.status == 404:
        raise Missing(f"{connection.identity}: there is no such directory")
    return found if itself.collection else None


def _add(found: Collection, below: str, entry: Entry, seen: tuple[bytes, str | None]) -> None:
    name, date = seen
    if entry.status == 404:
        return
    if entry.status != 200:
        raise for_status(entry.status, About("the listing", entry.href))
    size = entry.said.get("getcontentlength", "")
    shown = below.encode() + name
    try:
        key = shown.decode()
    except UnicodeDecodeError:
        shown += b"/" if entry.collection else b""
        found.files.append((unnamed(shown, Version(int(size) if size.isdigit() else 0)), 0.0))
        return
    if b"/" in name or b"\0" in name or name in (b".", b".."):
        odd = unnamed(shown, Version(0), "its name holds what separates names")
        found.files.append((odd, 0.0))
    elif entry.collection:
        found.inside.append(key[len(below) :])
    elif not size.isdigit():
        odd = unnamed(shown, Version(0), "the server does not say its size")
        found.files.append((odd, 0.0))
    else:
        seen_now = looked(int(size), _headers(entry), date)
        found.files.append((Found(key, seen_now.version), seen_now.wait))


def _headers(entry: Entry) -> dict[str, str]:
    names = {"etag": "getetag", "last-modified": "getlastmodified"}
    return {header: entry.said[name] for header, name in names.items() if entry.said.get(name)}


def _parts(href: str) -> list[bytes]:
    # Behind a proxy a server may not know its own host: only the path counts.
    path = urlsplit(href).path if "://" in href else href.partition("?")[0]
    return [unquote_to_bytes(part) for part in path.split("/") if part]


def _no_webdav(about: About) -> Unreachable:
    return Unreachable(
        f"{about}: the server answers like a web site, not like WebDAV",
        hint="check 'url:' in .storage.yaml, or log in: git storage login NAME",
    )
