"""The trash of a clone: where it lies, and what of it may go."""

from __future__ import annotations

from pathlib import Path

from gitstore.adapters.state import WorkState
from gitstore.adapters.tree import spare_directory
from gitstore.repo.project import Project


def trash_places(project: Project) -> tuple[Path, ...]:
    """The directories in which the bags of this clone's operations lie."""
    git = project.git
    roots = [git.top / path for path in project.manifest.data]
    spares = {spare_directory(git.top, git.common_dir, root) for root in roots}
    return tuple(sorted(spare / "trash" for spare in {git.common_dir / "storage", *spares}))


def bag_of(state: WorkState, operation: int) -> str:
    """The name of an operation's bag, or `''`."""
    bags = [effect.path for effect in state.effects(operation) if effect.kind == "bag"]
    return bags[0] if bags else ""
