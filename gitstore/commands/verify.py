"""Read the bytes again, and hold them against what was recorded

Every file that is here is read and compared with the version that its pointer names. A file that
has other bytes although nobody has written to it is damaged: its disk or its file system is not
well. It goes to the trash, and the recorded bytes are fetched again if the storage still has them.
A file that somebody has written to is work and is left alone.

With --remote every storage is listed once, and each object is held against the pointer by its
identity: is it there, and is it the recorded version? With --content its bytes are read, too.
Nothing is written to a storage or a pointer.

What was found right is remembered with its date. So --sample and --budget take what was not read
for longest, and every run goes on where the last one has ended.

EXIT STATUS

- 0: what was looked at is right, or is work, or cannot be held against anything
- 1: something is damaged, missing, changed or gone, also where it has been fetched again
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage verify
    git storage verify --sample 5% --since 30d
    git storage verify --content --budget 100g data/raw
    git storage verify --remote --json
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core import amounts
from gitstore.core.verdicts import WRONG, Check, Side, Verdict
from gitstore.repo.repo import Repo
from gitstore.repo.verifying import Verified, VerifyOptions
from gitstore.ui import documents
from gitstore.ui.colour import GREEN, RED, YELLOW, Painted
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, count, human

_QUIET = frozenset({Verdict.GOOD, Verdict.EDITED, Verdict.BEHIND, Verdict.PROMISED})
_WHERE = {Side.HERE: "here", Side.THERE: "on the storage"}
_HINTS = {
    (Side.HERE, Verdict.MISSING): "git storage stage PATH  # brings it back",
    (Side.HERE, Verdict.DAMAGED): "git storage verify PATH  # without -n fetches it again",
    (Side.THERE, Verdict.CHANGED): "git storage sync PATH  # takes what is there now",
    (Side.THERE, Verdict.GONE): "git storage restore PATH  # what the next sync gives again",
    (Side.THERE, Verdict.DAMAGED): "git storage rm PATH  # and sync; then put right bytes there",
}


def arguments(parser: Parser) -> None:
    """What can be typed."""
    reading.targets(parser)
    told = "hold the storage's objects against the pointer too, by one listing"
    parser.add_argument("--remote", action="store_true", help=told)
    told = "the same, and read their bytes"
    parser.add_argument("--content", action="store_true", help=told)
    part = parser.add_mutually_exclusive_group()
    told = "read so much of all, by number, e.g. 5%"
    share = reading.amount(amounts.share)
    # A group declares behind the parser's back.
    declared = part.add_argument("--sample", type=share, metavar="N%", help=told)
    parser.declared.append(declared)
    told = "read so many bytes, e.g. 500m or 100g"
    declared = part.add_argument(
        "--budget", type=reading.amount(amounts.size), metavar="SIZE", help=told
    )
    parser.declared.append(declared)
    told = "leave out what was found right since this date, or for so long, e.g. 30d"
    since = reading.amount(partial(amounts.moment, now=time.time()))
    parser.add_argument("--since", type=since, metavar="DATE|AGE", help=told)
    parser.add_argument("-z", action="store_true", help="print only paths, each ended by NUL")
    reading.dry_run(parser)
    reading.jobs(parser)
    reading.rate(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Verify."""
    repo, screen = opened(screen, args.rate)
    options = VerifyOptions(
        remote=args.remote,
        content=args.content,
        repair=not args.dry_run,
        share=args.sample,
        budget=args.budget,
        since=args.since,
        jobs=args.jobs,
    )
    return _verified(repo, args, options, screen)


def _verified(repo: Repo, args: argparse.Namespace, options: VerifyOptions, screen: Screen) -> int:
    found = repo.verify(*args.targets, options=options, listener=screen.listener())
    wrong = any(one.wrong or one.problem for one in found)
    if args.z:
        paths = {below(one.data.path, check.path) for one in found for check in one.wrong}
        screen.names(sorted(paths))
    elif screen.json:
        told = [_document(one, screen) for one in found]
        screen.document("verify", dry_run=args.dry_run, data_paths=told)
    else:
        for one in found:
            _show(one, screen)
    return 1 if wrong else 0


def _show(one: Verified, screen: Screen) -> None:
    path = screen.path(one.data.path)
    for check in sorted(one.checks, key=lambda c: (c.path, c.side.value)):
        if check.verdict not in _QUIET or screen.manner.verbose:
            _line(one, check, screen)
    hints = {(c.side, c.verdict): _hint(one, c, screen) for c in reversed(one.wrong)}
    for hint in filter(None, hints.values()):
        screen.hint(hint)
    if one.problem is not None:
        screen.error(f"{path}: {one.problem.message}", one.problem.hint)
    if one.wrong or one.problem or not screen.manner.quiet:
        screen.line(f"{path}: {_summary(one)}")


def _line(one: Verified, check: Check, screen: Screen) -> None:
    colour = RED if check.verdict in WRONG else GREEN if check.verdict is Verdict.GOOD else YELLOW
    path, size = screen.path(below(one.data.path, check.path)), human(check.size)
    mended = "; fetched again" if check.mended else ""
    where = "" if check.side is Side.HERE else " on the storage"
    word = Painted(f"{check.verdict.value:<10}", colour)
    screen.line(word, f" {size:>10}  {path}{where}: {check.reason}{mended}")


def _hint(one: Verified, check: Check, screen: Screen) -> str | None:
    if check.mended:
        return None
    known = check.hint or _HINTS.get((check.side, check.verdict))
    return known and known.replace("PATH", screen.typed(below(one.data.path, check.path)))


def _summary(one: Verified) -> str:
    parts = [_side(side, one.checks) for side in Side]
    if one.left:
        parts.append(f"{count(one.left)} left for another time")
    return "; ".join(part for part in parts if part) or "nothing to look at"


def _side(side: Side, checks: Iterable[Check]) -> str:
    checks = [check for check in checks if check.side is side]
    numbers = Counter(check.verdict for check in checks)
    told = [f"{numbers[verdict]:,} {verdict.value}" for verdict in Verdict if numbers[verdict]]
    mended = sum(check.mended for check in checks)
    if mended:
        told.append(f"{mended:,} fetched again")
    size = sum(check.size for check in checks if check.version is not None)
    if size:
        told.append(f"{human(size)} read")
    return f"{_WHERE[side]} {', '.join(told)}" if told else ""


def _document(one: Verified, screen: Screen) -> dict[str, object]:
    numbers = Counter((check.side, check.verdict) for check in one.checks)
    problem = None if one.problem is None else documents.error(one.problem)
    return {
        "data_path": one.data.path,
        "counts": {
            side.value: {v.value: numbers[side, v] for v in Verdict if numbers[side, v]}
            for side in Side
        },
        "left": one.left,
        "problem": problem,
        "checks": [
            _check(one, c, screen)
            for c in one.checks
            if screen.manner.verbose or c.verdict is not Verdict.GOOD
        ],
    }


def _check(one: Verified, check: Check, screen: Screen) -> dict[str, object]:
    return {
        "path": check.path,
        "side": check.side.value,
        "verdict": check.verdict.value,
        "reason": check.reason,
        "found": documents.version(check.version),
        "fetched_again": check.mended,
        "hint": _hint(one, check, screen),
    }
