"""Starting costs little: what a hook or `status` never needs is not imported."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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

# What acts, and the threads for it: a tenth of the time that `status` takes.
_ACTING = {
    "concurrent.futures",
    "gitstore.adapters.stores.directory",
    "gitstore.repo.adding",
    "gitstore.repo.undoing",
    "gitstore.shell.transfer",
    "yaml",
}

_STARTS = [["-c", "import gitstore"]]
if (ROOT / "gitstore" / "__main__.py").exists():
    _STARTS.append(["-m", "gitstore", "--version"])


def imported(arguments: list[str], where: Path = ROOT) -> set[str]:
    """The top-level names of the modules that this start of Python imports."""
    return {module.split(".")[0] for module in modules(arguments, where)}


def modules(arguments: list[str], where: Path = ROOT) -> set[str]:
    """The modules that this start of Python imports."""
    report = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=where,
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", report, re.MULTILINE))


@pytest.mark.parametrize("arguments", _STARTS, ids=" ".join)
def test_starting_imports_no_storage_library(arguments: list[str]) -> None:
    names = imported(arguments)
    assert "gitstore" in names or arguments[0] == "-m"
    assert names & _SLOW == set()


def test_status_imports_only_what_looks(tmp_path: Path) -> None:
    storage, project = tmp_path / "storage", tmp_path / "project"
    storage.mkdir()
    (storage / "a").write_bytes(b"a")
    subprocess.run(["git", "init", "-q", project], check=True)
    ours = [sys.executable, "-m", "gitstore"]
    for arguments in (["add", "survey", str(storage), "--to", "data"], ["stage", "data"]):
        subprocess.run([*ours, *arguments], cwd=project, check=True, capture_output=True)

    found = modules(["-m", "gitstore", "status"], project)
    assert "gitstore.repo.viewing" in found
    assert {name.split(".")[0] for name in found} & _SLOW == set()
    assert {name for name in found if name in _ACTING} == set()


def test_an_import_would_be_seen() -> None:
    assert "tqdm" in imported(["-c", "import gitstore; import tqdm"])
