"""What a user and a clone choose about mounts: how much is kept of them, and how long one waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.git import Git
from gitstore.core.errors import StorageError

_SECTION = "storage"
_CACHE_SIZE = "storage.cacheSize"
_TIMEOUT = "storage.mountTimeout"
_KEPT = 10 << 30
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class MountSettings:
    """How mounts read.

    Attributes:
        cache: bytes that may be kept of what was read.
        patience: seconds that a reader waits for the storage.
    """

    cache: int = _KEPT
    patience: float = _PATIENCE


def chosen_for_mounts(git: Git) -> MountSettings:
    """How mounts of this user or clone read.

    Raises:
        StorageError: a size or a time cannot be understood.
    """
    from gitstore.core import amounts  # late, as everywhere

    section = git.section(_SECTION)
    size, time = section.get(_CACHE_SIZE.lower()), section.get(_TIMEOUT.lower())
    try:
        cache = _KEPT if size is None else amounts.size(size)
    except ValueError as error:
        raise _wrong(_CACHE_SIZE, size or "", "a size such as 10g") from error
    try:
        patience = _PATIENCE if time is None else float(time)
    except ValueError as error:
        raise _wrong(_TIMEOUT, time or "", "a number of seconds") from error
    if not 0 < patience < 1e6:
        raise _wrong(_TIMEOUT, time or "", "a number of seconds above 0")
    return MountSettings(cache, patience)


def cache_directory() -> Path:
    """Where mount points and blocks lie: in the user's cache, outside of every work tree."""
    from platformdirs import user_cache_path  # late: few commands need it

    return user_cache_path("git-storage", appauthor=False)


def _wrong(key: str, text: str, wanted: str) -> StorageError:
    return StorageError(
        f"{key} is '{text}' in git's configuration, not {wanted}", hint=f"git config --unset {key}"
    )
