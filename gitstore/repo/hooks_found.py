"""Which hooks git runs in a clone, in which order, and where they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters import hooks
from gitstore.adapters.git import Git
from gitstore.adapters.git_changes import configured_hooks, hooks_directory
from gitstore.adapters.git_config import Config
from gitstore.adapters.hooks import Place
from gitstore.repo.hooking import EVENTS
from gitstore.repo.installing import shim

OURS = "git storage"
_PATH = "core.hooksPath"
_INSTALL = "git storage install"
_CONFIGURED = "git-storage-"


@dataclass(frozen=True, slots=True)
class Chain:
    """What git runs for an event.

    Attributes:
        event: the hook's name.
        runs: what runs, in order, as a user knows it; `OURS` is this project's.
        hint: what to type about it, or None where all is well.
    """

    event: str
    runs: tuple[str, ...]
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The hooks of a clone.

    Attributes:
        directory: where git looks for them.
        said_by: the scope that sets `core.hooksPath`, or None where nobody does.
        chains: one for each event.
        orphans: hooks that ours ran, and that nobody runs since another tool has replaced ours;
            each with the place that it had.
    """

    directory: Path
    said_by: str | None
    chains: tuple[Chain, ...]
    orphans: tuple[tuple[Path, Path], ...]


def hooks_found(git: Git) -> Found:
    """Look at the hooks of a clone, without running any."""
    directory = hooks_directory(git)
    return Found(
        directory,
        Config("", git.top).scope_of(_PATH),
        tuple(_chain(git, directory, event) for event in EVENTS),
        tuple(
            (kept, directory / event)
            for event in EVENTS
            if hooks.two_foreign(directory, event)
            and (kept := hooks.kept(directory, event)) is not None
        ),
    )


def _chain(git: Git, directory: Path, event: str) -> Chain:
    configured = [
        OURS if name == _CONFIGURED + event else f"hook.{name}"
        for name in configured_hooks(git, event)
    ]
    there, hint = _there(directory, event, OURS in configured)
    runs = (*configured, *there)
    return Chain(event, runs, hint if OURS in runs else hint or _INSTALL)


def _there(directory: Path, event: str, configured: bool) -> tuple[list[str], str | None]:
    """What the file of a hook runs, and what to type about it."""
    path = directory / event
    place, manager = hooks.look(directory, event)
    if place is Place.EMPTY or not os.access(path, os.X_OK):
        return [], None
    if place is not Place.OURS:
        return [f"{path} ({manager})" if manager else str(path)], None
    if manager:
        return [f"{path} ({manager})", *([] if configured else [OURS])], None
    kept = hooks.kept(directory, event)
    first = [str(kept)] if kept is not None and os.access(kept, os.X_OK) else []
    if configured:
        return first, f"{_INSTALL}  # leaves {event} to git's configuration alone"
    hint = None if path.read_bytes() == shim() else f"{_INSTALL}  # renews an older {event}"
    return [*first, OURS], hint
