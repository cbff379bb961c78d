"""What `doctor` says of git's configuration, as far as it is about data."""

from __future__ import annotations

import fnmatch
import shlex
import stat
from collections.abc import Iterator

from gitstore.adapters.credentials_file import file_of_user
from gitstore.core.errors import StorageError
from gitstore.core.guessing import closest
from gitstore.repo.findings import Finding, Level
from gitstore.repo.limits import chosen_rates
from gitstore.repo.mount_settings import chosen_for_mounts
from gitstore.repo.project import Project
from gitstore.repo.settings import chosen_jobs, chosen_pre_push, chosen_warn_size

KEYS = (
    *("storage.jobs", "storage.*.jobs", "storage.bandwidth", "storage.*.bandwidth"),
    *("storage.*.mode", "storage.trashage", "storage.trashsize", "storage.warnsize"),
    *("storage.cachesize", "storage.mounttimeout"),
    *("storage.autostage", "storage.autorecord", "storage.warnunrecorded"),
    *("storage.largefileguard", "storage.prepush"),
)
"""As git prints them: in lower case but for the middle."""

_DRIVER = "merge.git-storage.driver"


def ours(project: Project) -> dict[str, str]:
    """What is set of ours, with its values."""
    found = project.git.section("storage")
    return {key: value for key, value in found.items() if _is_known(key)}


def config_found(project: Project) -> Iterator[Finding]:
    """What is set and cannot be meant, and what is not set and matters."""
    for key in project.git.section("storage"):
        if not _is_known(key):
            close = closest(key, KEYS)
            told = f"git's configuration has {key}, which means nothing to git storage"
            hint = f"git config --unset {shlex.quote(key)}"
            yield Finding(Level.NOTE, told, hint + (f"  # did you mean {close}?" if close else ""))
    for read in (chosen_jobs, chosen_rates, chosen_pre_push, chosen_warn_size, chosen_for_mounts):
        try:
            read(project.git)
        except StorageError as error:
            yield Finding(Level.BAD, error.message, error.hint)
    if project.manifest.data and project.git.config(_DRIVER) is None:
        told = (
            "git merges pointers here line by line, with conflicts where two objects are neighbours"
        )
        yield Finding(Level.NOTE, told, "git storage install")
    yield from _secrets(project)


def _is_known(key: str) -> bool:
    return any(fnmatch.fnmatchcase(key, known) for known in KEYS)


def _secrets(project: Project) -> Iterator[Finding]:
    helper, file = project.git.config("credential.helper"), file_of_user()
    if helper is None:
        told = f"git has no credential helper, so 'git storage login' keeps secrets in {file}"
        yield Finding(Level.GOOD, told)
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        told = f"others can read {file}, where your secrets are"
        yield Finding(Level.BAD, told, f"chmod 600 {shlex.quote(str(file))}")
