"""Git's merge of three texts, with its conflict markers.

A part of the adapter to git, that needs no work tree: merge drivers also run in bare repositories.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

_SIDES = ("ours", "base", "theirs")
_CONFLICTS = range(1, 128)  # above, git merge-file failed


def merge_file(
    base: bytes, ours: bytes, theirs: bytes, marker_size: int
) -> tuple[bytes, bool] | None:
    """Merge three texts as git does, in the user's `merge.conflictStyle`; see git-merge-file(1).

    Args:
        marker_size: characters of a conflict marker.

    Returns:
        The text, and whether it is without conflicts; None if git cannot, e.g. for binary files.
    """
    with tempfile.TemporaryDirectory(prefix="git-storage-") as folder:
        files = [Path(folder, side) for side in _SIDES]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        labels = [word for side in _SIDES for word in ("-L", side)]
        try:
            done = subprocess.run(
                ["git", "merge-file", "-p", f"--marker-size={marker_size}", *labels, *files],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError:
            return None
    if done.returncode != 0 and done.returncode not in _CONFLICTS:
        return None
    return done.stdout, done.returncode == 0
