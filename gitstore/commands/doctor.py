"""Look for what is wrong, and at what storages can do

The installation, this clone with its configuration and its hooks, in the order in which git runs
them, and every storage are looked at: whether it answers, what its clock says, what you and your
credentials may do there, and how it protects what others write. Nothing is written there.

A storage that is named is tried out: objects are written below a prefix of their own, replaced and
read in every way that `git storage` relies on, and removed again. One that can only be read, or is
approved for reading only, is only read. Where old versions are kept, those of what was tried stay.

With --all only the storages are looked at, for a check on a schedule; one that does not answer
keeps nobody from hearing of the next.

With --bundle a report of a bug is written to a new file: versions, findings, the manifest, the
sizes of pointers and what the last commands were. Secrets, names of objects and of remotes, and
what variables hold, stay out of it. Read it before you send it.

EXIT STATUS

- 0: all is well
- 1: there are problems; each has a hint
- 128: this is no git repository, or the manifest cannot be read (--bundle tells of that)
- 129: the command line is wrong

EXAMPLES

    git storage doctor
    git storage doctor survey
    git storage doctor --all
    git storage doctor --bundle report.txt
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.repo.findings import Finding, Level
from gitstore.ui.colour import GREEN, RED, YELLOW, Painted
from gitstore.ui.screen import Screen

_COLOUR = {Level.GOOD: GREEN, Level.NOTE: YELLOW, Level.BAD: RED}


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="a storage to try out")
    parser.add_argument("--all", action="store_true", help="look at every storage, and only there")
    parser.add_argument("--bundle", metavar="FILE", help="write a bug report without secrets")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Look.

    Raises:
        UsageError: two of a name, --all and --bundle.
    """
    if sum([bool(args.names), args.all, args.bundle is not None]) > 1:
        raise UsageError(
            "a storage's name, --all and --bundle are three different things to do",
            hint="git storage doctor -h",
        )
    if args.bundle is not None:
        return _bundle(screen, Path(args.bundle))
    repo, screen = opened(screen)
    return _show(screen, repo.storages_answer() if args.all else repo.doctor(*args.names))


def _bundle(screen: Screen, path: Path) -> int:
    from gitstore.repo.reporting import report, write_report

    write_report(path, report(Path()))
    if screen.json:
        screen.document("doctor", written=str(path))
    screen.talk(f"written: {path}; read it before you send it")
    return 0


def _show(screen: Screen, found: Sequence[Finding]) -> int:
    status = 1 if any(f.level is Level.BAD for f in found) else 0
    if screen.json:
        listed = [{"level": f.level.value, "text": f.text, "hint": f.hint} for f in found]
        screen.document("doctor", findings=listed)
        return status
    for finding in found:
        screen.line(Painted(f"{finding.level.value:<8}", _COLOUR[finding.level]), finding.text)
        if finding.hint is not None:
            screen.line(f"        hint: {finding.hint}")
    return status
