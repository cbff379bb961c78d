"""Identifying local files: by the stat cache where it can be trusted, else by reading them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gitstore.adapters.state import WorkState
from gitstore.adapters.state_seen import Seen, trusted
from gitstore.adapters.tree import Stat, Tree
from gitstore.adapters.tree_reader import Reader
from gitstore.core.errors import Changed, LocalFailure
from gitstore.core.slices import Span
from gitstore.core.ticks import COARSE_STEP
from gitstore.core.versions import Version, version

_WORTH_THREADS = 8  # below, starting a pool costs more than it saves
_SHARE = 32  # files at most that are handed to a thread at once: handing over costs as much as one


@dataclass(frozen=True, slots=True)
class Digests:
    """Identifies the files of one data path.

    Attributes:
        tree: where the files are.
        state: where the stat cache is; new digests are kept there if `keep` is true.
        data_path: whose cache to use.
        keep: false for a reader that must not write, e.g. with GIT_OPTIONAL_LOCKS=0.
        span: of which paths the cache is asked; None: of all.
    """

    tree: Tree
    state: WorkState
    data_path: str
    keep: bool = True
    span: Span | None = None

    def versions(
        self, stats: Mapping[str, Stat], candidates: Mapping[str, Sequence[Version]]
    ) -> dict[str, Version]:
        """Every file's version, read only where its size leaves the question open.

        Args:
            stats: the files.
            candidates: by path, the versions that the file might be. A file that has the size of
                none of them is another one whatever its bytes are, and gets no identifier.
        """
        cache = self.state.seen(self.data_path, self.span)
        found: dict[str, Version] = {}
        unknown: list[str] = []
        for path, stat in stats.items():
            seen = cache.get(path)
            if seen is not None and trusted(
                seen, stat.size, stat.mtime_ns, stat.ctime_ns, stat.inode
            ):
                found[path] = _version_of(seen, candidates.get(path, ()))
            elif any(candidate.size == stat.size for candidate in candidates.get(path, ())):
                unknown.append(path)
            else:
                found[path] = Version(stat.size)
        return found | {p: v for p, (_, v) in self.read(unknown).items()}

    def read(self, paths: Iterable[str]) -> dict[str, tuple[Stat, Version]]:
        """Files read and hashed now, by path; one that changes meanwhile gets no identifiers."""
        todo = list(paths)
        if len(todo) < _WORTH_THREADS:
            results = self._share(todo)
        else:
            from concurrent.futures import ThreadPoolExecutor

            threads = os.cpu_count() or 1
            share = max(1, min(_SHARE, len(todo) // (4 * threads)))
            with ThreadPoolExecutor(threads) as pool:
                shares = [todo[at : at + share] for at in range(0, len(todo), share)]
                results = [one for some in pool.map(self._share, shares) for one in some]
        read = {path: (stat, v) for path, (stat, v, _) in zip(todo, results, strict=True)}
        if self.keep and todo:
            self.state.set_seen(
                self.data_path,
                {
                    path: seen_of(stat, v, clock)
                    for path, (stat, v, clock) in zip(todo, results, strict=True)
                    if v.sha256 is not None
                },
            )
        return read

    def _share(self, paths: Sequence[str]) -> list[tuple[Stat, Version, int]]:
        clock = self.tree.clock_ns()
        with self.tree.reader() as reader:
            return [(*self._digest(reader, path), clock) for path in paths]

    def _digest(self, reader: Reader, path: str) -> tuple[Stat, Version]:
        try:
            return reader.digest(path)
        except (Changed, LocalFailure):
            # Unknown bytes: never equal to anything, so never overwritten; the action that needs
            # them will meet the same trouble and report it for this object alone (rule F5).
            now = self.tree.stat(path)
            stat = now if now is not None else Stat(0, 0, 0, 0)
            return stat, Version(stat.size)


def seen_of(stat: Stat, found: Version, clock_ns: int) -> Seen:
    """The stat cache's entry for a file just read or written.

    Args:
        stat: the file's.
        found: its version; has a sha256.
        clock_ns: the file system's clock before the bytes were looked at.
    """
    return Seen(
        size=stat.size,
        mtime_ns=stat.mtime_ns,
        ctime_ns=stat.ctime_ns,
        inode=stat.inode,
        sha256=found.sha256 or "",
        md5=found.get("md5"),
        noted_ns=clock_ns,
    )


def seen_placed(stat: Stat, found: Version, stamp: int, clock_ns: int) -> Seen:
    """The stat cache's entry for a file that was just put in its place.

    Args:
        stat: the file's.
        found: its version; has a sha256.
        stamp: the time, in nanoseconds, that the file was given and that no clock gives.
        clock_ns: the file system's clock before it was placed.
    """
    # Where the file system keeps the stamp whole, a later write cannot leave the same times.
    trusted_from = max(stat.mtime_ns, stat.ctime_ns) + COARSE_STEP
    return seen_of(stat, found, trusted_from if stat.mtime_ns == stamp else clock_ns)


def _version_of(seen: Seen, candidates: Sequence[Version]) -> Version:
    # Unchanged files are most of them: the base itself says all there is to say.
    for candidate in candidates:
        if candidate.size == seen.size and candidate.sha256 == seen.sha256:
            return candidate
    ids = {"sha256": seen.sha256}
    if seen.md5 is not None:
        ids["md5"] = seen.md5
    return version(seen.size, ids)
