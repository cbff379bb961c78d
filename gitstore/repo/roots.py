"""Where the local bytes of a data path lie, and where their temporary files and trash do."""

from __future__ import annotations

import os
from pathlib import Path

from gitstore.adapters.git import Git
from gitstore.adapters.tree import Tree, spare_directory
from gitstore.adapters.tree_linked import KEPT, LentTree, LinkedTree
from gitstore.core.location import Location, Owner
from gitstore.core.manifest import DataPath


def tree_of(git: Git, data: DataPath, location: Location | None) -> Tree:
    """The local side of a data path."""
    link, spare = git.top / data.path, spare_of(git, data, location)
    if location is None:
        return Tree(link, spare, data.single)
    kind = LinkedTree if location.owner is Owner.OURS else LentTree
    return kind(link, Path(location.directory), spare, data.single)


def spare_of(git: Git, data: DataPath, location: Location | None) -> Path:
    """The directory for temporary files and trash (rule F3): with the data, but never in it."""
    if location is None:
        return spare_directory(git.top, git.common_dir, git.top / data.path)
    if location.owner is Owner.OTHERS:
        return git.common_dir / "storage"
    # Other clones may have locations on that disk, too.
    import hashlib  # late: few commands need what it loads

    clone = hashlib.sha256(os.fsencode(git.common_dir)).hexdigest()[:16]
    return Path(location.directory).parent / KEPT / clone
