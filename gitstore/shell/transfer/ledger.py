"""What a run has done, written to the state in batches: facts, bases, stat cache, effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitstore.adapters.state_seen import Seen
from gitstore.adapters.state_values import Effect
from gitstore.core.model import Base
from gitstore.core.slices import Span
from gitstore.core.versions import Version
from gitstore.shell.binding import Binding

_FULL = 256
_FEW = 100  # objects that are looked up one by one


@dataclass(frozen=True, slots=True)
class Change:
    """One object's new place in the state.

    Attributes:
        path: the object.
        base: its base from now on; None removes it.
        fact: a version with place ids and sha256 that has been learnt.
        seen: what the stat cache keeps of the file.
        gone: whether the local file is no longer there.
        effect: what undo has to take back: `placed`, `replaced`, `trashed`, `renamed` or `base`
            here, `given` or `erased` on the storage; None where a second change of the same object
            will say it.
        detail: what undo needs beside the former base.
    """

    path: str
    base: Base | None = None
    fact: Version | None = None
    seen: Seen | None = None
    gone: bool = False
    effect: str | None = "base"
    detail: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """Collects changes and writes them in one transaction at a time.

    The bytes of every change are on disk, or acknowledged by the storage, before it is added: the
    base may lag, it never leads (rule B1).
    """

    def __init__(self, binding: Binding, operation: int) -> None:
        self._binding = binding
        self._operation = operation
        self._changes: list[Change] = []
        self._former: dict[str, Base | None] = {}

    def add(self, change: Change) -> None:
        """Keep one change for the next transaction."""
        self._changes.append(change)

    def former(self, path: str) -> Base | None:
        """The base that an object had when this run began, or got since."""
        self._look_up([path])
        return self._former[path]

    def settle_when_full(self) -> None:
        """Write what has been collected, if it is worth a transaction."""
        if len(self._changes) >= _FULL:
            self.settle()

    def settle(self) -> None:
        """Write what has been collected."""
        if not self._changes:
            return
        changes, self._changes = self._changes, []
        self._look_up([change.path for change in changes])
        binding, data_path = self._binding, self._binding.data.path
        facts = {binding.key(c.path): c.fact for c in changes if c.fact is not None}
        if facts:
            binding.facts.add(binding.source, facts)
        with binding.state.batch():
            binding.state.set_bases(data_path, binding.source, {c.path: c.base for c in changes})
            seen = {c.path: c.seen for c in changes if c.seen is not None}
            gone = {c.path: None for c in changes if c.gone}
            binding.state.set_seen(data_path, {**seen, **gone})
            effects = [self._effect(c, c.effect) for c in changes if c.effect is not None]
            binding.state.add_effects(self._operation, effects)
            self.drop_intents(c.path for c in changes if c.effect == "given")
        self._former.update({c.path: c.base for c in changes if c.base is not None})

    def drop_intents(self, paths: Iterable[str]) -> None:
        """Forget intents whose uploads are settled."""
        self._binding.state.set_intents(self._binding.data.path, dict.fromkeys(paths))

    def _look_up(self, paths: Sequence[str]) -> None:
        """Learn the bases of objects that this run has not changed yet."""
        state, data_path = self._binding.state, self._binding.data.path
        unknown = sorted(path for path in paths if path not in self._former)
        # What is brought comes nearly in order, so that most of what lies between is among it.
        if len(unknown) > _FEW:
            spans = [Span(unknown[0], f"{unknown[-1]}\0")]
        else:
            spans = [Span(path, f"{path}\0") for path in unknown]
        found = [state.bases(data_path, span) for span in spans]
        known = {path: base for some in found for path, (_, base) in some.items()}
        self._former.update((path, known.get(path)) for path in unknown)

    def _effect(self, change: Change, kind: str) -> Effect:
        former = self._former.get(change.path)
        detail = dict(change.detail)
        # Only what is there: a project's first stage notes an effect for each of its objects.
        if former is not None:
            detail["before"] = base_as_json(former)
        if change.base is not None:
            detail["after"] = base_as_json(change.base)
        return Effect(self._binding.data.path, kind, change.path, detail)


def base_as_json(base: Base) -> dict[str, Any]:
    """A base as plain values, for the list of effects."""
    return {"size": base.version.size, "ids": list(base.version.ids), "erase": base.erase}


def base_from_json(value: Mapping[str, Any]) -> Base:
    """The base that `base_as_json` spelled."""
    return Base(Version(int(value["size"]), tuple(value["ids"])), bool(value["erase"]))
