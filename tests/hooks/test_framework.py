""".pre-commit-hooks.yaml: what it names exists, and refuses what the hooks of git refuse."""

from __future__ import annotations

import shlex

import pytest
import yaml

from gitstore.repo.hooking import EVENTS
from tests.hooks.scenes import hooked, promise
from tests.lab import Lab
from tests.sources import ROOT

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
_WITHOUT = {"post-index-change"}  # no stage of pre-commit's


def test_every_event_that_pre_commit_knows_is_offered() -> None:
    offered = [stage for hook in HOOKS.values() for stage in hook["stages"]]
    assert sorted(offered) == sorted(set(EVENTS) - _WITHOUT)
    for hook in HOOKS.values():
        # They look at the index and at what is pushed, whatever files the commit has.
        assert (hook["always_run"], hook["pass_filenames"]) == (True, False)
        assert hook["entry"].startswith("git-storage hook ")


@pytest.mark.parametrize("name", ["git-storage-pre-commit", "git-storage-pre-merge-commit"])
def test_a_broken_pointer_is_refused(lab: Lab, name: str) -> None:
    hooked(lab)
    lab.write("data.storage", b"broken\n")
    lab.git("add", "data.storage")
    lab.run(*shlex.split(HOOKS[name]["entry"])).fails(1).says("error: data.storage")


def test_a_promise_is_refused_as_pre_commit_tells_of_a_push(lab: Lab) -> None:
    hooked(lab)
    promise(lab, b"edited")
    old, new = (lab.git("rev-parse", name).out.strip() for name in ("HEAD~1", "HEAD"))
    told = lab.seeing(PRE_COMMIT_FROM_REF=old, PRE_COMMIT_TO_REF=new)
    told.run(*shlex.split(HOOKS["git-storage-pre-push"]["entry"])).fails(1).says("data/m31.fits")
