"""Merging, as far as git does it: three texts, and what a merge has left in the index.

`merge_file` needs no work tree: merge drivers also run in bare repositories.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.git import Git, _answered, _split
from gitstore.core.errors import UnknownName

_SIDES = ("ours", "base", "theirs")
_STASH = "refs/stash"
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


@dataclass(frozen=True, slots=True)
class Merging:
    """Commits that are, or were, merged.

    Attributes:
        bases: what both come from; several after a criss-cross, none if they have no common past.
        ours: the commit that the index began with.
        theirs: the commit that came in.
        sure: whether git says that these, and no others, are being merged now.
    """

    bases: tuple[str, ...]
    ours: str
    theirs: str
    sure: bool = False


def stages(git: Git, prefix: str) -> dict[int, dict[str, str]]:
    """The files of the index at or below a path, by stage; see git-ls-files(1).

    Returns:
        Blob ids by path: stage 0 is what is settled, 1 the base, 2 ours, 3 theirs.
    """
    found: dict[int, dict[str, str]] = {0: {}, 1: {}, 2: {}, 3: {}}
    for line in _split(git._asked("ls-files", "-s", "-z", "--", prefix)):
        entry, _, path = line.partition("\t")
        _, blob, stage = entry.split(" ")
        found[int(stage)][path] = blob
    return found


def unmerged(git: Git) -> list[str]:
    """The paths that are in conflict in the index."""
    lines = _split(git._asked("ls-files", "-u", "-z"))
    return list(dict.fromkeys(line.partition("\t")[2] for line in lines))


def mergings(git: Git) -> Iterator[Merging]:
    """What could have led to the index as it is, the likeliest first.

    Git keeps no record of what `stash pop` merges, so whoever uses one of these compares its files
    with the index.
    """
    head = _commit(git, "HEAD")
    if head is None:
        return
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD", _STASH):
        theirs, before = _commit(git, name), _commit(git, f"{name}^1")
        if theirs is None:
            continue
        if name == "MERGE_HEAD":
            heads = (git.git_dir / name).read_text().split()
            yield Merging(_bases(git, head, theirs), head, theirs, sure=len(heads) == 1)
        elif before is not None:
            # Of a merge that is picked, any parent may be the base.
            sure = name != _STASH and _commit(git, f"{name}^2") is None
            base, side = (theirs, before) if name == "REVERT_HEAD" else (before, theirs)
            yield Merging((base,), head, side, sure)
    first, second = _commit(git, "HEAD^1"), _commit(git, "HEAD^2")
    if first is not None and second is not None:  # a merge that was committed with its markers
        yield Merging(_bases(git, first, second), first, second)


def _bases(git: Git, one: str, other: str) -> tuple[str, ...]:
    done = git._run("merge-base", "--all", one, other)
    return tuple(done.stdout.decode().split()) if _answered(done, {1}) else ()


def _commit(git: Git, name: str) -> str | None:
    try:
        return git.commit(name)
    except UnknownName:
        return None
