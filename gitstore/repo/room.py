"""What a copy would take of the disk, said and asked about before the first byte moves."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gitstore.core.errors import LocalFailure, Stopped
from gitstore.core.manifest import DataPath
from gitstore.core.model import Kind, Plan
from gitstore.repo.session import View


@dataclass(frozen=True, slots=True)
class Need:
    """What one data path would copy here.

    Attributes:
        data: the data path.
        objects: how many objects.
        size: bytes.
        free: the free bytes of the file system that they go to.
        device: which file system that is.
    """

    data: DataPath
    objects: int
    size: int
    free: int
    device: int


Consent = Callable[[Sequence[Need]], bool | None]
"""Tells somebody, and says whether to go on; None where there is nobody to ask."""


def need_of(view: View, plan: Plan) -> Need:
    """What a plan would copy here."""
    moved = [action.seen.pointer for action in plan.of(Kind.FETCH, Kind.REPLACE)]
    size = sum(version.size for version in moved if version is not None)
    device, free = view.binding.tree.room()
    return Need(view.binding.data, len(moved), size, free, device)


def short_of_room(needs: Sequence[Need]) -> tuple[int, int] | None:
    """The bytes needed and free on the first file system without room for them, or None."""
    for device in dict.fromkeys(need.device for need in needs):
        there = [need for need in needs if need.device == device]
        size = sum(need.size for need in there)
        if size > there[0].free:
            return size, there[0].free
    return None


def require_room(needs: Sequence[Need], limit: int, consent: Consent | None) -> None:
    """Stop where too much would be copied, unless somebody agrees; nothing has moved yet.

    Args:
        needs: what all data paths would copy.
        limit: so many bytes are copied without a word, in bytes.
        consent: is asked about more, or about more than there is room for.

    Raises:
        LocalFailure: there is no room, and nobody to ask.
        Stopped: somebody said no.
    """
    moving = [need for need in needs if need.objects]
    short = short_of_room(moving)
    if short is None and sum(need.size for need in moving) <= limit:
        return
    answer = None if consent is None else consent(moving)
    if answer is False:
        raise Stopped("stopped before anything was moved")
    if answer is None and short is not None:
        raise no_room(short, moving[0].data)


def no_room(short: tuple[int, int], data: DataPath) -> LocalFailure:
    """Why nothing is copied, and what can be done instead."""
    return LocalFailure(
        f"{short[0]:,} bytes do not fit into the {short[1]:,} that are free here",
        hint=instead(data),
    )


def instead(data: DataPath) -> str:
    """What to type instead of copying all of a large data path."""
    mount = f"git storage stage --mount {shlex.quote(data.path)}"
    if data.single:
        return f"{mount}  # copies nothing"
    part = shlex.quote(f"{data.path}/") + "PART"
    return f"{mount}  # copies nothing; or: git storage stage {part}"
