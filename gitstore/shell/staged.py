"""Whether a local file holds what is recorded: one file at a time, for programs that open some."""

from __future__ import annotations

from dataclasses import dataclass

from gitstore.adapters.state_seen import trusted
from gitstore.adapters.tree import Stat
from gitstore.core.versions import Version, content_only, equal, version
from gitstore.shell.binding import Binding


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one path.

    Attributes:
        holds: whether the file has the recorded bytes.
        edited: whether it has bytes that were not brought here: an edit, or a new file.
    """

    holds: bool
    edited: bool


class Staged:
    """The local side of one data path, as far as this work tree knows it now.

    Args:
        binding: its two ends; its state is read here, and not asked again.
    """

    def __init__(self, binding: Binding) -> None:
        self._tree = binding.tree
        self._source = binding.source
        self._seen = binding.state.seen(binding.data.path)
        self._taken = binding.state.accepted(binding.data.path) if binding.lent else {}
        self._bases = {
            path: base.version if source == binding.source else content_only(base.version)
            for path, (source, base) in binding.state.bases(binding.data.path).items()
        }

    def look(self, path: str, recorded: Version | None) -> Look | None:
        """What is at a path; None where there is no file.

        Args:
            recorded: the version that is asked for, of the storage that feeds the data path now.

        Raises:
            LocalFailure: the file cannot be read.
            Changed: somebody is writing it.
        """
        stat = self._tree.stat(path)
        if stat is None:
            return None
        base = self._bases.get(path)
        local = self._version(path, stat, [v for v in (base, recorded) if v is not None])
        as_brought = equal(local, base)
        holds = equal(local, recorded) or (as_brought and equal(base, recorded))
        return Look(holds, edited=not as_brought)

    def _version(self, path: str, stat: Stat, candidates: list[Version]) -> Version:
        seen = self._seen.get(path)
        if seen is not None and trusted(seen, stat.size, stat.mtime_ns, stat.ctime_ns, stat.inode):
            ids = {"sha256": seen.sha256, **({} if seen.md5 is None else {"md5": seen.md5})}
            return version(seen.size, ids)
        if path in self._bases and self._taken.get(path) == (stat.size, stat.mtime_ns):
            return self._bases[path]
        if all(candidate.size != stat.size for candidate in candidates):
            return Version(stat.size)
        return self._tree.digest(path)[1]
