"""Telling, once in a clone, of a storage that keeps no old versions."""

from __future__ import annotations

from gitstore.core.old_versions import how_to_keep, what_is_lost
from gitstore.repo.session import Session
from gitstore.shell.abilities import keeps_versions
from gitstore.shell.binding import Binding


def tell_of_losses(session: Session, binding: Binding, key: str | None) -> None:
    """Say what a storage cannot bring back, and how that is changed; nothing where it can.

    Args:
        binding: a data path of the storage; it has been listed.
        key: an object that is there, or None.
    """
    person = session.project.person
    identity = binding.store().identity
    if person is None or session.facts.told(identity):
        return
    if keeps_versions(binding.store(), session.facts, key) is not False:
        return
    spec = session.project.storage(binding.data.storage)
    person().tells(what_is_lost(spec.name))
    person().tells(f"to keep them: {how_to_keep(spec.place())}")
    session.facts.set_told(identity)
