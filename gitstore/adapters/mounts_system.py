"""Mounting as the operating system sees it: FUSE, what is mounted, who uses it, the link to it."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from gitstore.core.errors import LocalFailure, PathRefused, Unsupported

TYPE = "fuse.git-storage"
_READY_WITHIN = 60.0  # seconds until a process that was started has to be ready


def require_fuse(data_path: str) -> None:
    """Say what is missing where nothing can be mounted.

    Raises:
        Unsupported: with what to install, and what does without.
    """
    other = "or without mounting: git storage stage"
    if sys.platform != "linux":
        raise Unsupported(
            "mounts need Linux and its FUSE", hint=f"git config storage.{data_path}.mode reference"
        )
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise Unsupported(
            "mounts need /dev/fuse, which is not here or not for you",
            hint=f"modprobe fuse  # in a container: --device /dev/fuse; {other}",
        )
    if shutil.which("fusermount3") is None:
        raise Unsupported(
            "mounts need fusermount3, which is not installed",
            hint=f"sudo apt-get install fuse3  # {other}",
        )
    from importlib.util import find_spec

    if find_spec("mfusepy") is None:
        raise Unsupported(
            "mounts need the package mfusepy, which is not installed",
            hint=f"pip install 'git-storage[mount]'  # {other}",
        )


def start(arguments: Sequence[str], where: Path, log: Path) -> None:
    """Start a process that stays behind, and wait until it says that it is ready.

    Args:
        arguments: behind `git storage`; the descriptor to say so on is added.
        where: the directory that it starts in.
        log: where it writes from then on.

    Raises:
        LocalFailure: it ended before, or did not become ready.
    """
    ready, say = os.pipe()
    try:
        with log.open("ab") as stream:
            begun = subprocess.Popen(
                [sys.executable, "-m", "gitstore", *arguments, "--ready", str(say)],
                cwd=where,
                # A hook has an index of its own moment.
                env={k: v for k, v in os.environ.items() if k != "GIT_INDEX_FILE"},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=(say,),
                start_new_session=True,
            )
        os.close(say)
        say = -1
        told, _, _ = select.select([ready], [], [], _READY_WITHIN)
        if told and os.read(ready, 16):
            begun.returncode = 0  # it stays behind, and nobody waits for it
            return
        begun.kill()
        begun.wait()
    finally:
        os.close(ready)
        if say >= 0:
            os.close(say)
    raise LocalFailure(f"it was not mounted: {_last_line(log)}", hint=f"cat {log}")


def say_ready(descriptor: int) -> None:
    """Tell whoever started this process, if it is still there."""
    with suppress(OSError):
        os.write(descriptor, b"ready")
    with suppress(OSError):
        os.close(descriptor)


def is_mounted(point: str) -> bool:
    """Whether a mount of ours is at a directory, dead or alive; see proc(5), mountinfo."""
    return point in set(_points())


def usable(point: str) -> bool:
    """Whether something answers at a mount point."""
    try:
        Path(point).stat()
    except OSError:
        return False
    return True


def unmount(point: str) -> str | None:
    """Unmount a directory that nobody uses; None, or what the system said against it."""
    return _fusermount("-u", point)


def detach(point: str) -> None:
    """Take a mount out of sight at once; who uses it still does.

    Raises:
        LocalFailure: the system refused.
    """
    told = _fusermount("-u", "-z", point)
    if told is not None and is_mounted(point):
        raise LocalFailure(f"{point} cannot be unmounted: {told}")


def users(point: str) -> list[str]:
    """Who has a file or its directory below a mount, as far as this user may see, for people."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with suppress(OSError):
            held = [process / "cwd", *(process / "fd").iterdir()]
            if any(_leads_below(link, point) for link in held):
                found.append(f"{(process / 'comm').read_text().strip()} ({process.name})")
    return found


def link(path: Path, top: Path, target: Path, ours: Path) -> None:
    """Make a data path a link, at one moment, where nothing is that somebody could miss.

    Args:
        path: the data path, absolute.
        top: of the work tree; no directory on the way may be a link.
        target: what it leads to.
        ours: a link below this directory is one of ours, and may be replaced.

    Raises:
        PathRefused: something else is there.
    """
    if path.parent.resolve() != path.parent and path.parent.exists():
        raise PathRefused(f"the way to {path.relative_to(top)} leads through a link")
    if path.is_symlink():
        if not is_below(path.readlink(), ours):
            raise PathRefused(
                f"{path.relative_to(top)} is a link to {path.readlink()}, which is not ours",
                hint=f"rm {path}  # if it is not needed",
            )
        if path.readlink() == target:
            return
    elif path.is_dir():
        _remove_empty(path, top)
    elif path.exists():
        raise _in_the_way(path, top)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.git-storage-new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)


def unlink(path: Path, ours: Path) -> None:
    """Remove a data path that is a link of ours; anything else stays."""
    if path.is_symlink() and is_below(path.readlink(), ours):
        path.unlink()


def is_below(path: Path, directory: Path) -> bool:
    """Whether an absolute path lies in a directory, by its name alone."""
    return path.is_relative_to(directory) and ".." not in path.parts


def _remove_empty(path: Path, top: Path) -> None:
    folders = [Path(folder) for folder, _, _ in os.walk(path)]
    if any(names for _, _, names in os.walk(path)):
        raise _in_the_way(path, top)
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError as error:
            raise _in_the_way(path, top) from error


def _in_the_way(path: Path, top: Path) -> PathRefused:
    name = path.relative_to(top)
    return PathRefused(
        f"files lie at {name}, so nothing is mounted there",
        hint=f"git -c storage.{name}.mode=copy storage unstage {name}  # or move them away",
    )


def _points() -> Iterator[str]:
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        fields, _, rest = line.partition(" - ")
        if rest.split(" ")[0] == TYPE:
            first, *others = fields.split(" ")[4].split("\\")
            yield first + "".join(chr(int(part[:3], 8)) + part[3:] for part in others)


def _fusermount(*arguments: str) -> str | None:
    program = shutil.which("fusermount3") or "umount"
    options = arguments if program != "umount" else [a for a in arguments if a != "-u"]
    done = subprocess.run(
        [program, *options], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode == 0:
        return None
    return done.stderr.decode(errors="replace").strip().rpartition(": ")[2] or "refused"


def _leads_below(link: Path, point: str) -> bool:
    with suppress(OSError):
        target = str(link.readlink())
        return target == point or target.startswith(point + "/")
    return False


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return lines[-1].removeprefix("error: ") if lines else "its process said nothing"
