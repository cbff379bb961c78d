"""What a user and a clone choose: `storage.*` in git's configuration (docs/configuration.md).

Nothing here comes with a clone of the project, so that it may say what the manifest must not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from gitstore.adapters.git import Git
from gitstore.adapters.git_config import Config
from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath, Manifest, Mode

_SECTION = "storage"
_JOBS = "storage.jobs"
_JOBS_OF_ONE = "storage.<name>.jobs"
_MODE = "storage.<name>.mode"
_HINTS = "advice.storageHints"
_PRE_PUSH = "storage.prePush"
_GUARD = "storage.largeFileGuard"
_WARN_SIZE = "storage.warnSize"
_WARN_FROM = 10 << 30  # bytes
_TRASH_AGE = "storage.trashAge"
_TRASH_SIZE = "storage.trashSize"
_KEPT_FOR = 90 * 86_400  # seconds
_TRUE = ("", "true", "yes", "on", "1")  # git's own words, see git-config(1); a bare key has none
_FALSE = ("false", "no", "off", "0")


class PrePush(Enum):
    """What happens before a push with the promises that it brings."""

    CHECK = "check"
    UPLOAD = "upload"
    OFF = "off"


def with_chosen_modes(git: Git, manifest: Manifest) -> Manifest:
    """The manifest with the modes of this clone, by data path or by storage; the former counts.

    Raises:
        StorageError: a mode is chosen that there is not.
    """
    chosen = git.section(_SECTION) if manifest.data else {}
    start, _, end = _MODE.partition("<name>")
    if not any(key.startswith(start) and key.endswith(end) for key in chosen):
        return manifest

    def in_mode(data: DataPath) -> DataPath:
        for name in (data.path, data.storage):
            key = start + name + end
            if key in chosen:
                return replace(data, mode=_mode(key, chosen[key]))
        return data

    return replace(manifest, data={path: in_mode(data) for path, data in manifest.data.items()})


def chosen_jobs(git: Git, *names: str) -> int | None:
    """How many transfers at a time this user or clone wants, or None for what suits the storage.

    Args:
        names: a data path and its storage; the first that has a number of its own counts.

    Raises:
        StorageError: it is not a whole number above 0.
    """
    section = git.section(_SECTION)
    for key in (*(_JOBS_OF_ONE.replace("<name>", name) for name in names), _JOBS):
        text = section.get(key)
        if text is None:
            continue
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise _wrong(key, text, "a whole number above 0")
        return int(text)
    return None


def chosen_pre_push(git: Git) -> PrePush:
    """What this user or clone wants before a push; also in git's words for true and false.

    Raises:
        StorageError: it is something else, which must not be taken for a wish.
    """
    text = git.config(_PRE_PUSH)
    word = PrePush.CHECK.value if text is None else text.lower()
    if word in _TRUE:
        return PrePush.CHECK
    if word in _FALSE:
        return PrePush.OFF
    try:
        return PrePush(word)
    except ValueError as error:
        raise _wrong(_PRE_PUSH, text or "", "check, upload or off") from error


def chosen_wish(git: Git, key: str) -> bool:
    """Whether this user or clone wants something that nobody gets unasked.

    Raises:
        StorageError: it is no boolean.
    """
    try:
        return git.config_bool(key, default=False)
    except StorageError as error:
        raise _wrong(key, Config("", git.top).get(key) or "", "true or false") from error


def chosen_guard(git: Git) -> int | None:
    """The size in bytes that no file may exceed which enters git, or None.

    Raises:
        StorageError: it is no size.
    """
    config = Config("", git.top)
    try:
        return config.number(_GUARD)
    except StorageError as error:
        raise _wrong(_GUARD, config.get(_GUARD) or "", "a size such as 50m") from error


def chosen_warn_size(git: Git) -> int:
    """How many bytes are copied without a word.

    Raises:
        StorageError: it is no size.
    """
    text = git.section(_SECTION).get(_WARN_SIZE.lower())
    if text is None:
        return _WARN_FROM
    from gitstore.core import amounts  # late, as below

    try:
        return amounts.size(text)
    except ValueError as error:
        raise _wrong(_WARN_SIZE, text, "a size such as 10g") from error


@dataclass(frozen=True, slots=True)
class TrashLimits:
    """What of the trash may go.

    Attributes:
        age: how long everything is kept, in seconds; None: for ever.
        size: how many bytes may stay beyond that age; older bags go first.
    """

    age: int | None = _KEPT_FOR
    size: int = 0


def chosen_trash(git: Git) -> TrashLimits:
    """How long and how much of the trash this user or clone keeps.

    Raises:
        StorageError: an age or a size cannot be understood; then nothing may go.
    """
    from gitstore.core import amounts  # late: `status` needs none of its patterns

    section = git.section(_SECTION)
    # Git spells the last part of a key in lower case.
    age, size = (section.get(key.lower()) for key in (_TRASH_AGE, _TRASH_SIZE))
    kept = TrashLimits()
    try:
        if age is not None:
            kept = replace(kept, age=None if age.lower() == "never" else amounts.span(age))
    except ValueError as error:
        raise _wrong(_TRASH_AGE, age or "", "a time such as 90d, or never") from error
    try:
        return kept if size is None else replace(kept, size=amounts.size(size))
    except ValueError as error:
        raise _wrong(_TRASH_SIZE, size or "", "a size such as 10g") from error


def origin_of(git: Git) -> str:
    """Where the clone came from, without the name and the secret of whoever cloned it.

    The remote that is called `origin`, else the first by name; `''` for a project begun here.
    """
    remotes = {key: url for key, url in git.section("remote").items() if key.endswith(".url")}
    names = ["remote.origin.url", *sorted(remotes)]
    url = next((remotes[name] for name in names if name in remotes), "")
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@", r"\1", url)


def hints_wanted() -> bool:
    """Whether to say what to type next; asked wherever the process stands, also outside a clone."""
    try:
        return Config("", Path()).get(_HINTS) not in ("false", "no", "off", "0")
    except StorageError:
        return True  # git itself is what is wrong, or its configuration: that deserves a hint


def _mode(key: str, text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError as error:
        raise _wrong(key, text, " or ".join(mode.value for mode in Mode)) from error


def _wrong(key: str, text: str, wanted: str) -> StorageError:
    return StorageError(
        f"{key} is '{text}' in git's configuration, not {wanted}", hint=f"git config --unset {key}"
    )
