"""What a storage lists, taken one slice of the pointer after the other."""

from __future__ import annotations

import hashlib
import marshal
from bisect import bisect_left
from collections.abc import Mapping

from gitstore.core.versions import Version


class Listed:
    """The objects of a listing in the order of their paths.

    Args:
        objects: by path.
    """

    def __init__(self, objects: Mapping[str, Version]) -> None:
        self.paths = sorted(objects)
        self._objects = objects
        self._at = 0

    def before(self, until: str | None) -> dict[str, Version]:
        """What is left before a path; None: everything that is left."""
        end = len(self.paths) if until is None else bisect_left(self.paths, until, self._at)
        taken = {path: self._objects[path] for path in self.paths[self._at : end]}
        self._at = end
        return taken


def digest(taken: Mapping[str, Version]) -> str:
    """What changes when an object comes, goes, or is written."""
    # Version 2 has no references between objects, so that equal values give equal bytes.
    said = [(path, version.size, version.ids) for path, version in taken.items()]
    return hashlib.sha256(marshal.dumps(said, 2)).hexdigest()[:32]
