"""`clone`: a work tree of a repository, with hooks and drivers, ready for its data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gitstore.adapters import git_clone
from gitstore.repo import installing


def clone(
    url: str, directory: str | None, options: Sequence[str] = ()
) -> tuple[Path, tuple[installing.Step, ...]]:
    """Clone a repository with git, and set up hooks and drivers in it.

    Args:
        url: whatever `git clone` takes.
        directory: the new work tree, or None for the name that git would choose.
        options: of `git clone`.

    Returns:
        The new work tree, absolute, and what of the hooks is left to the user.

    Raises:
        UsageError: no name can be chosen.
        StorageError: git failed; it has said why.
    """
    where = Path(directory or git_clone.directory_of(url)).absolute()
    git_clone.leave_repository()
    git_clone.clone(url, where, options)
    steps = installing.install_here(where, installing.git_version())
    return where, tuple(step for step in steps if step.did is installing.Did.ASKED)
