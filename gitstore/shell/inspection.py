"""Reading bytes to hold them against what is known of them: local files, and the storage's objects.

Nothing is changed, and nothing that is read goes into the stat cache: what a failing disk says must
never be taken for what somebody has written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gitstore.adapters.tree import Stat
from gitstore.core.errors import Changed, Missing, Refused, StorageError
from gitstore.core.model import State
from gitstore.core.verdicts import (
    Check,
    Side,
    Verdict,
    expected_here,
    expected_there,
    judge_here,
    judge_there,
)
from gitstore.core.versions import Version, version
from gitstore.shell.binding import Binding
from gitstore.shell.evidence import part_sizes
from gitstore.shell.transfer.back import kept_version
from gitstore.shell.transfer.pool import Lane, each

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Inspection:
    """How to read.

    Attributes:
        binding: the data path and its two ends.
        stats: the local files as the survey saw them, by path.
        jobs: files or objects read at a time.
        progress: is told of so many more bytes; from several threads.
    """

    binding: Binding
    stats: Mapping[str, Stat]
    jobs: int
    progress: Progress


def inspect_here(how: Inspection, states: Iterable[State]) -> Iterator[Check]:
    """Read local files, each once; one that cannot be read is a check that says so."""
    for done in each(partial(_here, how), Lane(states, how.jobs)):
        for state, result in done:
            yield _failed(state, Side.HERE, result) if isinstance(result, StorageError) else result


def inspect_there(how: Inspection, states: Iterable[State]) -> Iterator[Check]:
    """Read the storage's objects; what is new about them becomes facts of the caller's.

    One that seems damaged is read a second time, because a network may be what is wrong.
    """
    chosen = list(states)
    keys = {how.binding.key(state.path) for state in chosen}
    facts = how.binding.facts.for_keys(how.binding.source, keys)
    for done in each(partial(_there, how, facts), Lane(chosen, how.jobs)):
        for state, result in done:
            yield _failed(state, Side.THERE, result) if isinstance(result, StorageError) else result


def with_history(binding: Binding, check: Check, pointer: Version) -> Check:
    """A check of an object that is gone or another, saying whether the recorded bytes are kept.

    Args:
        pointer: the recorded version.
    """
    try:
        kept = kept_version(binding.store(), binding.key(check.path), pointer)
    except StorageError as error:
        return replace(check, reason=f"{check.reason}; of old versions: {error.message}")
    if kept is None:
        return replace(check, reason=f"{check.reason}; the recorded version is not kept there")
    return replace(check, reason=f"{check.reason}; the recorded version is kept as an old one")


def _here(how: Inspection, state: State) -> Check:
    tree = how.binding.tree
    stat, found = tree.digest(state.path)
    how.progress(found.size)
    check = judge_here(state, found, stat != how.stats.get(state.path))
    expected = expected_here(state)
    if check.verdict is not Verdict.UNCHECKED or expected is None:
        return check
    etag = expected.get("etag") or ""
    if any(tree.composite_md5(state.path, part) == etag for part in _parts(found.size, etag)):
        return replace(check, verdict=Verdict.GOOD, reason="the MD5 of its parts")
    return check


def _there(how: Inspection, facts: Mapping[str, tuple[Version, ...]], state: State) -> Check:
    key = how.binding.key(state.path)
    expected = expected_there(state, facts.get(key, ()))
    if expected is None:
        raise Missing(f"{key} is not there")
    check = judge_there(state.path, expected, _read(how, key, expected))
    if check.verdict is not Verdict.DAMAGED:
        return check
    again = _read(how, key, expected)
    if again != check.version:
        return replace(check, reason="two readings gave different bytes, both of them wrong")
    return check


def _read(how: Inspection, key: str, expected: Version) -> Version:
    """What the bytes of an object are; its ETag is there if it is the MD5 of the parts."""
    etag = expected.get("etag") or ""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    composites = [_Composite(part) for part in _parts(expected.size, etag)]
    crc = [_crc32c()] if expected.get("crc32c") else []
    hashers = (sha256, md5, *composites, *crc)
    size = 0
    for chunk in how.binding.store().read(key, expected).chunks:
        size += len(chunk)
        how.progress(len(chunk))
        for one in hashers:
            one.update(chunk)
    ids = {"sha256": sha256.hexdigest(), "md5": md5.hexdigest()}
    if crc:
        ids["crc32c"] = crc[0].digest().hex()
    if any(one.etag() == etag for one in composites):
        ids["etag"] = etag
    return version(size, ids)


def _crc32c() -> Any:
    import google_crc32c  # late: it comes with gcsfs, and only what lies on Google needs it

    return google_crc32c.Checksum()


def _failed(state: State, side: Side, error: StorageError) -> Check:
    size = next((v.size for v in (state.local, state.remote) if v is not None), 0)
    if isinstance(error, Changed):
        told = "written to while it was looked at"
        return Check(state.path, side, Verdict.EDITED, told, size)
    if isinstance(error, (Refused, Missing)):
        told = "it has changed there while it was looked at"
        return Check(state.path, side, Verdict.CHANGED, told, size)
    return Check(state.path, side, Verdict.UNREADABLE, error.message, size, hint=error.hint)


def _parts(size: int, etag: str) -> list[int]:
    _, dash, count = etag.strip('"').rpartition("-")
    return list(part_sizes(size, int(count))) if dash and count.isdigit() and int(count) else []


class _Composite:
    """The ETag that S3 gives to an upload in parts of one size; see `Tree.composite_md5`."""

    def __init__(self, part_size: int) -> None:
        self._part_size = part_size
        self._left = part_size
        self._part = hashlib.md5(usedforsecurity=False)
        self._parts: list[bytes] = []

    def update(self, chunk: bytes) -> None:
        """More bytes."""
        view = memoryview(chunk)
        while view:
            head, view = view[: self._left], view[self._left :]
            self._part.update(head)
            self._left -= len(head)
            if self._left == 0:
                self._end_part()

    def etag(self) -> str:
        """The ETag of what came so far."""
        if self._left < self._part_size:
            self._end_part()
        whole = hashlib.md5(b"".join(self._parts), usedforsecurity=False)
        return f"{whole.hexdigest()}-{len(self._parts)}"

    def _end_part(self) -> None:
        self._parts.append(self._part.digest())
        self._part = hashlib.md5(usedforsecurity=False)
        self._left = self._part_size
