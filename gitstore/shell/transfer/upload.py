"""Sending one local file to the storage, with a precondition."""

from __future__ import annotations

from gitstore.adapters.state_values import Intent
from gitstore.adapters.tree import Stat
from gitstore.core.errors import Changed, Refused, StorageError, Unreachable
from gitstore.core.model import Action
from gitstore.core.store import Source
from gitstore.core.versions import Same, Version, compare, equal, merged, version
from gitstore.shell.binding import Binding
from gitstore.shell.digests import Digests, seen_of
from gitstore.shell.transfer.begun import resumable
from gitstore.shell.transfer.identifying import FirstReading, Identifying

LARGE = 16 << 20  # bytes from which on a file goes in parts, several of which are in memory
OBJECTS = 4  # such files at a time

Item = tuple[Action, Stat, Version]
"""A file that is to be sent: what for, and the file as it was identified."""

Sent = list[tuple[Item, Version | StorageError]]
"""What came of sending some files."""


def changed() -> Changed:
    """The error for a file that is not what was planned, or changes while it is read."""
    again = "git storage sync  # once nothing writes to it"
    return Changed("it changed while it was read", hint=again)


def given(local: Version, said: Version) -> Version:
    """What a written object is from now on: what the storage said of it, and our SHA-256."""
    ours = Version(local.size, tuple(i for i in local.ids if i.startswith("sha256:")))
    return merged(ours, said)


def intent(binding: Binding, action: Action, local: Version) -> Intent:
    """The upload of a file whose SHA-256 is known, as it is noted before it may have happened."""
    key = binding.key(action.path)
    return Intent(key, local.sha256 or "", local.size, action.seen.remote)


def send(binding: Binding, action: Action, stat: Stat, local: Version) -> Version:
    """Write the local bytes over the version that the plan saw, and say what that made.

    Args:
        stat: the file as it was identified, or is to be; the upload fails if it is another one at
            its end.
        local: the file's version. Without a sha256, its bytes are identified on their way, and the
            intent of the upload is noted before the storage has all of them.

    Raises:
        Refused: somebody else wrote meanwhile; it is a conflict, not an error.
        Changed: the file changed while it was read; nothing was written under its name.
    """
    key = binding.key(action.path)
    source = resumable(binding, key, binding.tree.source(action.path, stat, local), stat)
    if local.sha256 is None:
        source = _identifying(binding, action, stat, source)
    try:
        said = binding.store().write(key, source, action.seen.remote)
    except Refused:
        # An upload that was cut off may have succeeded: then the object is already ours.
        now = binding.store().stat(key)
        if now is not None and not local.get("md5") and compare(now, local) is Same.UNKNOWN:
            digests = Digests(binding.tree, binding.state, binding.data.path)
            local = digests.read([action.path])[action.path][1]
        if now is None or not equal(now, local):
            raise
        return given(local, now)
    if source.sha256 is None:
        raise Unreachable(f"{key!r} was not taken whole by the storage", key=key)
    return given(version(local.size, {"sha256": source.sha256}), said)


def _identifying(binding: Binding, action: Action, stat: Stat, source: Source) -> Source:
    """The same source; what it turns out to be is noted before its last byte leaves."""
    data_path, clock = binding.data.path, binding.tree.clock_ns()

    def learnt(sha256: str) -> None:
        local = version(stat.size, {"sha256": sha256})
        with binding.state.batch():
            binding.state.set_intents(data_path, {action.path: intent(binding, action, local)})
            binding.state.set_seen(data_path, {action.path: seen_of(stat, local, clock)})

    return Identifying(source, FirstReading(stat.size, learnt))
