"""Small files on their way to a storage that takes many at a time.

Each is read once and kept until it has been sent. They are read a batch at a time, while earlier
ones are under way, and nothing of a batch leaves before its intents are noted (rule B6).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.adapters.tree import Stat
from gitstore.adapters.tree_reader import Reader
from gitstore.core.errors import Changed, Refused, StorageError
from gitstore.core.many import Given, ManyWriter
from gitstore.core.model import Action
from gitstore.core.versions import Version, equal
from gitstore.shell.digests import seen_of
from gitstore.shell.transfer import upload
from gitstore.shell.transfer.run import Run
from gitstore.shell.transfer.upload import Item, Sent

SIZE = 64 << 10
"""In bytes: the largest file that is kept in memory until it has been sent."""

_FILES = 512  # of a batch: each is a transaction, and on a disk a flush
_BYTES = 8 << 20  # of a batch, more or less


@dataclass(frozen=True, slots=True)
class Held:
    """A file that has been read; the `Source` of its upload.

    Attributes:
        action: what it is read for.
        stat: the file's.
        version: its version, with sha256 and md5.
        data: its bytes.
    """

    action: Action
    stat: Stat
    version: Version
    data: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal."""
        return self.version.sha256

    @property
    def md5(self) -> str | None:
        """The same of the MD5."""
        return self.version.get("md5")

    def open(self) -> BinaryIO:
        """A new stream at the first byte."""
        return io.BytesIO(self.data)


def is_small(action: Action) -> bool:
    """Whether what is to be given is small, as far as the plan has seen it."""
    return action.seen.local is not None and action.seen.local.size <= SIZE


def sent(
    run: Run,
    writer: ManyWriter,
    actions: Sequence[Action],
    refused: Callable[[Item], None],
) -> Iterator[Sent]:
    """What came of sending small files, in batches of what is done.

    Args:
        refused: is given each one whose precondition the storage refuses, for a closer look.
    """
    asked: dict[str, Held] = {}

    def given() -> Iterator[Given]:
        for batch in _batches(actions):
            for file in _noted(run, batch):
                one = Given(run.task.binding.key(file.action.path), file, file.action.seen.remote)
                asked[one.key] = file
                yield one

    for batch in writer.write_many(given(), run.task.jobs):
        done: Sent = []
        for one, result in batch:
            file = asked.pop(one.key)
            item = (file.action, file.stat, file.version)
            if isinstance(result, Refused):
                refused(item)
            elif isinstance(result, StorageError):
                done.append((item, result))
            else:
                done.append((item, upload.given(file.version, result)))
        yield done


def _batches(actions: Sequence[Action]) -> Iterator[list[Action]]:
    batch: list[Action] = []
    size = 0
    for action in actions:
        batch.append(action)
        size += 0 if action.seen.local is None else action.seen.local.size
        if len(batch) == _FILES or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _noted(run: Run, actions: Sequence[Action]) -> list[Held]:
    """Files that have been read, with their intents noted; what cannot be read has failed."""
    binding, data_path = run.task.binding, run.task.binding.data.path
    clock = binding.tree.clock_ns()
    files: list[Held] = []
    with binding.tree.reader() as reader:
        for action in actions:
            try:
                files.append(_held(run, reader, action))
            except StorageError as error:
                run.failed(action, upload.changed() if isinstance(error, Changed) else error)
    with binding.state.batch():
        intents = {f.action.path: upload.intent(binding, f.action, f.version) for f in files}
        binding.state.set_intents(data_path, intents)
        seen = {f.action.path: seen_of(f.stat, f.version, clock) for f in files}
        binding.state.set_seen(data_path, seen)
    return files


def _held(run: Run, reader: Reader, action: Action) -> Held:
    stat, version, data = reader.whole(action.path, SIZE)
    planned = action.seen.local
    # A file that nobody has looked into yet may be any; a conflict copy was made by this run.
    known = action.path not in run.task.stats or (planned is not None and planned.sha256)
    if known and not equal(planned, version):
        raise upload.changed()
    return Held(action, stat, version, data)
