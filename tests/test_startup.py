"""Starting costs little: what a hook or `status` never needs is not imported."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.sources import ROOT

_SLOW = {
    "aiobotocore",
    "aiohttp",
    "boto3",
    "botocore",
    "fsspec",
    "gcsfs",
    "obstore",
    "s3fs",
    "tqdm",
}

_STARTS = [["-c", "import gitstore"]]
if (ROOT / "gitstore" / "__main__.py").exists():
    _STARTS.append(["-m", "gitstore", "--version"])


def imported(arguments: list[str]) -> set[str]:
    """The top-level names of the modules that this start of Python imports."""
    report = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    modules = re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", report, re.MULTILINE)
    return {module.split(".")[0] for module in modules}


@pytest.mark.parametrize("arguments", _STARTS, ids=" ".join)
def test_starting_imports_no_storage_library(arguments: list[str]) -> None:
    modules = imported(arguments)
    assert "gitstore" in modules or arguments[0] == "-m"
    assert modules & _SLOW == set()


def test_an_import_would_be_seen() -> None:
    assert "tqdm" in imported(["-c", "import gitstore; import tqdm"])
