"""What git is about to commit or to push, for hooks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.git import Git, _answered, _split
from gitstore.core.errors import UnknownName

_FROM_DIRECTORY = "hook from hookdir"  # how `git hook list` calls the one in the directory
_RAW = ("--raw", "-z", "--no-renames", "--no-abbrev")


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs between two trees.

    Attributes:
        path: relative to the top level.
        mode: of the new side, in octal; `000000` when it is gone there.
        blob: the id of the new side.
    """

    path: str
    mode: str
    blob: str

    @property
    def gone(self) -> bool:
        """Whether the new side has no such path."""
        return self.mode == "000000"

    @property
    def regular(self) -> bool:
        """Whether the new side is a file with bytes of its own."""
        return self.mode.startswith("100")


@dataclass(frozen=True, slots=True)
class Push:
    """One line of what git tells `pre-push`; see githooks(5).

    Attributes:
        local: the id that is pushed.
        remote: the id that the remote has, all zeros when none.
        ref: the name at the remote.
    """

    local: str
    remote: str
    ref: str

    @property
    def deletes(self) -> bool:
        """Whether the ref is deleted at the remote."""
        return not self.local.strip("0")


def pushes(text: str) -> tuple[Push, ...]:
    """The lines of the standard input of `pre-push`."""
    found = [line.split(" ") for line in text.splitlines()]
    return tuple(Push(words[1], words[3], words[2]) for words in found if len(words) == 4)


def hooks_directory(git: Git) -> Path:
    """Where git looks for the hooks of this repository (`core.hooksPath`, work trees)."""
    done = git._asked("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return Path(os.fsdecode(done).removesuffix("\n"))


def configured_hooks(git: Git, event: str) -> tuple[str, ...]:
    """The hooks that git's configuration has for an event, in order; none before git 2.54."""
    done = git._run("hook", "list", event)
    if not _answered(done, {1, 129}):
        return ()
    names = os.fsdecode(done.stdout).splitlines()
    return tuple(name for name in names if name != _FROM_DIRECTORY)


def staged(git: Git) -> tuple[Change, ...]:
    """What the next commit changes, in the index that git names (`GIT_INDEX_FILE`)."""
    against = "HEAD" if git.has_head() else empty_tree(git)
    return _changes(git._asked("diff-index", "--cached", *_RAW, against))


def between(git: Git, old: str, new: str) -> tuple[Change, ...]:
    """What differs between two commits or trees."""
    return _changes(git._asked("diff-tree", "-r", *_RAW, old, new))


def empty_tree(git: Git) -> str:
    """The id of the tree without files, in the repository's own kind of hash."""
    return git._asked("hash-object", "-t", "tree", "--stdin", feed=b"").decode().strip()


def tip_of(git: Git, push: Push) -> str | None:
    """The commit that a push brings, or None: a deletion, or a tag of something else."""
    try:
        return None if push.deletes else git.commit(push.local)
    except UnknownName:
        return None


def base_of(git: Git, push: Push, remote: str) -> str | None:
    """The newest commit of a push that the remote is known to have, or None.

    Args:
        remote: the remote's name, `''` when it has none.
    """
    if push.remote.strip("0"):
        try:
            return git.commit(push.remote)
        except UnknownName:
            pass  # somebody else pushed it, and it was never fetched
    if not remote:
        return None
    listed = git._asked("for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote}/")
    tips = listed.decode().split()
    if not tips:
        return None
    done = git._run("merge-base", f"{push.local}^{{commit}}", *tips)
    return done.stdout.decode().split()[0] if _answered(done, {1}) else None


def commits(git: Git, base: str | None, tip: str, limit: int) -> tuple[str, ...]:
    """The commits that a push brings before its tip, the newest first.

    Args:
        limit: how many at most.
    """
    excluded = [f"^{base}"] if base else []
    out = git._asked("rev-list", "--skip=1", f"--max-count={limit}", tip, *excluded, "--")
    return tuple(out.decode().split())


def sizes(git: Git, blobs: Sequence[str]) -> dict[str, int]:
    """The sizes of blobs in bytes, by id."""
    if not blobs:
        return {}
    feed = "".join(f"{blob}\n" for blob in blobs).encode()
    out = git._asked("cat-file", "--batch-check=%(objectname) %(objectsize)", feed=feed)
    words = (line.split(" ") for line in out.decode().splitlines())
    return {blob: int(size) for blob, size in words if size.isdigit()}


def pointers_stamp(git: Git, data_paths: Iterable[str]) -> str:
    """What the hooks notice changed pointers by; hooks/git-storage-hook writes the same."""
    ours = [".storage.yaml"]
    for path in data_paths:
        ours += [f"{path}.storage", f"{path}.storage.d"]
    entries = git._asked("ls-files", "-s", "--", *ours)
    edits = git._asked("diff-files", "--", *ours)
    stamp = [git._asked("hash-object", "--stdin", feed=entries).decode().strip(), "clean"]
    if edits:
        stamp[1] = git._asked("hash-object", "--stdin", feed=edits).decode().strip()
    return "".join(f"{line}\n" for line in stamp)


def _changes(out: bytes) -> tuple[Change, ...]:
    fields = iter(_split(out))
    return tuple(_change(entry, path) for entry, path in zip(fields, fields, strict=True))


def _change(entry: str, path: str) -> Change:
    # Two modes, two ids and a letter; see the raw output format in git-diff(1).
    words: list[str] = entry.split(" ")
    return Change(path, words[1], words[3])


def below(changes: Iterable[Change], path: str) -> list[str]:
    """The paths of changes at or below a path that are not deletions."""
    return [
        c.path for c in changes if not c.gone and (c.path == path or c.path.startswith(path + "/"))
    ]
