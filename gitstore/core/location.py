"""Where the local bytes of a data path lie, if not at the data path itself.

Then the data path is a symbolic link to that place. A directory that others keep is only looked at:
whatever a plan would do to it becomes a `KEEP`, so that it is shown and nothing of it is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from gitstore.core.model import Action, Kind, State

Decide = Callable[[State], Action]


class Owner(Enum):
    """Who keeps the bytes of a location."""

    OURS = "ours"  # `stage --location`: git storage made it and fills it
    OTHERS = "others"  # `stage --existing`: it was there, and is never written to


@dataclass(frozen=True, slots=True)
class Location:
    """The place that a data path of one work tree leads to.

    Attributes:
        directory: absolute, without links on the way; a file for a data path that is one object.
        owner: who keeps it.
    """

    directory: str
    owner: Owner


_TOUCHES = frozenset(
    {Kind.TAKE, Kind.FETCH, Kind.REPLACE, Kind.DROP, Kind.UNSTAGE, Kind.GIVE, Kind.ERASE}
)


def hands_off(decide: Decide) -> Decide:
    """The same decisions for a directory that others keep: nothing is written, here or there."""

    def decided(state: State) -> Action:
        action = decide(state)
        if action.kind in _TOUCHES or action.kind is Kind.CONFLICT:
            reason = f"{action.reason}; others keep this directory"
            return replace(action, kind=Kind.KEEP, reason=reason, cell="Sc6", choice=None)
        return action

    return decided
