"""Keep data in its own storage and its description in git.

>>> import gitstore
>>> repo = gitstore.Repo(".")
>>> repo.stage("data/raw")
>>> with gitstore.open("data/raw/m31.fits") as stream:  # staged or not
...     header = stream.read(2880)

Every verb of the command line is a method of `Repo`; it returns plans and reports as values. `open`
reads data without staging it, of any commit and of other projects; `path` stages what it names.
Errors are the family of `gitstore.core.errors`, of which `StorageError` is the base. See
docs/python.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gitstore.core.release import __version__

if TYPE_CHECKING:
    from gitstore.core.errors import StorageError
    from gitstore.core.manifest import DataPath, StorageSpec
    from gitstore.core.model import Action, Choice, Kind, Plan
    from gitstore.core.report import Outcome, Report
    from gitstore.repo.existing import Existing
    from gitstore.repo.files import open, path
    from gitstore.repo.repo import Repo
    from gitstore.repo.staging import StageOptions
    from gitstore.repo.syncing import SyncOptions
    from gitstore.repo.verifying import Verified, VerifyOptions

__all__ = [
    "Action",
    "Choice",
    "DataPath",
    "Existing",
    "Kind",
    "Outcome",
    "Plan",
    "Repo",
    "Report",
    "StageOptions",
    "StorageError",
    "StorageSpec",
    "SyncOptions",
    "Verified",
    "VerifyOptions",
    "__version__",
    "open",
    "path",
]

_HOMES = {
    "gitstore.core.errors": ("StorageError",),
    "gitstore.core.manifest": ("DataPath", "StorageSpec"),
    "gitstore.core.model": ("Action", "Choice", "Kind", "Plan"),
    "gitstore.core.report": ("Outcome", "Report"),
    "gitstore.repo.existing": ("Existing",),
    "gitstore.repo.files": ("open", "path"),
    "gitstore.repo.repo": ("Repo",),
    "gitstore.repo.staging": ("StageOptions",),
    "gitstore.repo.syncing": ("SyncOptions",),
    "gitstore.repo.verifying": ("Verified", "VerifyOptions"),
}


if not TYPE_CHECKING:  # or type checkers would believe that every name is there

    def __getattr__(name: str) -> object:
        # Late, so that `git storage --version` and help load none of it (PEP 562).
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
