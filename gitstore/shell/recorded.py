"""Where the bytes of a recorded version may be: rule F4, for whatever brings or reads them."""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.core.errors import Missing, Unsupported
from gitstore.core.model import is_promise
from gitstore.core.store import Store
from gitstore.core.versions import Same, Version, compare, content_only, equal

OLD_VERSIONS = 20  # versions without a matching identifier that are read to look for a SHA-256


def where_it_may_be(store: Store, key: str, wanted: Version) -> Iterator[Version]:
    """What to ask for, best first: as recorded, the current object, a version that may be it."""
    if not is_promise(wanted):
        yield wanted
        if wanted.get("version") is not None and wanted.get("etag") is not None:
            # The version id may be gone with its bucket; the same bytes may still be current.
            yield Version(wanted.size, tuple(i for i in wanted.ids if not i.startswith("version:")))
    by_content = wanted.sha256 is not None or wanted.get("md5") is not None
    current = store.stat(key) if by_content else None
    if current is not None and compare(wanted, current) is not Same.DIFFERENT:
        yield current
    try:
        unsure = 0
        for old in store.versions(key):
            verdict = compare(wanted, old)
            if verdict is Same.EQUAL:
                yield old
            elif verdict is Same.UNKNOWN and by_content and unsure < OLD_VERSIONS:
                unsure += 1
                yield old
    except Unsupported:
        return


def is_wanted(wanted: Version, expect: Version, found: Version) -> bool:
    """Whether these bytes are the recorded ones; what only may be so is a stand-in."""
    verdict = compare(content_only(wanted), found)
    return verdict is Same.EQUAL or (verdict is Same.UNKNOWN and equal(wanted, expect))


def nowhere(store: Store, key: str, wanted: Version) -> Missing:
    """The error for a version that is in none of these places: it says what is there instead."""
    current = store.stat(key)
    instead = (
        "there is no such object now"
        if current is None
        else f"another version of {current.size} bytes is there now"
    )
    if is_promise(wanted):
        return Missing(
            f"recorded, but not uploaded yet ({instead})",
            key=key,
            hint="ask whoever recorded it to run 'git storage sync'",
        )
    return Missing(
        f"the recorded version is gone from the storage ({instead})",
        key=key,
        hint="git storage sync  # to follow what the storage holds now",
    )
