"""`clone`: a work tree of a repository, ready for its data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gitstore.adapters import git_clone


def clone(url: str, directory: str | None, options: Sequence[str] = ()) -> Path:
    """Clone a repository with git.

    Args:
        url: whatever `git clone` takes.
        directory: the new work tree, or None for the name that git would choose.
        options: of `git clone`.

    Returns:
        The new work tree, absolute.

    Raises:
        UsageError: no name can be chosen.
        StorageError: git failed; it has said why.
    """
    where = Path(directory or git_clone.directory_of(url)).absolute()
    git_clone.leave_repository()
    git_clone.clone(url, where, options)
    return where
