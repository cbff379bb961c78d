"""docs/ci.md: its commands run, in a clone of a project with a directory for a storage."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import Lab
from tests.sources import ROOT

_PAGE = (ROOT / "docs" / "ci.md").read_text()
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {"2023/m31.fits": b"one", "2023/notes.txt": b"n", "2022/m13.fits": b"thirteen"}
_AS_LISTED = "s3://amazonaws.com/sky-survey/release-3"
WANTED = {"2023/m31.fits": b"one"}


def blocks(language: str) -> list[str]:
    return [text for name, text in _BLOCK.findall(_PAGE) if name == language]


def github() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(blocks("yaml")[0])["jobs"]["check"]
    return found


def gitlab() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(blocks("yaml")[1])["check"]
    return found


@pytest.fixture
def job(lab: Lab) -> Lab:
    """A fresh clone that nothing approves, with a pip that has installed everything already."""
    lab.bucket.put("raw/README", b"")
    for name, content in FILES.items():
        lab.bucket.put(name, content)
    lab.storage("add", "survey", "../bucket", "--to", "data/raw", "--exclude", "raw/")
    lab.commit("describe the data")
    programs = lab.root / "home" / "programs"
    programs.mkdir()
    (programs / "pip").write_text("#!/bin/sh\ntest \"$*\" = 'install git-storage'\n")
    (programs / "pip").chmod(0o755)
    path = f"{programs}:{lab.environment['PATH']}"
    return lab.clone().seeing(PATH=path, GIT_STORAGE_TRUST_WRITE="")


def approving(job: Lab, variables: dict[str, str], place: str = "") -> Lab:
    """The job with what a recipe approves, where our directory stands for the storage."""
    assert variables["GIT_STORAGE_TRUST"] == _AS_LISTED
    return job.seeing(GIT_STORAGE_TRUST=place or f"file://{job.bucket.root}")


def run(job: Lab, commands: list[str]) -> None:
    assert commands
    for command in commands:
        job.run("sh", "-ec", command)


def test_the_jobs_stage_what_they_need_and_no_more(lab: Lab, job: Lab) -> None:
    job = approving(job, github()["env"])
    run(job, [step["run"] for step in github()["steps"] if "run" in step])
    assert job.files("data/raw") == WANTED
    other = approving(replace(job, top=lab.clone().top), gitlab()["variables"])
    run(other, [*gitlab()["before_script"], *gitlab()["script"]])
    assert other.files("data/raw") == WANTED


def test_without_an_approval_a_job_fails_and_says_what_to_type(job: Lab) -> None:
    command = github()["steps"][3]["run"]
    job.run("sh", "-ec", command).fails(128).says("hint: git storage trust survey")


def test_the_names_of_places_are_those_of_trust(job: Lab) -> None:
    text = job.read(".storage.yaml").replace(b"../bucket", b"s3://sky-survey/release-3")
    job.write(".storage.yaml", text)
    (command,) = (text for text in blocks("sh") if "trust" in text)
    job.run("sh", "-ec", command).says(f"survey  {_AS_LISTED}\n")


def test_what_is_cached_is_not_fetched_again(lab: Lab, job: Lab) -> None:
    job = approving(job, gitlab()["variables"])
    run(job, gitlab()["before_script"])
    later = replace(job, top=lab.clone().top)
    cached = gitlab()["cache"]["paths"]
    keep = next(step["with"]["path"] for step in github()["steps"] if "with" in step)
    assert keep.split() == cached
    for name in cached:
        # As a cache does it: with the times, into directories of another identity.
        shutil.copytree(job.top / name, later.top / name, dirs_exist_ok=True)
    result = later.run("sh", "-ec", gitlab()["before_script"][-1])
    result.says("data/raw: nothing to do")
    job.bucket.put("2023/m31.fits", b"newer")
    lab.storage("sync")
    lab.commit("newer data")
    later.pull()
    later.run("sh", "-ec", gitlab()["before_script"][-1]).says("1 object replaced")
    assert later.files("data/raw") == {"2023/m31.fits": b"newer"}


def test_the_key_of_the_cache_is_the_pointer(job: Lab) -> None:
    key = next(step["with"]["key"] for step in github()["steps"] if "with" in step)
    assert "data/raw.storage'" in key
    assert gitlab()["cache"]["key"]["files"] == ["data/raw.storage"]
    assert job.exists("data/raw.storage")


def test_a_job_can_fail_where_somebody_forgot_to_record(job: Lab) -> None:
    (check,) = (text for text in blocks("sh") if "--exit-code" in text)
    job = approving(job, github()["env"])
    job.storage("start")
    job.run("sh", "-ec", check)
    job.write("data/raw/2023/m31.fits", b"edited")
    job.run("sh", "-ec", check).fails(1)


def test_the_dev_container_starts_with_what_can_be_had(job: Lab) -> None:
    (text,) = blocks("json")
    found = json.loads(text)
    run(job, [found["postCreateCommand"], found["postStartCommand"]])
    assert not job.exists("data/raw")
    job.storage("trust", "--yes", "survey")
    run(job, [found["postStartCommand"]])
    assert job.files("data/raw")["2023/m31.fits"] == b"one"
    job.bucket.root.rename(job.root / "gone")
    run(job, [found["postStartCommand"]])


def test_the_hook_of_the_notebook_server_brings_up_every_project(job: Lab) -> None:
    (script,) = (text for text in blocks("sh") if "postStart" not in text and "nohup" in text)
    home = job.root / "home"
    shutil.copytree(job.bucket.root, home / "bucket")
    (hub,) = blocks("python")
    variables = {"GIT_STORAGE_TRUST": _AS_LISTED} if f'"{_AS_LISTED}"' in hub else {}
    job = approving(job, variables, f"file://{home}/bucket")
    for name in ("one", "two"):
        job.run("git", "clone", "--quiet", str(job.root / "remote.git"), str(home / name))
    job.run("sh", "-c", f"{script}\nwait")
    for name in ("one", "two"):
        assert (home / name / "data" / "raw" / "2023" / "m31.fits").read_bytes() == b"one"
        log = Path(home / name / ".git" / "storage-start.log").read_text()
        assert "objects fetched" in log
