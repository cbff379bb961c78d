"""Settling what identifiers alone leave unknown: are these local bytes that object?

A local file and an object of the same size, with no identifier in common, would be a conflict. Here
they get a closer look: the ETag as the MD5 of multipart uploads, else the object itself, read and
hashed. What is learnt is told as facts, so that nobody has to look twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gitstore.adapters.state import WorkState
from gitstore.core.cases import Local, local_case, settled
from gitstore.core.errors import StorageError
from gitstore.core.model import State
from gitstore.core.versions import Same, Version, compare, content_only, merged
from gitstore.shell.binding import Binding

LIMIT = 64 << 20  # bytes of an object that is read only to settle a would-be conflict
_MIB = 1 << 20
_COMMON_PARTS = (8 * _MIB, 16 * _MIB, 5 * _MIB, 15 * _MIB, 32 * _MIB, 64 * _MIB, 100 * _MIB)


def with_evidence(
    binding: Binding, states: Iterable[State], state: WorkState
) -> tuple[tuple[State, ...], Mapping[str, Version]]:
    """The states, with facts for the objects that a closer look has identified.

    Args:
        binding: the data path and its two ends; the storage has been listed.
        states: as surveyed.
        state: where the intents of interrupted uploads are: those are looked at whatever their
            size, because then the object is most likely ours.

    Returns:
        The states, and what was learnt by storage key: facts, for whoever may write them.
    """
    found = list(states)
    open_questions = [i for i, s in enumerate(found) if _unknown(s)]
    if not open_questions:
        return tuple(found), {}
    intents = state.intents(binding.data.path)
    learnt: dict[str, Version] = {}
    for index in open_questions:
        one = found[index]
        fact = _looked_at(binding, one, one.path in intents)
        if fact is not None:
            learnt[binding.key(one.path)] = fact
            found[index] = replace(one, facts=(fact, *one.facts))
    return tuple(found), learnt


def _unknown(state: State) -> bool:
    if state.local is None or state.remote is None or state.problem is not None:
        return False
    now = settled(state)
    if now.local is None or now.remote is None or local_case(now) is Local.SAME:
        return False
    return now.local.sha256 is not None and compare(now.local, now.remote) is Same.UNKNOWN


def _looked_at(binding: Binding, state: State, ours: bool) -> Version | None:
    remote, local = state.remote, state.local
    if remote is None or local is None:
        return None
    etag = remote.get("etag") or ""
    try:
        if "-" in etag and _is_composite(binding, state.path, remote.size, etag):
            return merged(remote, content_only(local))
        if remote.size > LIMIT and not ours:
            return None
        return merged(remote, _hashed(binding, state.path, remote))
    except StorageError:
        # Still unknown, so still a conflict: the safe answer.
        return None


def _is_composite(binding: Binding, path: str, size: int, etag: str) -> bool:
    digest, _, count = etag.rpartition("-")
    if not count.isdigit() or len(digest) != len(hashlib.md5(usedforsecurity=False).hexdigest()):
        return False
    return any(
        binding.tree.composite_md5(path, part) == etag for part in part_sizes(size, int(count))
    )


def part_sizes(size: int, count: int) -> Iterator[int]:
    """The part sizes that cut so many bytes into so many parts, the usual ones first."""

    def fits(part: int) -> bool:
        return -(-size // part) == count

    yield from (part for part in _COMMON_PARTS if fits(part))
    rounded = -(-size // max(count, 1) // _MIB) * _MIB or _MIB
    if rounded not in _COMMON_PARTS and fits(rounded):
        yield rounded


def _hashed(binding: Binding, path: str, remote: Version) -> Version:
    sha256 = hashlib.sha256()
    for chunk in _chunks(binding, path, remote):
        sha256.update(chunk)
    return Version(remote.size, (f"sha256:{sha256.hexdigest()}",))


def _chunks(binding: Binding, path: str, remote: Version) -> Iterator[bytes]:
    yield from binding.store().read(binding.key(path), remote).chunks
