"""Sending one local file to the storage, with a precondition."""

from __future__ import annotations

from gitstore.adapters.tree import Stat
from gitstore.core.errors import Refused
from gitstore.core.model import Action
from gitstore.core.versions import Version, equal, merged
from gitstore.shell.binding import Binding
from gitstore.shell.transfer.begun import resumable

SMALL = 64 << 10  # bytes up to which a file is kept in memory until it has been sent
LARGE = 16 << 20  # bytes from which on a file goes in parts, several of which are in memory
OBJECTS = 4  # such files at a time


def given(local: Version, said: Version) -> Version:
    """What a written object is from now on: what the storage said of it, and our SHA-256."""
    ours = Version(local.size, tuple(i for i in local.ids if i.startswith("sha256:")))
    return merged(ours, said)


def send(binding: Binding, action: Action, stat: Stat, local: Version) -> Version:
    """Write the local bytes over the version that the plan saw, and say what that made.

    Args:
        stat: the file as it was hashed; the upload fails if it is another one at its end.
        local: the file's version, with its sha256.

    Raises:
        Refused: somebody else wrote meanwhile; it is a conflict, not an error.
        Changed: the file changed while it was read; nothing was written under its name.
    """
    key = binding.key(action.path)
    source = resumable(binding, key, binding.tree.source(action.path, stat, local))
    try:
        return given(local, binding.store().write(key, source, action.seen.remote))
    except Refused:
        # An upload that was cut off may have succeeded: then the object is already ours.
        now = binding.store().stat(key)
        if now is None or not equal(now, local):
            raise
        return given(local, now)
