"""`make bench`: git storage beside other tools on one S3 server of this machine.

Everything lies on a RAM disk and on 127.0.0.1; nothing is left behind but the results.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from bench import growth, peers
from bench.cost import CommandFailed, TooSlow
from bench.programme import CONTESTS
from bench.report import Row, as_json, table
from bench.rounds import Sizes, Terms, say
from bench.scene import SERVERS

_RESULTS = peers.ROOT / "bench" / "results"
_DOCS = peers.ROOT / "docs"
_QUICK = Sizes(
    objects=200, counted=50, large=8 << 20, blocks=3, block=2 << 20, many=1000, commits=5
)
# Twice the blocks, and what else is there.
_AMPLE = 16 << 30
_OF_GROWTH = 900.0
_LARGER = {"blocks": 100}


def main() -> int:
    """Measure, print the tables, keep the figures."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peers.install()
    about = {
        **{f"{name} version": value for name, value in peers.versions().items()},
        "python": sys.version.split()[0],
        "processors": str(os.cpu_count()),
        "begun": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M"),
        "command": " ".join(["bench/run", *sys.argv[1:]]),
    }
    if options.growth:
        return _grow(options)
    failed = []
    for contest in CONTESTS:
        if options.only and contest.name not in options.only:
            continue
        say(f"== {contest.name}: {contest.what}")
        root = Path(tempfile.mkdtemp(prefix="git-storage-bench-", dir=options.on))
        try:
            rows = contest.measure(_terms(options, root))
        except (CommandFailed, TooSlow) as error:
            # What one contest needs is no reason to go without the others.
            say(f"{contest.name} could not be held: {error}")
            failed.append(contest.name)
            continue
        finally:
            shutil.rmtree(root, ignore_errors=True)
        _keep(contest.name, rows, about)
        failed += [f"{row.what}: {row.who}" for row in rows if row.note == "failed"]
    for each in failed:
        say(f"failed: {each}")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description=(__doc__ or "").splitlines()[0],
        epilog="contests: " + "; ".join(f"{each.name} ({each.what})" for each in CONTESTS),
    )
    names = [each.name for each in CONTESTS]
    parser.add_argument("--only", action="append", choices=names, metavar="CONTEST")
    parser.add_argument("--beside", action="append", default=[], metavar="TOOL")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    parser.add_argument("--growth", action="store_true", help="against the number of objects")
    parser.add_argument("--to", type=int, default=1_000_000, help="objects, with --growth")
    parser.add_argument("--on", default="/dev/shm", help="a RAM disk")  # noqa: S108 - made private
    parser.add_argument("--server", default="", choices=SERVERS)
    parser.add_argument("--rounds", type=int, help="of everybody who is quick enough")
    parser.add_argument("--limit", type=float, help="seconds for one command")
    parser.add_argument("--delay", type=float, default=30, help="ms of latency of what is far")
    parser.add_argument("--objects", type=int, help="small objects of 4 KiB")
    parser.add_argument("--large", type=int, help="MiB of the large object")
    parser.add_argument("--blocks", type=int, help="objects of 64 MiB")
    parser.add_argument("--many", type=int, help="objects of a large project")
    return parser.parse_args()


def _terms(options: argparse.Namespace, root: Path) -> Terms:
    sizes = _QUICK if options.quick else Sizes()
    if not options.quick and _free(root) >= _AMPLE:
        sizes = replace(sizes, **_LARGER)
    given = {name: getattr(options, name) for name in ("objects", "blocks", "many")}
    if options.large:
        given["large"] = options.large << 20
    sizes = replace(sizes, **{name: value for name, value in given.items() if value})
    rounds = options.rounds or (1 if options.quick else Terms(root).rounds)
    limit = options.limit or (_OF_GROWTH if options.growth else Terms(root).limit)
    beside, delay = tuple(options.beside), options.delay / 1000
    return Terms(root, options.server, rounds, limit=limit, delay=delay, sizes=sizes, beside=beside)


def _grow(options: argparse.Namespace) -> int:
    """Measure against the number of objects, and draw it."""
    _RESULTS.mkdir(exist_ok=True)
    results = _RESULTS / ("growth-quick.json" if options.quick else "growth.json")
    numbers = [each for each in growth.NUMBERS if each <= (1_000 if options.quick else options.to)]
    root = Path(tempfile.mkdtemp(prefix="git-storage-bench-", dir=options.on))
    try:
        growth.measure(_terms(options, root), numbers, results)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    picture = (_RESULTS if options.quick else _DOCS) / "growth.svg"
    growth.draw(results, picture)
    say(f"{picture} is drawn from {results}")
    return 0


def _free(root: Path) -> int:
    """Bytes that fit this directory, and the memory."""
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(shutil.disk_usage(root).free, memory)


def _keep(name: str, rows: Sequence[Row], about: dict[str, str]) -> None:
    """Print a contest's table and write its file, as soon as it is over."""
    sys.stdout.write(table(rows, [], about) + "\n")
    sys.stdout.flush()
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / f"{name}.json").write_text(as_json(rows, [], about))


if __name__ == "__main__":
    sys.exit(main())
