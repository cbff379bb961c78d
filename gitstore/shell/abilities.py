"""What a storage can do, measured once before this clone first writes to it (rule F2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitstore.adapters.facts import Facts
from gitstore.core.errors import StorageError, Unsupported
from gitstore.core.store import Abilities, Conditional, Store


def careful(raw: Store, facts: Facts) -> Store:
    """A store with what was measured of it: ignored preconditions are re-checked at each write."""
    from gitstore.adapters.stores.recheck import Rechecked

    remembered = facts.abilities(raw.identity)
    return raw if remembered is None else Rechecked(raw, _from_json(remembered))


def measured(store: Store, facts: Facts) -> Abilities:
    """What a storage can do, probed with an object of our own if nobody knows yet.

    The result is remembered for this clone; `careful` applies it.

    Raises:
        StoreError: the storage cannot be asked, for instance because it may not be written to.
    """
    known = store.abilities()
    if Conditional.UNKNOWN not in (known.create, known.swap, known.erase):
        return known
    from gitstore.adapters.stores.probe import probe

    found = probe(store)
    facts.set_abilities(store.identity, _as_json(found))
    return found


def keeps_versions(store: Store, facts: Facts, key: str | None) -> bool | None:
    """Whether a storage keeps old versions; None where that cannot be seen without writing to it.

    Args:
        key: an object that is there, or None where none is known.
    """
    remembered = facts.abilities(store.identity)
    if remembered is not None:
        return bool(remembered["versions"])
    try:
        found = list(store.versions(key or ""))
    except Unsupported:
        return False
    except StorageError:
        return None  # seeing them takes a permission of its own
    if len(found) > 1 or any(one.get("version") for one in found):
        return True
    # A generation says nothing: every object of Google's has one.
    return None if not found or found[0].get("generation") else False


def _as_json(abilities: Abilities) -> dict[str, Any]:
    return {
        "create": abilities.create.value,
        "swap": abilities.swap.value,
        "erase": abilities.erase.value,
        "versions": abilities.versions,
        "writable": abilities.writable,
        "parallel": abilities.parallel,
    }


def _from_json(value: Mapping[str, Any]) -> Abilities:
    return Abilities(
        create=Conditional(value["create"]),
        swap=Conditional(value["swap"]),
        erase=Conditional(value["erase"]),
        versions=bool(value["versions"]),
        writable=bool(value["writable"]),
        parallel=int(value["parallel"]),
    )
