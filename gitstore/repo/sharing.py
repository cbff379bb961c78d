"""`install --global`: the manual pages and completions where man and the shells look.

They are installed beside the program, in `share`. Man and the shells look there by themselves if
that is a system's or a user's own `share`, but not into a virtual environment, where pipx, uv and
others put a program that they only link to. So they are linked to from the user's own `share`;
links, because those are right after an upgrade, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from gitstore.core.errors import LocalFailure
from gitstore.repo.installing import Did, Step

_DISTRIBUTION = "git-storage"
_KINDS = {"man": "manual pages"}
_OTHERS = "completion"


def share_everywhere() -> tuple[Step, ...]:
    """Link to what is beside the program; nothing of anybody else is replaced.

    Raises:
        LocalFailure: the operating system refused a link.
    """
    found: dict[str, Step] = {}
    for name, file in _beside():
        link = _user_share() / name
        try:
            did = _linked(link, file)
        except OSError as error:
            raise LocalFailure(f"{link} cannot be linked: {error.strerror}") from error
        what = _what(name)
        if what not in found or did is Did.DONE:
            found[what] = Step(what, did, str(_user_share()))
    return tuple(found.values())


def unshare_everywhere() -> tuple[Step, ...]:
    """Take the links away, with the directories that are empty then.

    Raises:
        LocalFailure: the operating system refused it.
    """
    found: dict[str, Step] = {}
    for name, file in _beside():
        link = _user_share() / name
        if not link.is_symlink() or link.readlink() != file:
            continue
        try:
            link.unlink()
        except OSError as error:
            raise LocalFailure(f"{link} cannot be removed: {error.strerror}") from error
        found[_what(name)] = Step(_what(name), Did.GONE, str(_user_share()))
        for directory in link.parents[: len(PurePosixPath(name).parts) - 1]:
            with contextlib.suppress(OSError):  # something else is in it
                directory.rmdir()
    return tuple(found.values())


def _beside() -> Iterator[tuple[str, Path]]:
    """What was installed into `share`, by its path below it."""
    try:
        files = distribution(_DISTRIBUTION).files or ()
    except PackageNotFoundError:
        return
    for file in files:
        if "share" in file.parts:
            at = file.parts.index("share") + 1
            there = Path(os.path.normpath(str(file.locate())))
            if there.is_file():
                yield "/".join(file.parts[at:]), there


def _linked(link: Path, file: Path) -> Did:
    if os.path.lexists(link):
        if link.is_symlink() and not link.exists():
            link.unlink()  # what it was for is gone
        else:
            return Did.THERE
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(file)
    return Did.DONE


def _what(name: str) -> str:
    return _KINDS.get(name.partition("/")[0], _OTHERS)


def _user_share() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
