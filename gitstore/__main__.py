"""The command line: `git storage`, `git-storage` and `python -m gitstore`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import TracebackType

from gitstore import __version__
from gitstore.commands import ALIASES, COMMANDS, Command, command
from gitstore.commands.parser import Parser, common
from gitstore.core.errors import NotARepository, StorageError, UsageError
from gitstore.core.guessing import closest
from gitstore.ui.advice import advice
from gitstore.ui.screen import Manner, Screen, screen, silence, silence_all

INTERRUPTED = 130  # as a shell reports the end by SIGINT
READER_GONE = 141  # ... and by SIGPIPE, which git dies of, too
FATAL = 128
USAGE = 129
_ALLOCATED = 1_000_000  # objects made between two looks for cycles


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments behind the program's name; None means the process's own.

    Returns:
        The exit status: 0; 1 for differences, conflicts and single failures; 128 when nothing could
        be done; 129 for a wrong command line; 130 when interrupted.
    """
    if argv is None:
        # A hundred thousand states make no cycles, but looking for some takes a fifth of `status`,
        # and a twentieth of a transfer.
        gc.set_threshold(_ALLOCATED)
    ending = Ending(replace(screen(), hints=_hints_wanted))
    with ending:
        ending.code = _run(list(sys.argv[1:] if argv is None else argv), ending)
        ending.screen.out.flush()
    if argv is None:
        # The process ends now: looking for cycles once more would be a tenth of a short command.
        gc.freeze()
    return ending.code


@cache
def _hints_wanted() -> bool:
    from gitstore.repo.settings import hints_wanted

    return hints_wanted()


class Ending:
    """The end of every command: whatever stops it becomes an exit status and a sentence.

    Attributes:
        screen: where to say it.
        code: the exit status.
    """

    def __init__(self, shown_on: Screen) -> None:
        self.screen = shown_on
        self.code = 0

    def __enter__(self) -> Ending:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or isinstance(error, SystemExit):
            return False
        try:
            self._tell(error)
        except OSError:
            # The log is on the disk that is full: then the exit status is all that tells.
            self.code = error.exit_code if isinstance(error, StorageError) else FATAL
            silence_all()
        return True

    def _tell(self, error: BaseException) -> None:
        traced = bool(os.environ.get("GIT_STORAGE_TRACE"))
        if traced:
            import traceback

            self.screen.trace("".join(traceback.format_exception(error)).rstrip())
        self.code = self._said(error, traced)

    def _said(self, error: BaseException, traced: bool) -> int:
        if isinstance(error, StorageError):
            self.screen.error(error.message, advice(error))
            return error.exit_code
        if isinstance(error, KeyboardInterrupt):
            self.screen.error("interrupted; the same command goes on where it stopped")
            return INTERRUPTED
        if isinstance(error, BrokenPipeError):
            silence()
            return READER_GONE
        hint = None if traced else "run it again with GIT_STORAGE_TRACE=1 to see where"
        if isinstance(error, OSError):
            about = "" if error.filename is None else f": {error.filename}"
            self.screen.error(f"{(error.strerror or str(error)).lower()}{about}", hint)
            return FATAL
        told = " ".join(f"{type(error).__name__}: {error}".split())
        self.screen.error(f"a defect in git storage, not in your data: {told}", hint)
        return FATAL


def _run(argv: list[str], ending: Ending) -> int:
    at = _verb_at(argv)
    first = _before_the_verb().parse_args(argv[:at])
    for directory in first.directories:
        _enter(directory)
    if first.version:
        ending.screen.line(f"git storage {__version__}")
        return 0
    verb = argv[at] if at < len(argv) else "help"
    verb = ALIASES.get(verb, verb)
    if verb not in COMMANDS:
        raise _unknown(verb)
    found, rest = command(verb), argv[at + 1 :]
    options = rest[: rest.index("--")] if "--" in rest else rest
    if {"-h", "--help"} & {*options, *argv[:at]}:
        return _helped(None if at == len(argv) else found, "--help" in options, ending.screen)
    before = {k: v for k, v in vars(first).items() if k in Manner.__slots__}
    dashed = None if rest is options else len(rest) - len(options) - 1
    args = found.parser.parsed(rest, argparse.Namespace(**before, dashed=dashed))
    manner = Manner(*(getattr(args, name, False) for name in Manner.__slots__))
    ending.screen = replace(ending.screen, manner=manner)
    status = found.run(args, ending.screen)
    return USAGE if at == len(argv) else status


def _before_the_verb() -> Parser:
    parser = Parser()
    parser.add_argument("-C", action="append", default=[], metavar="DIR", dest="directories")
    parser.add_argument("--version", action="store_true")
    common(parser)
    return parser


def _verb_at(argv: Sequence[str]) -> int:
    """Where the verb stands: behind the common options, of which one has a value."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] == "-C" else 1
    return min(at, len(argv))


def _enter(directory: str) -> None:
    if not directory:
        return  # as git does, so that scripts may pass an empty variable
    try:
        os.chdir(directory)
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        raise NotARepository(f"cannot change to {directory}: {reason}") from error


def _unknown(verb: str) -> UsageError:
    close = closest(verb, COMMANDS, 0.5)
    hint = f"git storage {close}" if close else "git storage help"
    return UsageError(f"git storage has no command {verb}", hint=hint)


def _helped(found: Command | None, whole: bool, shown_on: Screen) -> int:
    # Only who asks for help waits for what it takes to make it.
    from gitstore.commands.pages import brief, overview, page, plain

    if found is None:
        lines = overview()
    else:
        lines = plain(page(found)).splitlines() if whole else brief(found)
    for line in lines:
        shown_on.line(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
