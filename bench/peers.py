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


def install_dvc() -> None:
    """Install DVC, unless it is there; rclone is installed with the servers."""
    stamp = _SERVERS / "dvc" / "installed"
    if stamp.exists():
        return
    sys.stderr.write("installing dvc[s3]\n")
    home = _SERVERS / "dvc"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(home / "bin" / "pip"), "install", *quiet, "dvc[s3]"], check=True)
    stamp.write_text("dvc[s3]\n")


def versions() -> dict[str, str]:
    """The version that each program says it has."""
    return {
        "git storage": _said([str(GIT_STORAGE), "--version"]).split()[-1],
        "rclone": _said([str(RCLONE), "version"]).split()[1].removeprefix("v"),
        "dvc": _said([str(DVC), "--version"]).split()[0],
    }


def _said(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
