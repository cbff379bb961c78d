"""`bench/hooks`: what the hooks cost where there is nothing to do, in milliseconds.

Each hook is run as git runs it, in repositories with few and with many files in git, and with as
many objects in a pointer. The first line is how long an empty shell script takes here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SHIM = _ROOT / "hooks" / "git-storage-hook"
_MANIFEST = "version: 1\nstorages:\n  s:\n    url: ../bucket\ndata:\n  data:\n    storage: s\n"
_POINTER = "git-storage pointer 1\nfrom file:../bucket/\n"
_IGNORE = "# >>> git storage (managed) >>>\n/data\n# <<< git storage <<<\n"
_ZERO = "0" * 40


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="bench/hooks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--on", default="/dev/shm", help="a RAM disk")  # noqa: S108 - made private
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--files", type=int, action="append", help="can be given again")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="git-storage-hooks-", dir=options.on))
    try:
        for files in options.files or (10, 100_000):
            top = root / str(files)
            make(top, files)
            for name, command, feed in questions(top):
                times = _times(command, feed, top, options.rounds)
                sys.stdout.write(f"{files:>7,} files  {name:<34} {_shown(times)}\n")
    finally:
        shutil.rmtree(root)
    return 0


def make(top: Path, files: int) -> None:
    """A repository with so many files in git, and a pointer to so many objects."""
    (top / "code").mkdir(parents=True)
    for number in range(files):
        folder = top / "code" / str(number // 1000)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.txt").write_text(str(number % 7))
    for number in range(files // 128):  # so many slices has a pointer to as many objects
        folder = top / "data.storage.d" / f"{number % 256:02x}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:014x}").write_text("until\n")
    for name, text in (
        (".storage.yaml", _MANIFEST),
        ("data.storage", _POINTER),
        (".gitignore", _IGNORE),
    ):
        (top / name).write_text(text)
    for command in (
        "init --quiet",
        "add --all",
        "commit --quiet -m one",
        "commit --quiet --allow-empty -m two",
        "update-ref refs/remotes/origin/main HEAD~1",
    ):
        subprocess.run(["git", *command.split()], cwd=top, env=environment(), check=True)
    for event in ("pre-commit", "pre-push", "post-checkout", "post-index-change", "post-merge"):
        (top / "shims").mkdir(exist_ok=True)
        shutil.copy(_SHIM, top / "shims" / event)


def questions(top: Path) -> list[tuple[str, list[str], str]]:
    """What git asks the hooks: a name for it, the command, and its standard input."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD", "HEAD~1"], cwd=top, capture_output=True, check=True, text=True
    )
    new, old = done.stdout.split()
    plain = top / "empty"
    plain.write_text("#!/bin/sh\n")
    plain.chmod(0o755)
    shims = top / "shims"
    pushed = f"refs/heads/main {new} refs/heads/main"
    return [
        ("an empty script", [str(plain)], ""),
        ("pre-commit", [str(shims / "pre-commit")], ""),
        ("pre-push, a known branch", [str(shims / "pre-push"), "origin", "."], f"{pushed} {old}\n"),
        ("pre-push, a new branch", [str(shims / "pre-push"), "origin", "."], f"{pushed} {_ZERO}\n"),
        ("post-checkout", [str(shims / "post-checkout"), old, new, "1"], ""),
        ("post-index-change, files changed", [str(shims / "post-index-change"), "1", "0"], ""),
        ("post-index-change, git add", [str(shims / "post-index-change"), "0", "0"], ""),
    ]


def _times(command: list[str], feed: str, top: Path, rounds: int) -> list[float]:
    def once() -> float:
        start = time.perf_counter()
        subprocess.run(
            command,
            cwd=top,
            env=environment(),
            input=feed,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return (time.perf_counter() - start) * 1000

    once()
    return [once() for _ in range(rounds)]


def _shown(times: list[float]) -> str:
    median, best = statistics.median(times), min(times)
    return f"{median:6.1f} ms in the median, {best:6.1f} ms at best"


def environment() -> dict[str, str]:
    """With which git and the hooks run."""
    names = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return {**os.environ, **names}


if __name__ == "__main__":
    sys.exit(main())
