"""Secrets in the keeping of git's credential helpers, which reach the system's keychain.

See git-credential(1). Git is told never to ask by itself: who is asked, and what is shown with the
question, is decided elsewhere. Secrets go through pipes, never through arguments.
"""

from __future__ import annotations

import os
from pathlib import Path
from subprocess import CompletedProcess

from gitstore.adapters.git import _environment, _run
from gitstore.core.credentials import Slot
from gitstore.core.errors import StorageError

# Neither a question on the terminal nor a window; the last one is for Git Credential Manager.
_SILENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "GCM_INTERACTIVE": "never"}


def fill(slot: Slot, where: Path) -> tuple[str, str] | None:
    """The name and the secret that a helper has for a slot, or None.

    Args:
        slot: whose.
        where: a directory; the configuration that counts there says which helpers there are.
    """
    done = _asked("fill", where, _lines(slot))
    if done.returncode != 0:
        return None
    said = done.stdout.decode(errors="surrogateescape")
    fields = dict(line.split("=", 1) for line in said.split("\n") if "=" in line)
    name, secret = fields.get("username"), fields.get("password")
    return None if name is None or secret is None else (name, secret)


def approve(slot: Slot, kept: tuple[str, str], where: Path) -> None:
    """Give a name and a secret to the helpers. Whether one keeps them is seen by `fill` only."""
    _asked("approve", where, _lines(slot, *kept))


def reject(slot: Slot, kept: tuple[str, str] | None, where: Path) -> None:
    """Let the helpers forget a slot; with a name and a secret only where it holds these."""
    _asked("reject", where, _lines(slot, *(kept or ())))


def _asked(verb: str, where: Path, lines: bytes) -> CompletedProcess[bytes]:
    return _run(["credential", verb], where, _environment(os.environ) | _SILENT, lines)


def _lines(slot: Slot, *kept: str) -> bytes:
    names = ("protocol", "host", "path", "username", "password")
    values = (slot.protocol, slot.host, slot.path, *kept)
    text = ""
    for name, value in zip(names, values, strict=False):
        # A line end in a value would be another field, and the secret of another host.
        if {"\n", "\r", "\0"} & {*value}:
            raise StorageError(f"the {name} of a storage's credentials holds a line end")
        text += f"{name}={value}\n"
    return (text + "\n").encode(errors="surrogateescape")
