"""The fingerprint of a pointer with slices: it changes whenever one of its files does."""

from __future__ import annotations

import json
from pathlib import Path

from gitstore.adapters.tree_print import Fingerprint, fingerprint
from gitstore.adapters.tree_walk import Root
from gitstore.core.ticks import settles


def pointer_print(main: Path, directory: Path) -> Fingerprint | None:
    """The fingerprint of a pointer with slices; None where a closer look is needed."""
    try:
        found = main.lstat()
    except OSError:
        return None
    settled = settles(found.st_mtime_ns, found.st_ctime_ns)
    own = [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
    slices = fingerprint(Root(directory))
    if slices is None:
        return None
    return Fingerprint(json.dumps([own, slices.digest]), max(settled, slices.settled_ns))
