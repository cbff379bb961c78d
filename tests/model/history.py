"""Git, as far as the use cases see it, in this process: snapshots of the pointers and their merge.

The same questions as `gitstore.adapters.git.Git` answers; scenarios elsewhere ask the real one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gitstore.core.errors import UnknownName

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
        """The merge of two commits, object by object, as the merge driver makes it.

        Args:
            prefer: `ours` or `theirs`, for an object that both sides changed; people choose.
        """
        common = max(self.ancestors(ours) & self.ancestors(theirs))
        base, left, right = (self.commits[n].files for n in (common, ours, theirs))
        names = sorted({*base, *left, *right})
        return {
            name: merge_lines(
                base.get(name, b""), left.get(name, b""), right.get(name, b""), prefer
            )
            for name in names
        }


class History:
    """The repository of one clone."""

    may_write = True
    prefix = ""

    def __init__(self, top: Path, origin: Origin) -> None:
        self.top = top
        self.git_dir = self.common_dir = top / ".git"
        self.origin = origin
        self.head = 0
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


def merge_lines(base: bytes, ours: bytes, theirs: bytes, prefer: str) -> bytes:
    """The merge of three versions of a pointer; each line belongs to the path before its tab."""
    old, left, right = (_by_path(text) for text in (base, ours, theirs))
    merged: dict[bytes, bytes] = {}
    for path in sorted({*old, *left, *right}):
        before, mine, other = old.get(path), left.get(path), right.get(path)
        if other in (mine, before):
            line = mine
        elif mine == before:
            line = other
        else:
            line = mine if prefer == "ours" else other
        if line is not None:
            merged[path] = line
    head = (ours or theirs).split(b"\n")[:2]
    return b"".join(line + b"\n" for line in (*head, *merged.values()))


def _by_path(text: bytes) -> dict[bytes, bytes]:
    return {line.partition(b"\t")[0]: line for line in text.split(b"\n")[2:] if line}
