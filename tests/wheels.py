"""The project as users have it: a wheel in an environment of its own, and shells that find it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.lab import Lab
from tests.sources import ROOT

READY = "[ready] "
_PATIENCE = 60.0  # seconds for one key, on a machine that has much else to do


def install(directory: Path) -> Path:
    """Build a wheel and install it into a new virtual environment.

    What it depends on is taken from this environment, so that nothing is downloaded.

    Returns:
        The directory of the environment's programs.
    """
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    wheels = directory / "wheels"
    quiet = ("--no-deps", "--no-index")
    _run(*pip, "wheel", *quiet, "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    environment = directory / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    (wheel,) = wheels.iterdir()
    python = str(environment / "bin" / "python")
    _run(*pip, "--python", python, "install", *quiet, str(wheel))
    site = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typed(lab: Lab, shell: tuple[str, ...], keys: str) -> str:
    """What a shell on a terminal makes of a line with Tab in it.

    Args:
        shell: an interactive shell whose prompt is `READY`.
        keys: the line, ended by Tab.

    Returns:
        The line as it is then.
    """
    here, there = pty.openpty()
    process = subprocess.Popen(
        shell,
        cwd=lab.top,
        env={**lab.environment, "TERM": "dumb"},
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
    )
    os.close(there)
    try:
        _until(here, READY)
        # The line is kept from being run, and shown between two marks.
        os.write(here, f"{keys}\x01printf '<%s>\\n' '\x05'\n".encode())
        said = _until(here, ">\r\n")
    finally:
        process.kill()
        process.wait()
        os.close(here)
    return said.rpartition("\n<")[2].partition(">\r\n")[0]


def _until(terminal: int, mark: str) -> str:
    said = ""
    while mark not in said:
        ready, _, _ = select.select([terminal], [], [], _PATIENCE)
        assert ready, f"{mark!r} did not come: {said!r}"
        said += os.read(terminal, 4096).decode(errors="replace")
    return said
