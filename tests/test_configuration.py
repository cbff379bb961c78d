"""docs/configuration.md tells of every key that the code asks for, and of no other."""

from __future__ import annotations

import ast
import re
import time

import pytest

from gitstore.repo.repo import Repo
from tests.lab import Lab
from tests.sources import ROOT, sources

_PAGE = ROOT / "docs" / "configuration.md"
_KEY = re.compile(r"(?:storage|color|pager|advice)\.(?:<name>\.)?[a-z]+(?:[A-Z][a-z]+)*")
_ROW = re.compile(r"^\| `([^`]+)` \|(?:.*\|)? ([^|]+) \|$", re.MULTILINE)
_VARIABLE = re.compile(r"GIT_(?:STORAGE|TERMINAL|OPTIONAL)_[A-Z_]+|NO_COLOR")
FILES = {"m31.fits": b"one", "m13.fits": b"thirteen"}


def constants() -> set[str]:
    """Every text in the code that is nothing but one word."""
    return {
        node.value
        for source in sources("gitstore")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def rows() -> dict[str, str]:
    """What each key or variable of the page does."""
    return dict(_ROW.findall(_PAGE.read_text()))


def test_every_key_is_in_the_table_and_nothing_else() -> None:
    # Git's keys are the same in lower case, and that is how it gives them back.
    asked = {text.lower() for text in constants() if _KEY.fullmatch(text)}
    what = {key.lower(): does for key, does in rows().items() if _KEY.fullmatch(key)}
    told = set(what)
    of_git = {key for key in told if what[key].startswith("git: ")}
    assert asked == told - of_git
    assert of_git == {"pager.storage"}


def test_every_variable_is_in_the_table_and_nothing_else() -> None:
    asked = {text for text in constants() if _VARIABLE.fullmatch(text)}
    assert asked == {key for key in rows() if _VARIABLE.fullmatch(key)}


def test_a_clone_chooses_its_mode(lab: Lab) -> None:
    lab.describe(FILES)
    manifest = lab.read(".storage.yaml")
    lab.git("config", "storage.survey.mode", "reference")
    lab.storage("status").says("data (survey, reference)")
    lab.storage("stage", "--all")
    lab.storage("stage", "data").fails(128).says("data is in mode reference")
    lab.storage("start").says("data: a reference")
    assert not lab.exists("data/m31.fits")
    lab.bucket.put("m31.fits", b"newer")
    lab.storage("sync").says("1 object noted in the pointer")
    assert not lab.exists("data/m31.fits")
    assert lab.read(".storage.yaml") == manifest
    lab.git("config", "storage.data.mode", "copy")  # the data path counts more than the storage
    lab.storage("stage", "data").says("2 objects fetched")


def test_a_moved_data_path_keeps_the_mode_of_the_manifest(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", "storage.survey.mode", "reference")
    lab.storage("mv", "data", "raw")
    lab.storage("add", "survey", "--to", "again", "--access", "read")
    assert b"reference" not in lab.read(".storage.yaml")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storage.survey.mode", "fast"),
        ("storage.jobs", "0"),
        ("storage.jobs", ""),
        ("storage.survey.jobs", "many"),
        ("storage.bandwidth", "fast"),
        ("storage.survey.bandwidth", "10M/s"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(lab: Lab, key: str, value: str) -> None:
    lab.describe(FILES)
    lab.git("config", key, value)
    result = lab.storage("stage", "--all").fails(128)
    result.says(f"error: {key} is '{value}'", f"hint: git config --unset {key}")
    lab.git("config", "--unset", key)
    lab.storage("stage", "--all").says("2 objects fetched")


def test_jobs_of_this_once(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("-c", "storage.jobs=1", "storage", "stage", "--all").says("2 objects fetched")


def test_a_storage_and_a_data_path_have_jobs_of_their_own(lab: Lab) -> None:
    lab.describe(FILES)
    found = Repo(lab.top).project
    data = found.manifest.data["data"]
    assert found.jobs(data) is None
    for key, jobs in (("storage.jobs", 5), ("storage.survey.jobs", 4), ("storage.data.jobs", 3)):
        lab.git("config", key, str(jobs))
        assert Repo(lab.top).project.jobs(data) == jobs


@pytest.mark.parametrize("key", ["storage.bandwidth", "storage.survey.bandwidth"])
def test_bytes_take_the_time_that_was_chosen(lab: Lab, key: str) -> None:
    # A bound from below holds on any machine, however busy.
    lab.describe({"a": bytes(15_000), "b": bytes(15_000)})
    lab.git("config", key, "100000")
    began = time.monotonic()
    lab.storage("stage", "--all").says("2 objects fetched")
    assert time.monotonic() - began > 0.3
    lab.write("data/a", b"x" * 30_000)
    lab.git("config", key, "10")
    lab.storage("sync", "--limit-rate", "100K")
    lab.storage("sync", "--limit-rate", "fast").fails(129).says("'fast' is not a rate")
    assert time.monotonic() - began > 0.5


def test_hints_can_be_silenced(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    lab.storage("status").says("(use ")
    lab.storage("stage").fails(129).says("hint: ")
    lab.git("config", "advice.storageHints", "false")
    lab.storage("status").says("edited").never_says("(use ")
    lab.storage("stage").fails(129).says("error: ").never_says("hint: ")
