"""Live data: no pointer, so that what the storage holds now takes the pointer's part.

P is R where the storage was listed, and B where it was not. Table 1 asks P for two things only,
somebody's promise and the line to be written, and R makes no promise and is its own line. Table 2
then says what is there that is not here. Rule B4 finds a base by R, as it would by P.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gitstore.core.model import Action, Kind, State

Decide = Callable[[State], Action]

_WORDS = (
    ("as the pointer says", "as it is on the storage"),
    ("already the bytes that the pointer names", "already the bytes on the storage"),
    ("the pointer names another version", "it changed on the storage"),
    ("the pointer names other bytes", "the storage has other bytes"),
    ("neither here nor in the pointer", "neither here nor on the storage"),
    ("no longer in the pointer", "no longer on the storage"),
    ("not in the pointer", "not on the storage"),
)


def of_what_is_there(decide: Decide) -> Decide:
    """What `stage` decides of live data, in their words; it removes nothing.

    A pointer that lacks an object has been committed by somebody; a listing that lacks it may be
    that of a storage that is not what it was. `sync` has guards for that.
    """

    def decided(state: State) -> Action:
        action = decide(state)
        reason = action.reason
        for pointer, storage in _WORDS:
            reason = reason.replace(pointer, storage)
        if action.kind is Kind.DROP:
            return replace(action, kind=Kind.KEEP, reason=f"{reason}; sync removes it here")
        return replace(action, reason=reason)

    return decided
