"""The screen: results go to standard output, talk to standard error.

Nothing that a storage or a file name says can steer the terminal: what is written here is cleaned
first, except in JSON, which spells such characters by itself, and in lists for programs (`-z`).
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from io import TextIOWrapper
from typing import TextIO

from gitstore.core.report import Listener, Silent
from gitstore.ui import colour
from gitstore.ui.colour import BOLD, CYAN, RED, YELLOW, Painted, Piece, rendered
from gitstore.ui.words import shown

_JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command talks.

    Attributes:
        json: one JSON document on standard output instead of text for people.
        quiet: no talk and no progress; errors and results stay.
        verbose: more detail.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command shows what it found and did.

    Attributes:
        out: for results.
        err: for talk.
        manner: how to talk.
        environment: as the process got it.
        configured: asks git whether colour is configured; only called where standard output is a
            terminal or git's pager.
        prefix: the caller's directory relative to the top level, `''` at the top.
        hints: asks git whether hints are wanted; only called where there is one.
    """

    out: TextIO
    err: TextIO
    manner: Manner = Manner()
    environment: Mapping[str, str] = field(default_factory=dict)
    configured: Callable[[], bool] = lambda: False
    prefix: str = ""
    hints: Callable[[], bool] = lambda: True

    @property
    def json(self) -> bool:
        """Whether the result is wanted as JSON."""
        return self.manner.json

    def within(self, prefix: str, configured: Callable[[], bool]) -> Screen:
        """The same screen in a work tree: paths are shown as seen from the caller's directory."""
        return replace(self, prefix=prefix, configured=cache(configured))

    def line(self, *pieces: Piece) -> None:
        """One line of the result, for people."""
        self.out.write(rendered(pieces, self._coloured()) + "\n")

    def document(self, command: str, **keys: object) -> None:
        """The result as one JSON document."""
        found = {"version": _JSON_VERSION, "command": command, **keys}
        self.out.write(json.dumps(found, indent=2) + "\n")

    def names(self, names: Iterable[str]) -> None:
        """A list for programs: every name as it is, ended by NUL."""
        raw = getattr(self.out, "buffer", None)
        if raw is None:
            self.out.write("".join(f"{name}\0" for name in names))
            return
        self.out.flush()
        raw.writelines(f"{name}\0".encode(errors="surrogateescape") for name in names)

    def raw(self, chunks: Iterable[bytes]) -> None:
        """The result as it is, for programs."""
        stream = getattr(self.out, "buffer", None)
        if stream is None:
            raise AssertionError("standard output takes text only")
        self.out.flush()
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()

    def talk(self, *pieces: Piece) -> None:
        """One line of talk, which `-q` silences."""
        if not self.manner.quiet:
            self._tell(pieces)

    def about(self, *pieces: Piece) -> None:
        """One line of what a question is about, which nothing silences."""
        self._tell(pieces)

    def detail(self, *pieces: Piece) -> None:
        """One line of talk that only `-v` asks for."""
        if self.manner.verbose:
            self._tell(pieces)

    def hint(self, text: str) -> None:
        """What to type or edit next."""
        if not self.manner.quiet and self.hints():
            self._tell((Painted("hint: ", YELLOW), text))

    def advise(self, text: str) -> None:
        """What acts on a group of objects, set in brackets as git does it."""
        if not self.manner.quiet and self.hints():
            self._tell((Painted(f"    ({text})", CYAN),))

    def error(self, message: str, hint: str | None = None) -> None:
        """What went wrong, and what to do about it."""
        self._tell((Painted("error: ", f"{BOLD};{RED}"), _on_one_line(message)))
        if hint is not None and self.hints():
            self._tell((Painted("hint: ", YELLOW), _on_one_line(hint)))

    def trace(self, text: str) -> None:
        """A traceback, for GIT_STORAGE_TRACE."""
        self._tell((text,))

    def path(self, path: str) -> str:
        """A path of the work tree, seen from the caller's directory."""
        return shown(self._relative(path))

    def typed(self, path: str) -> str:
        """The same for a command in a hint: quoted for a shell."""
        return shlex.quote(self._relative(path))

    def listener(self) -> Listener:
        """A progress bar where somebody watches, else silence."""
        if self.manner.quiet or not self.err.isatty():
            return Silent()
        from gitstore.ui.progress import Progress

        return Progress(self.err)

    @property
    def asks(self) -> bool:
        """Whether there is somebody to ask: questions need a terminal for both directions."""
        if self.manner.json or self.environment.get("GIT_TERMINAL_PROMPT", "1") in ("0", "false"):
            return False
        return sys.stdin.isatty() and self.err.isatty()

    def ask(self, question: str) -> str:
        """One line that somebody types; an end of input counts as the empty answer."""
        self.err.write(rendered((question,), False))
        self.err.flush()
        return sys.stdin.readline().strip()

    def ask_secret(self, question: str) -> str:
        """The same for what nobody may read over the shoulder."""
        from gitstore.ui.unseen import unseen

        with unseen(sys.stdin):
            answer = self.ask(question)
        self.err.write("\n")
        return answer

    def without_questions(self) -> Screen:
        """The same screen where nobody is asked."""
        return replace(self, environment={**self.environment, "GIT_TERMINAL_PROMPT": "0"})

    def _relative(self, path: str) -> str:
        # Not by relpath: an object's own `..` and `//` have to be seen as they are.
        here, there = self.prefix.split("/") if self.prefix else [], path.split("/")
        common = 0
        while common < min(len(here), len(there)) and here[common] == there[common]:
            common += 1
        return "/".join([*[".."] * (len(here) - common), *there[common:]]) or "."

    def _tell(self, pieces: tuple[Piece, ...]) -> None:
        # Where both streams go to one log, what was said first must stand first.
        self.out.flush()
        coloured = self.err.isatty() and self._coloured()
        self.err.write(rendered(pieces, coloured) + "\n")

    def _coloured(self) -> bool:
        return colour.wanted(self.out.isatty(), self.environment, self.configured)


def screen() -> Screen:
    """The screen of this process."""
    for stream in (sys.stdout, sys.stderr):
        # A name that is no UTF-8 must not end in a traceback, whatever the locale.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return Screen(sys.stdout, sys.stderr, environment=dict(os.environ))


def _on_one_line(text: str) -> str:
    # A name may hold a newline, and programs tell errors from other talk by the line.
    return text.replace("\n", "\\n")


def silence() -> None:
    """Let nothing more be written to a reader that has gone, not even when Python ends."""
    _to_nowhere(sys.stdout)


def silence_all() -> None:
    """The same for both streams, where not even errors can be written any more."""
    _to_nowhere(sys.stdout)
    _to_nowhere(sys.stderr)


def _to_nowhere(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
