"""Bringing one object's bytes into a temporary file, verified."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gitstore.adapters.tree import Incoming, Tree
from gitstore.core.errors import Corrupt, Missing, Refused
from gitstore.core.many import Whole
from gitstore.core.model import Action, Kind, is_promise
from gitstore.core.store import Reading
from gitstore.core.versions import Same, Version, compare, content_only, digested, merged
from gitstore.shell.binding import Binding
from gitstore.shell.recorded import is_wanted, nowhere, where_it_may_be
from gitstore.shell.transfer import ranges
from gitstore.shell.transfer.ranges import Progress

SMALL = 64 << 10  # bytes up to which an object is kept in memory until its file is made
MD5_LIMIT = 16 << 20  # bytes up to which an ETag is held against the MD5

Content = Incoming | bytes
"""A temporary file or, of a small object, the bytes themselves."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object's bytes, verified.

    Attributes:
        action: what brought them.
        content: where they are now.
        version: what they are: place ids as read, and content ids as computed.
    """

    action: Action
    content: Content
    version: Version


@dataclass(frozen=True, slots=True)
class Arrived:
    """An object's bytes in a temporary file, verified but not yet flushed.

    Attributes:
        action: what brought them.
        incoming: the temporary file, closed.
        version: what they are: place ids as read, and content ids as computed.
    """

    action: Action
    incoming: Incoming
    version: Version


def size_to_come(action: Action) -> int:
    """How many bytes an action brings."""
    expect = _asked_for(action)
    return 0 if expect is None else expect.size


def version_to_come(action: Action) -> Version | None:
    """The version to ask for first, or None where it has to be looked for."""
    expect = _asked_for(action)
    return None if expect is None or is_promise(expect) else expect


def _asked_for(action: Action) -> Version | None:
    """What the storage holds now, where that is to be taken, else what the pointer names."""
    seen = action.seen
    return seen.remote if action.kind is Kind.TAKE and seen.remote else seen.pointer


def checked(action: Action, expect: Version, whole: Whole) -> Fetched | None:
    """A small object that came as the answer to a request for `version_to_come`.

    None where it is not what is wanted, or may not be: `bring` then has a closer look.
    """
    found = merged(_digested(whole.data), whole.version)
    unlike = compare(content_only(expect), found) is Same.DIFFERENT or _doubtful(expect, found)
    if len(whole.data) != expect.size or unlike:
        return None
    if action.kind is Kind.TAKE and action.seen.remote is not None:
        return Fetched(action, whole.data, merged(found, expect))
    return Fetched(action, whole.data, found) if is_wanted(expect, expect, found) else None


def bring(binding: Binding, action: Action, progress: Progress) -> Fetched:
    """The bytes that an action asks for.

    Raises:
        StoreError: they cannot be had; nothing is left behind.
    """
    key = binding.key(action.path)
    if action.kind is Kind.TAKE and action.seen.remote is not None:
        expect = action.seen.remote
        content, found = _verified(binding, key, expect, progress)
        return Fetched(action, content, merged(found, expect))
    if action.seen.pointer is None:
        raise Missing(f"the pointer names no version of {action.path}", key=key)
    return _recorded_version(binding, action, action.seen.pointer, progress)


def landed(tree: Tree, fetched: Fetched) -> Arrived:
    """The same in a temporary file.

    Raises:
        LocalFailure: the system refused.
    """
    content = fetched.content
    if isinstance(content, Incoming):
        return Arrived(fetched.action, content, fetched.version)
    incoming = tree.incoming(len(content))
    try:
        incoming.write(content)
        incoming.close()
    except BaseException:
        incoming.discard()
        raise
    return Arrived(fetched.action, incoming, fetched.version)


def _recorded_version(
    binding: Binding, action: Action, wanted: Version, progress: Progress
) -> Fetched:
    """Rule F4: the current object, the recorded version id, a version with the same identity."""
    key = binding.key(action.path)
    store = binding.store()
    for expect in where_it_may_be(store, key, wanted):
        try:
            content, found = _verified(binding, key, expect, progress)
        except (Refused, Missing):
            continue
        if not is_wanted(wanted, expect, found):
            _discard(content)
            continue
        return Fetched(action, content, found)
    raise nowhere(store, key, wanted)


def _verified(
    binding: Binding, key: str, expect: Version, progress: Progress
) -> tuple[Content, Version]:
    """One version's bytes, held against every identifier it carries."""
    content, found = _read(binding, key, expect, progress)
    try:
        if compare(content_only(expect), found) is Same.DIFFERENT:
            raise Corrupt(f"{key}: the bytes are not the ones that were promised", key=key)
        if _doubtful(expect, found):
            # An ETag that is not the MD5 proves nothing, but a flipped bit would look like this.
            _discard(content)
            content, again = _read(binding, key, expect, progress)
            if again.sha256 != found.sha256:
                raise Corrupt(f"{key}: two reads gave different bytes", key=key)
    except Corrupt:
        _discard(content)
        raise
    return content, found


def _discard(content: Content) -> None:
    if isinstance(content, Incoming):
        content.discard()


def _doubtful(expect: Version, found: Version) -> bool:
    etag, md5 = expect.get("etag"), found.get("md5")
    return etag is not None and md5 is not None and len(etag) == len(md5) and etag.lower() != md5


def _read(
    binding: Binding, key: str, expect: Version, progress: Progress
) -> tuple[Content, Version]:
    if expect.size <= SMALL:
        content, place = _whole(binding.store().read(key, expect), expect)
        progress(expect.size)
        return content, merged(_digested(content), place)
    if expect.size >= ranges.LARGE:
        return ranges.brought(binding, key, expect, progress)
    incoming = binding.tree.incoming(expect.size)
    try:
        place, own = _in_one(binding.store().read(key, expect), expect, incoming)
        progress(expect.size)
        incoming.close()
    except BaseException:
        incoming.discard()
        raise
    return incoming, merged(own, place)


def _whole(reading: Reading, expect: Version) -> tuple[bytes, Version]:
    chunks: list[bytes] = []
    size = 0
    for chunk in reading.chunks:
        chunks.append(chunk)
        size += len(chunk)
        if size > expect.size:
            break
    if size != expect.size:
        raise Corrupt(f"expected {expect.size} bytes and got {size}")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks), reading.version


def _digested(content: bytes) -> Version:
    sha256 = hashlib.sha256(content).hexdigest()
    return digested(len(content), sha256, hashlib.md5(content, usedforsecurity=False).hexdigest())


def _in_one(reading: Reading, expect: Version, incoming: Incoming) -> tuple[Version, Version]:
    sha256 = hashlib.sha256()
    md5 = hashlib.md5(usedforsecurity=False) if expect.size <= MD5_LIMIT else None
    size = 0
    for chunk in reading.chunks:
        size += len(chunk)
        if size > expect.size:
            break
        sha256.update(chunk)
        if md5 is not None:
            md5.update(chunk)
        incoming.write(chunk)
    if size != expect.size:
        raise Corrupt(f"expected {expect.size} bytes and got {size}")
    own = digested(size, sha256.hexdigest(), None if md5 is None else md5.hexdigest())
    return reading.version, own
