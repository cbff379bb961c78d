"""Runs `git storage` in this process and does something drastic at a named step.

    python -m tests.rules.driver STEP COUNT ARGUMENTS...
    python -m tests.rules.driver count FILE ARGUMENTS...

At the COUNT-th end of the step the process is gone, as after `kill -9`: no `finally` runs, nothing
is flushed. `STEP-ACT` does something instead of ending. `count` changes nothing, and writes how
often each step has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from gitstore.__main__ import main
from gitstore.adapters import mounts_system, tracked
from gitstore.adapters.mounts import MountDirectory
from gitstore.adapters.state import WorkState
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.adapters.stores.s3 import S3Store
from gitstore.adapters.tree import Placing, Tree
from gitstore.adapters.tree_reader import Reader
from gitstore.core.errors import StorageError
from gitstore.core.many import Answers, Wanted, Whole
from gitstore.core.store import Reading
from gitstore.repo import session
from gitstore.repo.project import Project, open_project
from gitstore.shell.transfer import down, upload
from gitstore.shell.transfer.ledger import Ledger

KILLED = 9

# Where each step ends: the owner and the name of a function.
STEPS: dict[str, tuple[Any, str]] = {
    "listed": (session, "listing"),
    "written": (down, "landed"),
    "flushed": (Tree, "flush"),
    "placed": (Placing, "place"),
    "exchanged": (Tree, "exchange"),
    "intended": (WorkState, "set_intents"),
    "sourced": (Tree, "source"),
    "read": (Reader, "whole"),
    "given": (upload, "given"),
    "trashed": (Tree, "to_trash"),
    "renamed": (Tree, "rename"),
    "removed": (Tree, "remove"),
    "erased": (Rechecked, "delete"),
    "settled": (Ledger, "settle"),
    "noted": (MountDirectory, "save"),
    "started": (mounts_system, "start"),
    "linked": (mounts_system, "link"),
    "unlinked": (mounts_system, "unlink"),
    "unmounted": (mounts_system, "unmount"),
    "cleared": (MountDirectory, "remove"),
    "slice": (tracked, "_apply"),
    "begun": (WorkState, "begin"),
    "log": (tracked, "_write_log"),
    "pointer": (Project, "write_pointer"),
}


def die() -> None:
    """End as after `kill -9`."""
    os._exit(KILLED)


def interrupt() -> None:
    """What Ctrl-C does."""
    os.kill(os.getpid(), signal.SIGINT)


def check_out() -> None:
    """What somebody does in another window."""
    subprocess.run(["git", "checkout", "--quiet", "before"], check=True)


def hide() -> None:
    """Take an object away behind the listing's back."""
    Path("../bucket/m31.fits").unlink()


def edit() -> None:
    """Go on with a file that is about to be given."""
    with Path("data/big").open("r+b") as stream:
        stream.write(b"x")


def write_foreign() -> None:
    """Write to the bucket behind the listing's back, as people without git do."""
    from botocore.config import Config
    from botocore.session import Session

    spec = next(iter(open_project(Path()).manifest.storages.values()))
    client = Session().create_client(
        "s3", endpoint_url=spec.endpoint, config=Config(s3={"addressing_style": "path"})
    )
    for key in ("m31.fits", "new.fits"):
        client.put_object(Bucket=spec.url.removeprefix("s3://"), Key=key, Body=b"foreign")


def stop() -> None:
    """Stand still until somebody sends SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def meet() -> None:
    """Wait until another clone beside this one is here too."""
    Path(f"{Path.cwd()}.here").touch()
    while len(list(Path("..").glob("*.here"))) < 2:
        time.sleep(0.001)


def flip() -> None:
    """From here on, every byte of m31.fits that comes from the storage is another one."""
    real = S3Store.read

    def read(store: S3Store, key: str, *more: Any, **named: Any) -> Reading:
        reading = real(store, key, *more, **named)
        if key != "m31.fits":
            return reading
        return replace(reading, chunks=(os.urandom(len(chunk)) for chunk in reading.chunks))

    many = S3Store.read_many

    def read_many(store: S3Store, *more: Any) -> Answers:
        for batch in many(store, *more):
            yield [(one, _flipped(one, result)) for one, result in batch]

    S3Store.read = read  # type: ignore[method-assign, assignment]  # what this file is for
    S3Store.read_many = read_many  # type: ignore[method-assign, assignment]  # likewise


def _flipped(wanted: Wanted, result: Whole | StorageError) -> Whole | StorageError:
    if wanted.key != "m31.fits" or isinstance(result, StorageError):
        return result
    return Whole(result.version, os.urandom(len(result.data)))


ACTS: dict[str, Callable[[], None]] = {
    "interrupt": interrupt,
    "checkout": check_out,
    "hide": hide,
    "edit": edit,
    "foreign": write_foreign,
    "corrupt": flip,
    "stop": stop,
    "meet": meet,
}


def after(owner: Any, name: str, count: int, act: Callable[[], None]) -> None:
    """Do something after the count-th call of a function."""
    calls = [0]

    def called() -> None:
        calls[0] += 1
        if calls[0] == count:
            act()

    _after_each(owner, name, called)


def _after_each(owner: Any, name: str, act: Callable[[], None]) -> None:
    real = getattr(owner, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        act()
        return result

    setattr(owner, name, wrapped)


def counted(file: Path, arguments: list[str]) -> int:
    """Run a command, and write into a file how often each step has ended."""
    ends: Counter[str] = Counter()
    for step, (owner, name) in STEPS.items():
        _after_each(owner, name, partial(ends.update, [step]))
    try:
        return main(arguments)
    finally:
        file.write_text(json.dumps(ends))


def run(step: str, count: int, arguments: list[str]) -> int:
    """Run a command and act at a step: `given` dies there, `given-interrupt` interrupts there."""
    place, _, act = step.partition("-")
    owner, name = STEPS[place]
    after(owner, name, count, ACTS[act] if act else die)
    return main(arguments)


if __name__ == "__main__":
    if sys.argv[1] == "count":
        sys.exit(counted(Path(sys.argv[2]), sys.argv[3:]))
    sys.exit(run(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
