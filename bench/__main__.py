"""`make bench`: git storage beside rclone, s5cmd and DVC on one S3 server of this machine.

Everything lies on a RAM disk and on 127.0.0.1; nothing is left behind but the results.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench import contest, peers, startup, uploads
from bench.cost import Cost
from bench.report import Row, as_json, table
from bench.scene import Scene, Sizes, made

_FEW = 10
_RESULTS = peers.ROOT / "bench" / "results"


@dataclass(slots=True)
class Results:
    """What was measured so far."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, costs: dict[str, list[Cost]]) -> None:
        """One contest; the first contestant is the one that the others are compared with."""
        self.rows.extend(Row(what, who, all_) for who, all_ in costs.items())


def main() -> int:
    """Measure, print the table, keep the figures."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peers.install()
    root = Path(tempfile.mkdtemp(prefix="git-storage-bench-", dir=options.on))
    results = Results()
    try:
        sizes = Sizes(options.objects, 4096, options.large << 20)
        with made(root, options.server, sizes) as scene:
            _measure(scene, options, results)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    about = {
        **{f"{name} version": value for name, value in peers.versions().items()},
        "server": options.server,
        "python": sys.version.split()[0],
        "processors": str(os.cpu_count()),
    }
    sys.stdout.write(table(results.rows, results.notes, about))
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / f"{options.server}.json").write_text(as_json(results.rows, results.notes, about))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--on", default="/dev/shm", help="a RAM disk")  # noqa: S108 - made private
    parser.add_argument("--server", default="rclone", choices=("rclone", "ministack"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--objects", type=int, default=5000, help="small objects of 4 KiB")
    parser.add_argument("--large", type=int, default=1024, help="MiB of the large object")
    parser.add_argument("--files", type=int, default=100_000, help="staged files for status")
    known = ("small", "large", "up", "status")
    parser.add_argument("--only", action="append", choices=known, help="can be given again")
    return parser.parse_args()


def _measure(scene: Scene, options: argparse.Namespace, results: Results) -> None:
    only, rounds = options.only or ("small", "large", "up", "status"), options.rounds
    if "small" in only:
        what = f"{options.objects} objects of 4 KiB"
        results.add(what, contest.rounds(scene, "small", contest.small_objects(), rounds))
    if "large" in only:
        what = f"one object of {options.large} MiB"
        results.add(what, contest.rounds(scene, "large", contest.large_object(), rounds))
    if "up" in only:
        what = f"{options.objects} new objects of 4 KiB, up"
        results.add(what, uploads.rounds(scene, rounds))
    if "status" in only:
        results.add("no project", {"git storage --version": startup.version(scene, _FEW)})
        for files in (_FEW, options.files):
            idle = startup.status(scene, files, _FEW)
            what = f"{files} files staged"
            results.add(what, {"git storage status": idle.second})
            results.notes.append(f"status of {files} staged files opened {idle.opened} of them")


if __name__ == "__main__":
    sys.exit(main())
