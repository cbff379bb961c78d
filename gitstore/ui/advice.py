"""What to try where an error could not say it: every error ends in something to type or edit."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from gitstore.core import errors
from gitstore.core.errors import FormatError, StorageError

_MANIFEST = ".storage.yaml"
_ADVICE: Mapping[type[StorageError], str] = {
    errors.UsageError: "git storage help",
    errors.NotARepository: "cd to the work tree of a git repository",
    errors.UnknownName: "git storage ls  # lists what is described",
    errors.BadUrl: "git storage help add  # shows forms of URLs",
    errors.PathRefused: "choose another path",
    errors.Locked: "wait until it has ended, then try again",
    errors.StateError: "git storage doctor",
    errors.Stopped: "git storage status --remote  # shows what would happen",
    errors.Changed: "git storage status, then the same command again",
    errors.LocalFailure: "ls -la .  # are there permissions, and room on the disk?",
    errors.Missing: f"git storage doctor, or check 'url:' in {_MANIFEST}",
    errors.Refused: "git storage status --remote  # shows what is there now",
    errors.Denied: "check the credentials, or ask the storage's owner for the permission",
    errors.WrongCredentials: "git storage login NAME",
    errors.NoCredentials: "git storage login NAME",
    errors.Untrusted: "git storage trust NAME",
    errors.Unreachable: f"check the network and 'endpoint:' in {_MANIFEST}, then try again",
    errors.Corrupt: "try again; if it happens again, ask the storage's owner",
    errors.Unsupported: "git storage doctor NAME  # shows what the storage can do",
    errors.StoreFull: "make room on the storage, then try again",
}


def advice(error: StorageError) -> str:
    """The hint of an error, or what helps against most errors of its kind."""
    if error.hint is not None:
        return error.hint
    if isinstance(error, FormatError):
        where = error.source if error.line is None else f"line {error.line} of {error.source}"
        typed = shlex.quote(error.source)
        return f"edit {where}, or take back what changed it: git restore {typed}"
    for kind in type(error).__mro__:
        if kind in _ADVICE:
            return _ADVICE[kind]
    return "run it again with GIT_STORAGE_TRACE=1 to see where"
