"""Settling an object that two branches changed in other ways: which line its pointer gets.

The bucket has one present, and branches share it (rule Sc5): of two versions the one that the
storage holds now is right. Not so for a promise: it never was on the storage, and if it lost for
that reason, what somebody recorded would be forgotten in silence (rule P3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gitstore.core.merging import Conflict
from gitstore.core.model import is_promise
from gitstore.core.versions import Version, equal


class Side(Enum):
    """An answer to a conflict of pointers."""

    LOCAL = "local"  # the side that names what the local bytes descend from
    REMOTE = "remote"  # what the storage holds now, whoever names it
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a conflict.

    Attributes:
        path: the object.
        version: its line in the pointer; None takes it out.
        reason: why, as one clause.
    """

    path: str
    version: Version | None
    reason: str


def by_storage(each: Conflict, stored: Version | None) -> Settled | None:
    """The side that names what the storage holds, or None if that is for a person to decide.

    Args:
        stored: the object's current version; None if the storage has none.
    """
    ours, theirs = _names(each.ours, stored), _names(each.theirs, stored)
    if ours == theirs or is_promise(each.theirs if ours else each.ours):
        return None
    held = "gone from the storage" if stored is None else "what the storage holds"
    if ours:
        return Settled(each.path, each.ours, f"ours, {held}")
    return Settled(each.path, each.theirs, f"theirs, {held}")


def by_answer(
    each: Conflict, side: Side, stored: Version | None, base: Version | None
) -> Settled | None:
    """What an answer means; None if it fits neither side.

    Args:
        stored: the object's current version; only looked at for `REMOTE`.
        base: the version that the local bytes descend from; only looked at for `LOCAL`.
    """
    if side is Side.OURS:
        return Settled(each.path, each.ours, "ours")
    if side is Side.THEIRS:
        return Settled(each.path, each.theirs, "theirs")
    now = stored if side is Side.REMOTE else base
    named = [v for v in (each.ours, each.theirs) if _names(v, now)]
    reason = "what the storage holds" if side is Side.REMOTE else "what is here"
    if named:
        return Settled(each.path, named[0], reason)
    return Settled(each.path, stored, reason) if side is Side.REMOTE else None


def undecided(each: Conflict, stored: Version | None) -> str:
    """Why the storage does not settle a conflict, as one clause."""
    if is_promise(each.ours) or is_promise(each.theirs):
        return "changed on both sides, and one version was recorded but not uploaded yet"
    if each.ours is None or each.theirs is None:
        side = "ours" if each.ours is None else "theirs"
        return f"removed in {side} and changed on the other side"
    if stored is None:
        return "changed on both sides, and gone from the storage"
    return "changed on both sides, and the storage holds neither version"


def _names(version: Version | None, now: Version | None) -> bool:
    return version is now or equal(version, now)
