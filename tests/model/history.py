"""Git, as far as the use cases see it, in this process: snapshots of the pointers and their merge.

The same questions as `gitstore.adapters.git.Git` answers; scenarios elsewhere ask the real one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gitstore.core.errors import UnknownName
from gitstore.core.merging import merge_entries, merge_files
from gitstore.core.pointer import dump, parse, pointer

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Commit:
    """A snapshot, and the numbers of the commits before it."""

    files: Files
    parents: tuple[int, ...] = ()


@dataclass(slots=True)
class Origin:
    """What all clones share: every commit, and the tip that they push to and pull from."""

    commits: list[Commit] = field(default_factory=list)
    blobs: Files = field(default_factory=dict)
    tip: int = 0

    def add(self, files: Files, parents: tuple[int, ...]) -> int:
        """Keep a commit; its number."""
        self.commits.append(Commit(files, parents))
        return len(self.commits) - 1

    def ancestors(self, number: int) -> set[int]:
        """A commit and all before it."""
        found: set[int] = set()
        todo = [number]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo.extend(self.commits[one].parents)
        return found

    def merged(self, ours: int, theirs: int, prefer: str) -> Files:
        """The merge of two commits, as the merge driver makes it.

        Args:
            prefer: `ours` or `theirs`, for an object that both sides changed; people choose.
        """
        common = max(self.ancestors(ours) & self.ancestors(theirs))
        base, left, right = (self.commits[n].files for n in (common, ours, theirs))
        return _merged_files(base, left, right, prefer)

    def rebased(self, ours: int, onto: int, prefer: str) -> int:
        """Replay what one commit has and another has not on top of that; the last new commit."""
        theirs, last = self.ancestors(onto), onto
        for number in sorted(self.ancestors(ours) - theirs):
            commit = self.commits[number]
            if len(commit.parents) != 1:
                continue  # git leaves merges out
            base, now = self.commits[commit.parents[0]].files, self.commits[last].files
            files = _merged_files(base, now, commit.files, prefer)
            if files != now:
                last = self.add(files, (last,))
        return last


class History:
    """The repository of one clone.

    Attributes:
        head: the commit of the branch that is checked out.
        other: the commit of the clone's second branch.
        detached: a commit that is checked out instead of the branch, or None.
    """

    may_write = True
    prefix = ""

    def __init__(self, top: Path, origin: Origin) -> None:
        self.top = top
        self.git_dir = self.common_dir = top / ".git"
        self.origin = origin
        self.head = 0
        self.other = 0
        self.detached: int | None = None

    def config(self, name: str) -> str | None:
        """Nothing is configured."""
        return None

    def section(self, name: str) -> dict[str, str]:
        """Nothing is configured."""
        return {}

    def exclude_file(self) -> Path:
        """See `Git.exclude_file`."""
        return self.git_dir / "info" / "exclude"

    def keeps_out(self, path: str) -> bool:
        """Nothing is sparse here."""
        return False

    def add(self, paths: Sequence[str]) -> None:
        """The index is not modelled: a commit takes the files as they are."""

    def tracked(self, path: str) -> list[str]:
        """The pointers and the manifest, as far as they lie below a path."""
        return [n for n in self.origin.commits[self.head].files if n.startswith(path)]

    def who_added(self, path: str, text: str) -> str | None:
        """Somebody."""
        return None

    def commit(self, revision: str) -> str:
        """Commits are named by their numbers."""
        if not revision.isdigit() or int(revision) >= len(self.origin.commits):
            raise UnknownName(f"git knows no commit {revision}")
        return revision

    def files(self, commit: str, prefix: str) -> dict[str, str]:
        """See `Git.files`."""
        return self._named(self.origin.commits[int(commit)].files, prefix)

    def index_files(self, prefix: str) -> dict[str, str]:
        """See `Git.index_files`."""
        return self._named(self.origin.commits[self.head].files, prefix)

    def blobs(self, ids: Sequence[str]) -> list[bytes]:
        """See `Git.blobs`."""
        return [self.origin.blobs[one] for one in ids]

    def _named(self, files: Files, prefix: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, content in files.items():
            if name == prefix or name.startswith(prefix + "/"):
                blob = hashlib.sha256(content).hexdigest()
                self.origin.blobs[blob] = content
                found[name] = blob
        return found


def _merged_files(base: Files, ours: Files, theirs: Files, prefer: str) -> Files:
    return {
        name: merge_pointers((base[name], ours[name], theirs[name]), name, prefer)
        for name in sorted(base)
    }


def merge_pointers(sides: tuple[bytes, bytes, bytes], name: str, prefer: str) -> bytes:
    """Base, ours and theirs as the merge driver merges them; what it leaves, people choose."""
    merged = merge_files(*sides, name).content
    if merged is not None:
        return merged
    base, ours, theirs = (parse({"": text}, name) for text in sides)
    chosen = ours if prefer == "ours" else theirs
    if ours.source != theirs.source:
        return dump(chosen)[""]
    settled = merge_entries(base.entries, ours.entries, theirs.entries)
    entries = dict(settled.entries)
    for each in settled.conflicts:
        line = each.ours if prefer == "ours" else each.theirs
        if line is not None:
            entries[each.path] = line
    return dump(pointer(ours.source, entries))[""]
