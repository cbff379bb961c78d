"""The example package, built and installed as a user's `pip` does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "git-storage-sqlar"


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the package in it, for `PYTHONPATH`."""
    where = tmp_path_factory.mktemp("package")
    # Whatever it depends on is here; nothing is downloaded. The cache is that of other processes,
    # which may be at the same wheel.
    quiet = ("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--no-index")
    install = ("install", *quiet, "--no-build-isolation", "--target", str(where), str(EXAMPLE))
    done = subprocess.run(
        [sys.executable, "-m", "pip", *install], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return where
