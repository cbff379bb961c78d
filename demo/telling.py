"""Telling a story of commands: narration, command lines, what they print, and checked outcomes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_WIDTH = 100
_PATIENCE = 60


class NotAsTold(Exception):
    """Something in the story did not come out as it is told."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a clone of the project.

    Attributes:
        name: as the prompt shows it.
        top: where the commands run.
        environment: what the commands see.
    """

    name: str
    top: Path
    environment: Mapping[str, str]

    def does(self, command: str, code: int = 0) -> str:
        """Show a command line, run it in a shell, show what it prints, and return that.

        Args:
            code: the exit status that the story tells of.

        Raises:
            NotAsTold: another exit status.
        """
        _print(f"  {_bold(f'{self.name} $ {command}')}")
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.top,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_PATIENCE,
            text=True,
        )
        _print(textwrap.indent(done.stdout.rstrip("\n"), "      "))
        if done.returncode != code:
            raise NotAsTold(f"exit status {done.returncode}, not {code}: {self.name} $ {command}")
        return done.stdout

    def asks(self, *command: str) -> str:
        """What a command prints, without showing it.

        Raises:
            NotAsTold: it fails.
        """
        done = subprocess.run(
            command,
            cwd=self.top,
            env=dict(self.environment),
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
            text=True,
        )
        if done.returncode != 0:
            raise NotAsTold(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def files(self, path: str) -> dict[str, bytes]:
        """The files below a directory of the clone, with their contents."""
        root = self.top / path
        found = [each for each in root.rglob("*") if each.is_file()]
        return {each.relative_to(root).as_posix(): each.read_bytes() for each in found}


def title(text: str) -> None:
    """Begin a part of the story."""
    _print(f"\n{_bold(text)}\n{'-' * len(text)}")


def say(text: str) -> None:
    """Narrate."""
    _print("\n" + textwrap.fill(text, _WIDTH))


def verify(text: str, holds: bool) -> None:
    """Show what was checked.

    Raises:
        NotAsTold: it does not hold.
    """
    if not holds:
        raise NotAsTold(f"this does not hold: {text}")
    _print(f"  {_green('✓')} {text}")


def sha256(content: bytes) -> str:
    """The SHA-256, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def sums(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {name: sha256(content) for name, content in files.items()}


def _print(text: str) -> None:
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if _coloured() else text


def _green(text: str) -> str:
    return f"\033[32m{text}\033[0m" if _coloured() else text


def _coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
