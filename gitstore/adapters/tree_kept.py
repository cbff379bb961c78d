"""What is kept of large objects whose transfer was cut off: `<spare>/kept/NAME` and its journal.

The journal's name is that of its file with `.journal`. Whoever moves it away has claimed both: two
processes that want the same object do not get the same file. A file without a journal is nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gitstore.adapters.tree_walk import LISTABLE, Entry, Root, is_regular, look
from gitstore.core.kept import Origin, Part, parsed

JOURNAL = ".journal"
KEPT_FOR = 14 * 86_400  # seconds since anything was added
_FOLDER = "kept"
_MOST = 64 << 20  # bytes of a journal; a line for every 64 MiB makes 5 TiB 6 MB


def journal_of(entry: Entry) -> Entry:
    """The journal beside a file."""
    return Entry(entry.directory, entry.name + JOURNAL)


def read(entry: Entry) -> tuple[Origin, Part | None] | None:
    """What a file's journal says, or None where there is none."""
    journal = journal_of(entry)
    try:
        descriptor = os.open(
            journal.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=journal.directory
        )
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return parsed(stream.read(_MOST))


def claim(root: Root, origin: Origin, entry: Entry) -> bool:
    """Move what is kept of a version to a temporary file; whether there was anything.

    Args:
        root: the spare directory.
        entry: a free name.

    What is kept of another version of this key is of no use any more, and goes.
    """
    with contextlib.suppress(OSError), root.entry((_FOLDER, origin.name)) as kept:
        _move(journal_of(kept), journal_of(entry))
        try:
            _move(kept, entry)
            known = read(entry)
            file = look(entry)
            if known is not None and known[0] == origin and file is not None and is_regular(file):
                return True
        except OSError:
            pass
        drop(entry)
    return False


def keep(root: Root, entry: Entry) -> None:
    """Keep a temporary file for later, if its journal says that any of it counts; else remove it.

    Raises:
        OSError: it can be neither.
    """
    known = read(entry)
    if known is None or known[1] is None or look(entry) is None:
        drop(entry)
        return
    with root.made_entry((_FOLDER, known[0].name), 0o700) as kept:
        _move(entry, kept)
        _move(journal_of(entry), journal_of(kept))


def drop(entry: Entry) -> None:
    """Remove a file and its journal, as far as they are there."""
    for one in (entry, journal_of(entry)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(one.name, dir_fd=one.directory)


def keep_all(spare: Path, directory: int) -> None:
    """Keep what can be kept of a directory whose process is gone."""
    with os.scandir(directory) as entries:
        journals = [each.name for each in entries if each.name.endswith(JOURNAL)]
    for name in journals:
        keep(Root(spare), Entry(directory, name.removesuffix(JOURNAL)))


def prune(spare: Path, unwanted: Callable[[Origin], bool]) -> None:
    """Remove what nobody wants, what is too old, and what has lost its other half."""
    with contextlib.suppress(OSError), _listed(spare) as (directory, names):
        for name in {name.removesuffix(JOURNAL) for name in names}:
            entry = Entry(directory, name)
            known, file = read(entry), look(entry)
            whole = known is not None and file is not None
            if not whole or _too_old(journal_of(entry)) or (known and unwanted(known[0])):
                drop(entry)


@contextlib.contextmanager
def _listed(spare: Path) -> Iterator[tuple[int, list[str]]]:
    with Root(spare).entry((_FOLDER, ".")) as entry:
        directory = os.open(".", LISTABLE, dir_fd=entry.directory)
    try:
        with os.scandir(directory) as entries:
            names = [each.name for each in entries]
        yield directory, names
    finally:
        os.close(directory)


def _too_old(journal: Entry) -> bool:
    found = look(journal)
    return found is not None and time.time() - found.st_mtime > KEPT_FOR


def _move(entry: Entry, to: Entry) -> None:
    os.rename(entry.name, to.name, src_dir_fd=entry.directory, dst_dir_fd=to.directory)
