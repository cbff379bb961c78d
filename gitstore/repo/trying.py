"""`doctor NAME`: the contract suite on a user's own storage, told as what it can and cannot do.

Everything happens below a random prefix, which is removed again; what is there is only read. What a
storage does not enforce is tried with the looks of ours in its place, as `sync` would do it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from gitstore.core.errors import StorageError, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Span, Store
from gitstore.core.versions import equal
from gitstore.repo.findings import Finding, Level

_ACTS = (("create", "create an object"), ("swap", "replace one"), ("erase", "delete one"))
_HOW = {
    Conditional.ENFORCED: "the storage refuses it if somebody else was first",
    Conditional.CHECKED: "git storage looks right before it; somebody may come in between",
    Conditional.IGNORED: "the storage never refuses it, so git storage looks right before it;"
    " somebody may come in between",
    Conditional.UNKNOWN: "what the storage refuses could not be found out",
}
_SHOWN = 4


def tried(store: Store, name: str, keeping: str) -> Iterator[Finding]:
    """What a storage can and cannot do, one finding each.

    Args:
        store: as `sync` uses it, approved for what is tried.
        name: the storage's, in front of every sentence.
        keeping: how old versions are kept, where they are not.
    """
    said = store.abilities()
    yield from (_named(name, finding) for finding in _reading(store))
    if not said.writable:
        yield Finding(Level.NOTE, f"{name}: can only be read; nothing was written there")
        return
    yield from (_named(name, finding) for finding in _writing(store, keeping))


def _named(name: str, finding: Finding) -> Finding:
    return replace(finding, text=f"{name}: {finding.text}")


def _reading(store: Store) -> Iterator[Finding]:
    """What can be seen without writing: the first object, if there is one."""
    try:
        first = next((found for found in store.list("") if found.problem is None), None)
    except Unsupported as error:
        yield Finding(Level.NOTE, f"cannot be listed: {error.message}", error.hint)
        return
    except StorageError as error:
        yield Finding(Level.BAD, f"cannot be listed: {error.message}", error.hint)
        return
    yield Finding(Level.GOOD, "can be listed")
    if first is not None:
        yield _first_object(store, first)
    yield from _left_over(store)


def _left_over(store: Store) -> Iterator[Finding]:
    from gitstore.adapters.stores.probe import PREFIX

    left = sum(1 for _ in store.list(PREFIX))
    if left:
        objects = "1 object" if left == 1 else f"{left:,} objects"
        told = f"holds {objects} below {PREFIX}*, of a trial that was cut off or still runs"
        hint = "remove them with the storage's own tools; git storage never reads them"
        yield Finding(Level.NOTE, told, hint)


def _first_object(store: Store, first: Found) -> Finding:
    try:
        if not equal(store.stat(first.key), first.version):
            text = f"the listing and a look at {first.key!r} say different things"
            return Finding(Level.BAD, text, "try again, while nobody writes to it")
        span = Span(0, min(first.version.size, 1))
        if len(b"".join(store.read(first.key, first.version, span).chunks)) != span.stop:
            return Finding(Level.BAD, f"{first.key!r} does not give its first byte")
    except StorageError as error:
        return Finding(Level.BAD, f"cannot be read: {error.message}", error.hint)
    return Finding(Level.GOOD, "can be read, in parts too")


def _writing(store: Store, keeping: str) -> Iterator[Finding]:
    from gitstore.adapters.stores.contract import checks, run_all
    from gitstore.adapters.stores.probe import PREFIX, probe
    from gitstore.adapters.stores.recheck import Rechecked

    try:
        found = probe(store)
    except StorageError as error:
        yield Finding(Level.BAD, f"cannot be written to: {error.message}", error.hint)
        return
    yield from _protected(found, keeping)
    if found.versions:
        told = f"keeps the old versions of what was tried, below {PREFIX}*, as of everything"
        yield Finding(
            Level.NOTE, told, "its own rules for expiry remove them; git storage never does"
        )
    careful = Rechecked(store, found)
    yield from _names(careful)
    for outcome in run_all(careful, checks()):
        if outcome.problem is None:
            yield Finding(Level.GOOD, outcome.name)
        else:
            yield Finding(Level.BAD, f"{outcome.name}: {outcome.problem}")


def _protected(found: Abilities, keeping: str) -> Iterator[Finding]:
    for attribute, act in _ACTS:
        how: Conditional = getattr(found, attribute)
        level = Level.GOOD if how is Conditional.ENFORCED else Level.NOTE
        yield Finding(level, f"can {act}: {_HOW[how]}")
    if found.versions:
        yield Finding(Level.GOOD, "can give old versions")
    else:
        told = "cannot give old versions: an old commit may find other bytes"
        yield Finding(Level.NOTE, told, keeping)


def _names(store: Store) -> Iterator[Finding]:
    """Which odd names the storage does not take; objects that have one cannot be given."""
    from gitstore.adapters.stores.contract import clean, made_or_unsupported
    from gitstore.adapters.stores.contract_names import ODD_NAMES
    from gitstore.adapters.stores.probe import PREFIX

    prefix = f"{PREFIX}{secrets.token_hex(6)}/"
    refused = []
    try:
        for odd in ODD_NAMES:
            if made_or_unsupported(store, prefix + odd, b"") is None:
                refused.append(odd)
    except StorageError:
        return  # the check of that name tells what is wrong
    finally:
        clean(store, prefix)
    if refused:
        shown = ", ".join(map(repr, refused[:_SHOWN])) + (", ..." if refused[_SHOWN:] else "")
        yield Finding(Level.NOTE, f"cannot hold objects named like {shown}")
