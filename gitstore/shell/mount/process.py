"""FUSE: the process that answers the kernel until it is unmounted. The only module that knows it.

The binding is mfusepy (docs/decisions has why): pure Python over libfuse 3, loaded here and late,
because most installations have neither.
"""

# ruff: noqa: ARG002 - the parameters of every call are those of libfuse
from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gitstore.core.errors import LocalFailure
from gitstore.shell.mount.blocks import Piece
from gitstore.shell.mount.drafts import Drafts
from gitstore.shell.mount.files import Attributes, Entries, Files

_READ_PLUS, _FILL_PLUS = 1, 2  # fuse.h: FUSE_READDIR_PLUS, FUSE_FILL_DIR_PLUS
_PLUS_AT_WILL = 1 << 14  # fuse_common.h: FUSE_CAP_READDIRPLUS_AUTO
_FIELDS = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
_THREADS, _THREADS_SINCE = 64, 12
_LONG = 86_400  # seconds; what a pointer names does not change
_SHORT = 1
_TYPE = "git-storage"
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
_KEPT_MEMORY = 64 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Manner:
    """How the kernel treats a mount.

    Attributes:
        point: the directory that it is mounted on.
        lasting: whether what was seen once stays: nothing changes in the folder of a pointer.
        writable: whether there is anything but reading.
    """

    point: str
    lasting: bool
    writable: bool


class _Reading:
    """The calls of libfuse, passed on; a call that is not here does not exist for the kernel."""

    use_ns = True

    def __init__(self, files: Files, ready: Callable[[], None]) -> None:
        self._files = files
        self._ready = ready

    def init_with_config(self, conn_info: Any, config_3: Any) -> None:
        # Always with attributes: the kernel would ask for one page of a folder, then name by name.
        conn_info.want &= ~_PLUS_AT_WILL
        self._ready()

    def getattr(self, path: str, fh: int | None = None) -> Attributes:
        return self._files.attributes(path, fh)

    def opendir(self, path: str) -> int:
        return self._files.open_folder(path)

    def readdir(self, path: str, fh: int) -> Entries:
        return self._files.folder(fh)

    def releasedir(self, path: str, fh: int) -> int:
        self._files.release(fh)
        return 0

    def open(self, path: str, flags: int) -> int:
        return self._files.open(path, flags)

    def read(self, path: str, size: int, offset: int, fh: int) -> Piece:
        return self._files.read(fh, size, offset)

    def release(self, path: str, fh: int) -> int:
        self._files.release(fh)
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        return {"f_bsize": 4096, "f_frsize": 4096, "f_namemax": 255}


class _Writing(_Reading):
    """The same, and what writes."""

    def __init__(self, files: Drafts, ready: Callable[[], None]) -> None:
        super().__init__(files, ready)
        self._drafts = files

    def create(self, path: str, mode: int, flags: int) -> int:
        return self._drafts.open(path, flags | os.O_CREAT)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return self._drafts.write(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._drafts.truncate(path, length)
        return 0

    def flush(self, path: str, fh: int) -> int:
        self._drafts.flush(fh)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._drafts.sync(fh)
        return 0

    def unlink(self, path: str) -> int:
        self._drafts.unlink(path)
        return 0

    def rename(self, old: str, new: str) -> int:
        self._drafts.rename(old, new)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        self._drafts.mkdir(path)
        return 0

    def rmdir(self, path: str) -> int:
        self._drafts.rmdir(path)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        return 0  # a storage has no modes, owners or times of ours; programs set them all the same

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        return 0


def serve(files: Files, manner: Manner, ready: Callable[[], None]) -> None:
    """Mount, and answer the kernel until it is unmounted.

    Args:
        files: what is shown.
        manner: how.
        ready: is called when the mount can be used.

    Raises:
        LocalFailure: it could not be mounted.
    """
    # mfusepy would take libfuse 2 where both are installed, and start programs to look for them.
    os.environ.setdefault("FUSE_LIBRARY_PATH", "libfuse3.so.3")
    try:
        import mfusepy  # type: ignore[import-untyped]  # it brings no types
    except (ImportError, OSError, AttributeError) as error:
        raise LocalFailure(
            f"FUSE cannot be used: {error}", hint="sudo apt-get install fuse3 libfuse3-3"
        ) from error
    _keep_memory()
    calls = _Writing(files, ready) if isinstance(files, Drafts) else _Reading(files, ready)
    seconds = _LONG if manner.lasting else _SHORT
    options: dict[str, Any] = {
        "foreground": True,
        "fsname": _TYPE,
        "subtype": _TYPE,
        "default_permissions": True,
        "nosuid": True,
        "nodev": True,
        "noexec": not manner.lasting,
        "entry_timeout": seconds,
        "attr_timeout": seconds,
        "negative_timeout": 0,
    }
    # The kernel may keep the bytes of what does not change; of everything else it keeps none, or
    # two versions of a file would meet in its memory.
    options["kernel_cache" if manner.lasting else "direct_io"] = True
    if not manner.writable:
        options["ro"] = True
    if mfusepy.fuse_version_minor >= _THREADS_SINCE:
        # Readers who wait for a silent storage must not keep others from what is here.
        options["max_threads"] = _THREADS
    try:
        _with_attributes(mfusepy)(calls, manner.point, **options)
    except RuntimeError as error:
        raise LocalFailure(f"FUSE ended with status {error}") from error


def _keep_memory() -> None:
    """Let what was read go back to where the next piece is read to, and not to the kernel.

    It clears each page anew; see mallopt(3), of glibc only.
    """
    import ctypes

    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, _KEPT_MEMORY)
        mallopt(_MMAP_THRESHOLD, _KEPT_MEMORY // 2)


def _with_attributes(mfusepy: Any) -> Any:
    """The binding, with attributes in listings: else each name costs the kernel another call."""
    import ctypes

    class Binding(mfusepy.FUSE):  # type: ignore[misc]  # it comes late, so it is of no type
        def read(self, path: bytes, buf: Any, size: int, offset: int, fip: Any) -> int:
            data = self.operations.read("", size, offset, fip.contents.fh)
            # A view as it is: mfusepy takes bytes only, which would be one more copy of everything.
            into = (ctypes.c_char * len(data)).from_address(ctypes.addressof(buf.contents))
            memoryview(into).cast("B")[:] = data
            return len(data)

        def readdir_fuse_3(self, path: bytes, buf: Any, filler: Any, *rest: Any) -> int:
            offset, file, flags = rest
            found = mfusepy.c_stat()
            plus = _FILL_PLUS if flags & _READ_PLUS else 0
            listed = self.operations.readdir("", file.contents.fh)
            before = None
            # Only with positions does libfuse pass attributes on; so it asks again behind the last.
            for at in range(offset, len(listed)):
                name, attributes = listed[at]
                for key in _FIELDS:
                    setattr(found, key, attributes[key])
                if attributes["st_mtime"] != before:
                    before = attributes["st_mtime"]
                    mfusepy.set_st_attrs(found, attributes, use_ns=True)
                if filler(buf, name.encode(self.encoding, self.errors), found, at + 1, plus):
                    break
            return 0

    return Binding
