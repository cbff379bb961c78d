"""Reading local files to identify them, never half changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from gitstore.adapters.tree_values import Stat, stat_of, told
from gitstore.adapters.tree_walk import ABSENT, Entry
from gitstore.core.errors import Changed
from gitstore.core.versions import Version, digested

_CHUNK = 1 << 20
_LARGE = 64 << 20  # bytes; two digests of a larger file are worth two processors
# Not blocking, so that a named pipe that took a file's place does not stop everything.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Find = Callable[[str], AbstractContextManager[Entry]]


def changed(path: str) -> Changed:
    """The error for a file that is no longer what was looked at."""
    return Changed(f"{path} changed meanwhile", hint="try again once nothing writes to it")


@contextmanager
def opened(find: Find, path: str) -> Iterator[int]:
    """A regular file, open for reading.

    Raises:
        Changed: there is none any more.
        LocalFailure: it cannot be read.
    """
    with told(path):
        descriptor = open_file(find, path)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise changed(path)
            yield descriptor
        finally:
            os.close(descriptor)


def digest(find: Find, path: str) -> tuple[Stat, Version]:
    """A file's stat and version, of one pass over its bytes.

    Raises:
        Changed: it changed meanwhile.
        LocalFailure: it cannot be read.
    """
    import hashlib  # late: few commands need what it loads

    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    size = 0
    with opened(find, path) as descriptor, ExitStack() as stack:
        before = stat_of(os.fstat(descriptor))
        update = md5.update if before.size < _LARGE else stack.enter_context(_beside(md5.update))
        while chunk := os.read(descriptor, _CHUNK):
            update(chunk)
            sha256.update(chunk)
            size += len(chunk)
        stack.close()
        if size != before.size or stat_of(os.fstat(descriptor)) != before:
            raise changed(path)
    return before, digested(size, sha256.hexdigest(), md5.hexdigest())


def whole(find: Find, path: str, most: int) -> tuple[Stat, Version, bytes]:
    """A small file's stat, its version, and its bytes.

    Args:
        most: the bytes that it may have.

    Raises:
        Changed: it changed meanwhile, or is larger.
        LocalFailure: it cannot be read.
    """
    import hashlib

    with opened(find, path) as descriptor:
        before = stat_of(os.fstat(descriptor))
        if before.size > most:
            raise changed(path)
        data = os.read(descriptor, before.size + 1)
        while len(data) < before.size and (more := os.read(descriptor, before.size)):
            data += more
        if len(data) != before.size or stat_of(os.fstat(descriptor)) != before:
            raise changed(path)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return before, digested(before.size, hashlib.sha256(data).hexdigest(), md5), data


@contextmanager
def _beside(update: Callable[[bytes], None]) -> Iterator[Callable[[bytes], None]]:
    """The same in a thread of its own, in order, one chunk behind; done when the block ends."""
    from concurrent.futures import Future, ThreadPoolExecutor

    under_way: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        def submit(chunk: bytes) -> None:
            if under_way:
                under_way.pop().result()
            under_way.append(pool.submit(update, chunk))

        yield submit


def composite_md5(find: Find, path: str, part_size: int) -> str:
    """The ETag that S3 gives to an upload in parts of this size.

    The MD5 of the parts' MD5s, `-`, and their number (Amazon S3 User Guide, "Checking object
    integrity").

    Args:
        part_size: bytes of each part but the last.

    Raises:
        Changed: the file changed meanwhile.
    """
    import hashlib

    whole = hashlib.md5(usedforsecurity=False)
    parts = 0
    with opened(find, path) as descriptor:
        before = stat_of(os.fstat(descriptor))
        for start in range(0, before.size, part_size):
            stop = min(start + part_size, before.size)
            whole.update(_md5_of(descriptor, start, stop))
            parts += 1
        if stat_of(os.fstat(descriptor)) != before:
            raise changed(path)
    return f"{whole.hexdigest()}-{parts}"


def _md5_of(descriptor: int, start: int, stop: int) -> bytes:
    import hashlib

    md5 = hashlib.md5(usedforsecurity=False)
    while start < stop and (chunk := os.pread(descriptor, min(_CHUNK, stop - start), start)):
        md5.update(chunk)
        start += len(chunk)
    return md5.digest()


def open_file(find: Find, path: str) -> int:
    """Whatever has the name now, open for reading; links are not followed."""
    try:
        with find(path) as entry:
            return os.open(entry.name, _READ, dir_fd=entry.directory)
    except OSError as error:
        if error.errno in ABSENT:
            raise changed(path) from error
        raise
