"""Keep data in its own storage and its description in git.

>>> import gitstore
>>> repo = gitstore.Repo(".")
>>> repo.stage("data/raw")

Every verb of the command line is a method of `Repo`; it returns plans and reports as values. Errors
are the family of `gitstore.core.errors`, of which `StorageError` is the base.
"""

from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath, StorageSpec
from gitstore.core.model import Action, Choice, Kind, Plan
from gitstore.core.report import Outcome, Report
from gitstore.repo.repo import Repo
from gitstore.repo.staging import StageOptions
from gitstore.repo.syncing import SyncOptions

__all__ = [
    "Action",
    "Choice",
    "DataPath",
    "Kind",
    "Outcome",
    "Plan",
    "Repo",
    "Report",
    "StageOptions",
    "StorageError",
    "StorageSpec",
    "SyncOptions",
    "__version__",
]

__version__ = "0.1.0"
