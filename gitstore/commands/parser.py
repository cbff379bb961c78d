"""Reading a command line: argparse, with errors of the project's family and git's manners."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from gitstore.core.errors import UsageError

Amount = TypeVar("Amount")

_WIDTH = 78


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that raises `UsageError`, never prints, and remembers what it was told.

    Attributes:
        declared: the arguments in the order of declaration, for the help pages.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__(
            prog=f"git storage {name}".rstrip(), add_help=False, formatter_class=_formatter
        )
        self.declared: list[argparse.Action] = []

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """See `ArgumentParser.add_argument`."""
        action = super().add_argument(*args, **kwargs)
        self.declared.append(action)
        return action

    def parsed(self, argv: Sequence[str], into: argparse.Namespace) -> argparse.Namespace:
        """The arguments, with options anywhere among the words, as git takes them.

        Raises:
            UsageError: they are wrong.
        """
        behind = argv[list(argv).index("--") + 1 :] if "--" in argv else ()
        if any(word.startswith("-") for word in behind):
            # argparse takes such words for options again when it lets options be anywhere.
            return self.parse_args(argv, into)
        return self.parse_intermixed_args(argv, into)

    def error(self, message: str) -> NoReturn:
        """See `ArgumentParser.error`.

        Raises:
            UsageError: always.
        """
        raise UsageError(message, hint=f"{self.prog} -h")


def _formatter(prog: str) -> argparse.HelpFormatter:
    # With a width: argparse makes one for each argument, and each would ask for the terminal's.
    return argparse.HelpFormatter(prog, width=_WIDTH)


def common(parser: Parser) -> None:
    """The options that every command has, before or behind the verb."""
    # Without a default: one that was given before the verb must not be taken back behind it.
    for names, told in (
        (("--json",), "print one JSON document"),
        (("-q", "--quiet"), "say nothing but errors and what was asked for"),
        (("-v", "--verbose"), "say more"),
        (("-h", "--help"), "print help: -h what can be typed, --help the whole page"),
    ):
        parser.add_argument(*names, action="store_true", default=argparse.SUPPRESS, help=told)


def dry_run(parser: Parser) -> None:
    """`-n`, `--dry-run`."""
    told = "show what would be done and why, and change nothing"
    parser.add_argument("-n", "--dry-run", action="store_true", help=told)


def jobs(parser: Parser) -> None:
    """`-j`, `--jobs`."""
    told = "transfers at a time; the default suits the storage"
    parser.add_argument("-j", "--jobs", type=positive, metavar="N", help=told)


def rate(parser: Parser) -> None:
    """`--limit-rate`."""
    from gitstore.core import amounts  # late: `status` needs none of its patterns

    told = "bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit"
    read = amount(amounts.rate)
    parser.add_argument("--limit-rate", type=read, metavar="RATE", dest="rate", help=told)


def estimate(parser: Parser) -> None:
    """`--estimate` and `--budget`."""
    from gitstore.core import amounts

    told = "say how many objects, bytes and requests it would take, and move nothing"
    parser.add_argument("--estimate", action="store_true", help=told)
    told = "move nothing if it would be more bytes than this, such as 500m or 10g"
    parser.add_argument("--budget", type=amount(amounts.size), metavar="SIZE", help=told)


def targets(parser: Parser, nargs: str = "*") -> None:
    """`TARGET...`: what the command works on."""
    told = "a storage, a data path, a path or pattern in one"
    told = told + "; none means everything" if nargs == "*" else told
    parser.add_argument("targets", metavar="TARGET", nargs=nargs, help=told)


def other_project(parser: Parser) -> None:
    """`--repo`, where it is about storages."""
    told = "another project, by its URL as git clone takes it"
    parser.add_argument("--repo", metavar="URL", help=told)


def recorded(parser: Parser) -> None:
    """`PATH...`, `--rev` and `--repo`: objects, of what moment and of which project."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="an object")
    told = "as this commit records it; without it, as the work tree does"
    parser.add_argument("--rev", metavar="REV", help=told)
    told = "of another project: its URL, or a directory"
    parser.add_argument("--repo", metavar="URL", help=told)


def patterns(parser: Parser, verb: str) -> None:
    """`--include` and `--exclude`."""
    for name, which in (("--include", "only objects that match"), ("--exclude", "no object like")):
        told = f"{verb} {which} PATTERN; can be given again"
        parser.add_argument(name, action="append", default=[], metavar="PATTERN", help=told)


def positive(text: str) -> int:
    """A whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def amount(read: Callable[[str], Amount]) -> Callable[[str], Amount]:
    """A type for `add_argument` of what one of `core.amounts` reads."""

    def typed(text: str) -> Amount:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return typed
