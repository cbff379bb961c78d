"""Listing the files of a data path, quickly, and naming everything there that is none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gitstore.adapters.tree_values import Problem, Stat
from gitstore.adapters.tree_walk import ABSENT, LISTABLE, Entry, Root, look
from gitstore.core.names import local_problem

_DEEPEST = 400  # directories; storages' keys have at most about a thousand characters

_KINDS = (
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISFIFO, "it is a named pipe"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISCHR, "it is a device"),
)
_LINK = "it is a symbolic link"


class Scanner:
    """Collects the files and problems below one root.

    Args:
        ours: the name of our own directory directly below the root, or None.
    """

    def __init__(self, ours: str | None) -> None:
        self.files: dict[str, Stat] = {}
        self.problems: list[Problem] = []
        self._ours = ours

    def scan(self, root: Root) -> None:
        """List everything below a root; nothing if it is not there."""
        try:
            with root.opened() as directory:
                descriptor = os.open(".", LISTABLE, dir_fd=directory)
        except FileNotFoundError:
            return
        except OSError as error:
            self.problems.append(Problem("", _why_not(root.path, error)))
            return
        self._directory(descriptor, "", 0)

    def single(self, root: Root, name: str) -> None:
        """Look at a data path that is one file."""
        try:
            with root.opened() as directory:
                found = look(Entry(directory, name))
        except FileNotFoundError:
            return
        except OSError as error:
            self.problems.append(Problem("", _why_not(root.path, error)))
            return
        if found is None:
            return
        if stat.S_ISREG(found.st_mode):
            self._file(".", found)
        elif stat.S_ISDIR(found.st_mode):
            self.problems.append(Problem("", "it is a directory, not a file"))
        else:
            self.problems.append(Problem("", _kind(found.st_mode)))

    def _directory(self, descriptor: int, prefix: str, depth: int) -> None:
        """List one open directory, and close it."""
        below: list[str] = []
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    if entry.name == ".git":
                        self.problems.append(Problem(prefix, "it is a git repository of its own"))
                        return
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    else:
                        self._other(entry, prefix)
            for name in below:
                if prefix or name != self._ours:
                    self._below(descriptor, prefix, name, depth)
        except OSError as error:
            self.problems.append(Problem(prefix, f"it cannot be read: {_said(error)}"))
        finally:
            os.close(descriptor)

    def _below(self, descriptor: int, prefix: str, name: str, depth: int) -> None:
        path = f"{prefix}{name}/"
        reason = local_problem(path[:-1])
        if reason is not None or depth == _DEEPEST:
            self.problems.append(Problem(_readable(path), reason or "it is nested too deeply"))
            return
        try:
            opened = os.open(name, LISTABLE, dir_fd=descriptor)
        except FileNotFoundError:
            return  # gone since the listing, which is as if we had come later
        except OSError as error:
            self.problems.append(Problem(path, f"it cannot be read: {_said(error)}"))
            return
        self._directory(opened, path, depth + 1)

    def _other(self, entry: os.DirEntry[str], prefix: str) -> None:
        path = prefix + entry.name
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        reason = local_problem(path)
        if reason is not None:
            self.problems.append(Problem(_readable(path), reason))
        elif stat.S_ISREG(found.st_mode):
            self._file(path, found)
        elif stat.S_ISLNK(found.st_mode):
            # What a link leads to may be a directory that is not mounted now: what was below it
            # must not look deleted.
            file = _leads_to_a_file(entry)
            self.problems.append(Problem(path if file else path + "/", _LINK))
        else:
            self.problems.append(Problem(path, _kind(found.st_mode)))

    def _file(self, path: str, found: os.stat_result) -> None:
        self.files[path] = Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _leads_to_a_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _why_not(root: Path, error: OSError) -> str:
    if error.errno in ABSENT:
        try:
            found = root.lstat()
        except OSError:
            return "a file or symbolic link is on the way to it"
        if stat.S_ISDIR(found.st_mode):
            return "a symbolic link is on the way to it"
        return (
            "it is a file, not a directory" if stat.S_ISREG(found.st_mode) else _kind(found.st_mode)
        )
    return f"it cannot be read: {_said(error)}"


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return _LINK
    return next((text for test, text in _KINDS if test(mode)), "it is no regular file")


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _readable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
