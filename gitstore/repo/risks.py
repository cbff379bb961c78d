"""What could be lost here without any command of `git storage`: git takes ignored files lightly."""

from __future__ import annotations

from gitstore.repo.project import Project
from gitstore.repo.viewing import only_here

DANGERS = (
    "git clean -fdx and git worktree remove delete ignored files, git stash --all takes them away,"
    " and a checkout overwrites them where its commit tracks such a path"
)
"""What git does to ignored files without a question."""


def only_copies(project: Project) -> int:
    """How many local files exist only here, as far as is known offline."""
    return len(only_here(project, ()))
