"""`git storage` in a process of its own, which does not start Python anew.

Starting the interpreter and importing the project is three quarters of a short command, and the
tests run some ten thousand of them. A server that has imported the project, and done nothing else,
is forked for each: the process that runs the command is as fresh as any other. What a command
imports is looked at in `tests/test_startup.py`, where Python starts.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Literal, TextIO, cast

from tests.sources import ROOT

_PACKAGES = ("commands", "core", "repo", "shell", "shell/transfer", "ui", "adapters")
_LATE = "gitstore.repo.filesystem"  # imports fsspec, which commands do not


def _modules() -> Iterator[str]:
    for package in _PACKAGES:
        for file in sorted(ROOT.joinpath("gitstore", package).glob("[!_]*.py")):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


PRELOADED = (
    *("gitstore.__main__", *(name for name in _modules() if name != _LATE)),
    *("gitstore.adapters.stores.directory", "gitstore.adapters.stores.probe"),
    # What the forked process itself runs.
    *("tests.forked", "tests.model.mutated"),
)

_OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG")
_AS_IT_IS = {"LC_ALL": "C.UTF-8", "PYTHONSAFEPATH": "1"}
# As PYTHONWARNINGS has them, and what is done with them then.
_WARNINGS: dict[str, Literal["error", "ignore"]] = {"error": "error", "": "ignore"}


def run(
    arguments: Sequence[str],
    where: Path,
    environment: Mapping[str, str],
    typed: bytes = b"",
    module: str = "gitstore",
) -> tuple[int, bytes, bytes]:
    """The exit status of a command, and what it has written to both streams.

    Args:
        arguments: behind `git storage`.
        environment: all of it. What an interpreter reads while it starts makes one start.
        typed: standard input.
        module: what runs the command, as `python -m`, if it is not the program itself.
    """
    if not _can_be_forked(environment):
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=where,
            env=environment,
            input=typed,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr
    with tempfile.TemporaryDirectory(prefix="git-storage-test-") as folder:
        streams = Path(folder)
        (streams / "0").write_bytes(typed)
        process = _context().Process(
            target=_command, args=([module, *arguments], where, dict(environment), streams)
        )
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        return code, (streams / "1").read_bytes(), (streams / "2").read_bytes()


def _can_be_forked(environment: Mapping[str, str]) -> bool:
    told = {k: v for k, v in environment.items() if k.startswith(_OF_THE_INTERPRETER)}
    # The project is where it is anyway; whoever names another place has a package there.
    where = told.pop("PYTHONPATH", str(ROOT))
    return (
        where == str(ROOT) and told.pop("PYTHONWARNINGS", None) in _WARNINGS and told == _AS_IT_IS
    )


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def _command(command: list[str], where: Path, environment: dict[str, str], streams: Path) -> None:
    """What the forked process does."""
    _redirect(streams)
    os.chdir(where)
    os.environ.clear()
    os.environ.update(environment)
    warnings.resetwarnings()
    warnings.simplefilter(_WARNINGS[environment["PYTHONWARNINGS"]])
    module, *arguments = command
    sys.argv = ["git-storage", *arguments]
    code = _run_module(module)
    sys.stdout.flush()
    sys.stderr.flush()
    # As an interpreter that ends: with what was registered for that, and without what else lives in
    # this process, which is not the command's.
    atexit._run_exitfuncs()
    os._exit(code)


def _run_module(module: str) -> int:
    if module == "gitstore":
        from gitstore.__main__ import main

        return main()
    # Whoever starts it may have imported it, to know its names; a new interpreter has not.
    sys.modules.pop(module, None)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=False)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _redirect(streams: Path) -> None:
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, how in enumerate(flags):
        file = os.open(streams / str(number), how, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = _text(0, "r", "surrogateescape")
    sys.stdout = _text(1, "w", "surrogateescape")
    sys.stderr = _text(2, "w", "backslashreplace")


def _text(number: int, mode: str, errors: str) -> TextIO:
    # As Python makes them in this locale.
    stream = os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)
    return cast(TextIO, stream)
