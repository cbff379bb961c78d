"""Measuring a storage's preconditions once, before this clone first writes to it (rule F2)."""

from __future__ import annotations

from gitstore.adapters.facts import Facts
from gitstore.core.store import Abilities, Conditional
from gitstore.shell.binding import Binding


def measured(binding: Binding, facts: Facts) -> Abilities:
    """What the storage of a binding can do, probed with an object of our own if nobody knows yet.

    The result is remembered for this clone, so that the next process re-checks right before each
    write where the server ignores preconditions.
    """
    from gitstore.adapters.stores.probe import probe, to_json

    store = binding.store()
    known = store.abilities()
    if Conditional.UNKNOWN not in (known.create, known.swap, known.erase):
        return known
    found = probe(store)
    facts.set_abilities(store.identity, to_json(found))
    return found
