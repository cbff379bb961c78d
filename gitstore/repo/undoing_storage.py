"""The part of `undo` that is about the storage: what can be put back there, and doing it.

Nothing that somebody else has written since is touched: every request carries what our operation
made as its precondition. What an operation wrote is only erased where its bytes are somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gitstore.adapters.state_values import Effect
from gitstore.core.errors import Refused, UnknownName
from gitstore.core.model import Base
from gitstore.core.versions import Version, content_only, equal, merged
from gitstore.repo.selection import Selection, object_name
from gitstore.repo.session import Session
from gitstore.shell.abilities import measured
from gitstore.shell.binding import Binding
from gitstore.shell.transfer import Change, Ledger, base_from_json
from gitstore.shell.transfer.back import is_same_write, kept_version, put_back

KINDS = ("given", "erased")
"""The effects that are about the storage."""


class Way(Enum):
    """What undo does about one object of the storage."""

    ERASE = "erase"  # our operation created it
    PUT_BACK = "put back"  # an old version's bytes become the current object
    DONE = "done"  # it is as before already
    LEAVE = "leave"  # it cannot be as before, or must not


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What undo will do about one object of the storage; looked at before anything is done.

    Attributes:
        effect: what is to be taken back.
        way: how.
        reason: why, as one clause.
        now: the version that the storage holds now, the precondition of what is done.
        kept: the version that will be put back.
    """

    effect: Effect
    way: Way
    reason: str
    now: Version | None = None
    kept: Version | None = None

    @property
    def path(self) -> str:
        """The object, relative to the top level."""
        effect = self.effect
        return object_name(effect.data_path, effect.path)


def foreseen(session: Session, effects: Iterable[Effect]) -> tuple[Foreseen, ...]:
    """What can be taken back of what an operation did to storages; changes nothing.

    Raises:
        StoreError: a storage cannot be asked.
    """
    return tuple(_looked_at(session, e) for e in effects if e.kind in KINDS)


def take_back(session: Session, one: Foreseen) -> None:
    """Do what was foreseen for one object, and note what it means for the local file.

    Raises:
        StorageError: it was refused; the object is as it was.
    """
    binding, path = _binding(session, one.effect), one.effect.path
    key = binding.key(path)
    if one.way in (Way.ERASE, Way.PUT_BACK):
        measured(binding.store(), session.facts)
        binding = _binding(session, one.effect)
    try:
        if one.way is Way.ERASE and one.now is not None:
            _make_work_of(binding, path)
            binding.store().delete(key, one.now)
            _note(session, binding, Change(path, base=_former(one.effect), effect=None))
        elif one.way is Way.PUT_BACK and one.kept is not None:
            made = put_back(binding, path, one.kept, one.now)
            _note(session, binding, _change(one.effect, made))
    except Refused as error:
        raise Refused("somebody else changed it there at the same moment", key=key) from error


def _looked_at(session: Session, effect: Effect) -> Foreseen:
    try:
        binding = _binding(session, effect)
    except UnknownName as error:
        return Foreseen(effect, Way.LEAVE, error.message)
    now = binding.store().stat(binding.key(effect.path))
    if effect.kind == "given":
        return _given(binding, effect, now)
    return _erased(binding, effect, now)


def _given(binding: Binding, effect: Effect, now: Version | None) -> Foreseen:
    made, old = _version(effect, "after"), _version(effect, "old")
    if (old is None and now is None) or (equal(now, old) and not equal(now, made)):
        return Foreseen(effect, Way.DONE, "it is there as before", now)
    if not is_same_write(now, made):
        return Foreseen(effect, Way.LEAVE, "somebody has changed it there since", now)
    if old is not None:
        return _to_put_back(binding, effect, old, now)
    if made is not None and _is_elsewhere(binding, effect.path, made):
        return Foreseen(effect, Way.ERASE, "the operation created it", now)
    return Foreseen(effect, Way.LEAVE, "its bytes are nowhere else, so it stays there", now)


def _erased(binding: Binding, effect: Effect, now: Version | None) -> Foreseen:
    old = _version(effect, "old")
    if now is not None:
        if equal(now, old):
            return Foreseen(effect, Way.DONE, "it is there as before", now)
        return Foreseen(effect, Way.LEAVE, "something else is there now", now)
    if old is None:
        return Foreseen(effect, Way.DONE, "it was not there before", now)
    return _to_put_back(binding, effect, old, None)


def _to_put_back(binding: Binding, effect: Effect, old: Version, now: Version | None) -> Foreseen:
    kept = kept_version(binding.store(), binding.key(effect.path), old)
    if kept is None:
        return Foreseen(effect, Way.LEAVE, "the storage has kept no old version of it", now)
    return Foreseen(effect, Way.PUT_BACK, "from the version that the storage has kept", now, kept)


def _is_elsewhere(binding: Binding, path: str, made: Version) -> bool:
    """Whether erasing an object that an operation created leaves its bytes somewhere."""
    if binding.tree.stat(path) is not None and equal(binding.tree.digest(path)[1], made):
        return True
    # An unversioned bucket lists the current object too, but gives it no version id.
    kept = kept_version(binding.store(), binding.key(path), made)
    return kept is not None and kept.get("version") is not None


def _make_work_of(binding: Binding, path: str) -> None:
    # Beside a fact of this key the local file would look like a copy of what the storage has
    # dropped, and the next sync would take it away (rule B4).
    if binding.tree.stat(path) is not None:
        _, local = binding.tree.digest(path)
        binding.state.set_recorded(binding.data.path, {path: local.sha256})


def _change(effect: Effect, made: Version) -> Change:
    former, old = _former(effect), _version(effect, "old")
    if effect.kind == "erased":
        # The wish to erase it is taken back with it: else the next sync would erase it again.
        return Change(effect.path, fact=made, effect=None)
    if former is not None and equal(former.version, old):
        # What is there now has another number on storages that give numbers.
        base = Base(merged(made, content_only(former.version)), former.erase)
        return Change(effect.path, base=base, fact=made, effect=None)
    return Change(effect.path, base=former, fact=made, effect=None)


def _note(session: Session, binding: Binding, change: Change) -> None:
    ledger = Ledger(binding, session.operation or 0)
    ledger.add(change)
    ledger.settle()


def _binding(session: Session, effect: Effect) -> Binding:
    data = session.project.manifest.data.get(effect.data_path)
    if data is None:
        raise UnknownName(f"{effect.data_path} is no longer a data path")
    return session.binding(Selection(data))


def _former(effect: Effect) -> Base | None:
    before: Any = effect.detail.get("before")
    return None if before is None else base_from_json(before)


def _version(effect: Effect, name: str) -> Version | None:
    value: Any = effect.detail.get(name)
    return None if value is None else base_from_json(value).version
