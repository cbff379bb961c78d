"""Whether a storage honours preconditions: measured, because some servers ignore them silently.

Every question is asked of one object of our own and removed again. The stale version in a question
is one that the storage itself issued and has replaced since, so a probe needs to know no dialect.
Creating is asked once the object has a history, because a server was seen that refuses to replace
an object only while it has none. Replacing is asked once more when the object is gone, because a
server was seen that then creates it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.file_keys import PROBE
from gitstore.core.errors import Refused, Unsupported
from gitstore.core.store import Abilities, Conditional, Store
from gitstore.core.versions import Version

PREFIX = PROBE
"""How the keys begin that probes and checks write to."""


def probe(store: Store) -> Abilities:
    """What the storage says it can do, with what was measured in the place of what is unknown.

    Costs some eight requests and leaves no current object behind. What the storage knows of itself
    is not asked again.

    Raises:
        StoreError: the storage cannot be asked, for instance because it may not be written to.
    """
    said = store.abilities()
    if Conditional.UNKNOWN not in (said.create, said.swap, said.erase):
        return said
    key = PREFIX + os.urandom(8).hex()
    try:
        found = _measured(store, key, said)
    except BaseException:
        _remove(store, key)
        raise
    if found.swap is not Conditional.ENFORCED:
        _remove(store, key)  # else there is nothing: the last write was refused
    return found


def _measured(store: Store, key: str, said: Abilities) -> Abilities:
    def write(text: str, expect: Version | None) -> Version:
        return store.write(key, BytesSource(text.encode()), expect)

    stale = write("first", None)
    try:
        current = write("second", stale)
    except Refused:
        # A server that does not recognise its own ETag: what it does with a wrong one says nothing.
        create = _verdict(lambda: write("third", None))
        return replace(said, create=create, versions=_keeps_versions(store, key))
    # One after the other: a server that is asked two things at once may refuse one for that alone.
    found = replace(
        said,
        versions=_keeps_versions(store, key),
        create=_verdict(lambda: write("third", None)),
        swap=_verdict(lambda: write("fourth", stale)),
        erase=_verdict(lambda: store.delete(key, stale)),
    )
    if {found.create, found.swap, found.erase} == {Conditional.ENFORCED}:
        store.delete(key, current)  # nobody has replaced it
    else:
        _remove(store, key)
    resurrected = _verdict(lambda: write("fifth", stale)) is not Conditional.ENFORCED
    return replace(found, swap=Conditional.IGNORED) if resurrected else found


def _verdict(act: Callable[[], object]) -> Conditional:
    try:
        act()
    except Refused:
        return Conditional.ENFORCED
    return Conditional.IGNORED


def _keeps_versions(store: Store, key: str) -> bool:
    try:
        return len(list(store.versions(key))) > 1
    except Unsupported:
        return False


def _remove(store: Store, key: str) -> None:
    current = store.stat(key)
    if current is not None:
        store.delete(key, current)
