"""What `gitstore.open` keeps from one call to the next, and that every change is seen."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import gitstore
from gitstore.core.errors import NoSuchObject, Untrusted
from tests.faults import network
from tests.lab import DATA, NAME, Lab, approving
from tests.opening.scenes import inside, over
from tests.servers import Bucket, S3Server

FILES = {"a": b"one", "b": b"two"}
_PATIENCE = 60.0
_LOGGING = """#!/bin/sh
echo x >>"$0.calls"
exec {git} "$@"
"""


def content(name: str = "data/a", **options: str) -> bytes:
    with gitstore.open(name, **options) as stream:
        found: bytes = stream.read()
        return found


@contextmanager
def counting(lab: Lab) -> Iterator[Callable[[], int]]:
    """A clone's user with a git that counts how often it is started."""
    program = lab.root / "counting" / "git"
    program.parent.mkdir()
    program.write_text(_LOGGING.format(git=shutil.which("git")))
    program.chmod(0o755)
    calls = program.with_name("git.calls")
    calls.touch()
    path = os.pathsep.join([str(program.parent), lab.environment["PATH"]])
    with inside(lab.seeing(PATH=path)):
        yield lambda: len(calls.read_text())


def known(calls: Callable[[], int], **options: str) -> None:
    """Open an object until that starts no git: what was just written is soon long ago."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        before = calls()
        content(**options)
        if calls() == before:
            return
    raise AssertionError("git is asked each time")


def changed(lab: Lab, *command: str) -> None:
    """Something changes in the clone, by another process."""
    lab.run(*command).check()


def test_the_next_object_of_a_project_starts_no_git_and_costs_one_request(
    lab: Lab, ministack: S3Server, bucket: Bucket
) -> None:
    with network(ministack.endpoint) as way:
        on = over(lab, bucket, way.endpoint, FILES)
        with counting(on) as calls:
            known(calls)
            before = calls()
            way.requests.clear()
            assert (content("data/b"), content(str(on.top / "data/b"))) == (b"two", b"two")
            assert calls() == before
            assert [method for method, _, _ in way.requests] == ["GET", "GET"]


def test_a_pointer_that_was_pulled_is_read_anew(lab: Lab) -> None:
    lab.describe(FILES)
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/a", b"three")
    other.storage("sync")
    other.commit("three")
    with counting(lab) as calls:
        lab.git("reset", "--quiet", "--hard", "HEAD")
        with pytest.raises(gitstore.StorageError):
            content()
        assert content("data/b") == b"two"
        lab.pull()
        assert content() == b"three"
        known(calls)
        lab.git("reset", "--quiet", "--hard", "HEAD~1")
        with pytest.raises(gitstore.StorageError):
            content()


def test_a_pointer_of_slices_is_read_anew_where_one_of_them_changes(lab: Lab) -> None:
    lab.describe({f"{number:05}": b"%d" % number for number in range(4200)})
    assert (lab.top / "data.storage.d").is_dir()
    with counting(lab) as calls:
        known(calls, name="data/00007")
        lab.bucket.put("00007", b"changed")
        lab.bucket.delete("00008")
        lab.storage("sync")
        assert content("data/00007") == b"changed"
        with pytest.raises(NoSuchObject):
            content("data/00008")


def test_what_is_staged_edited_and_unstaged_is_seen(lab: Lab) -> None:
    lab.describe(FILES)
    away = lab.root / "unplugged"
    with counting(lab) as calls:
        known(calls)
        lab.storage("stage", "data/a")
        lab.bucket.root.rename(away)
        assert content() == b"one"
        lab.write("data/a", b"edited")
        assert content() == b"edited"
        lab.remove("data/a")
        with pytest.raises(gitstore.StorageError):
            content()
        away.rename(lab.bucket.root)
        assert content() == b"one"


def test_the_manifest_and_the_configuration_are_read_anew(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    with counting(lab) as calls:
        lab.write("data/a", b"edited")
        known(calls)
        changed(lab, "git", "config", f"storage.{NAME}.mode", "reference")
        assert content() == b"one", "what lies there is no copy any more"
        known(calls)
        changed(lab, "git", "config", "--global", f"storage.{DATA}.mode", "copy")
        assert content() == b"edited"
        included = lab.root / "home" / "included"
        changed(lab, "git", "config", "--global", "include.path", "~/included")
        known(calls)
        included.write_text(f'[storage "{DATA}"]\n\tmode = reference\n')
        assert content() == b"one"
        known(calls)
        lab.storage("forget", NAME)
        with pytest.raises(NoSuchObject):
            content()


def test_a_clone_of_another_origin_has_approved_nothing(lab: Lab) -> None:
    lab.describe(FILES)
    clone = lab.clone().seeing(**approving())
    clone.storage("trust", "--yes", NAME)
    with counting(clone) as calls:
        known(calls)
        changed(clone, "git", "remote", "set-url", "origin", "https://example.org/other.git")
        with pytest.raises(Untrusted):
            content()


def test_an_approval_that_is_taken_back_holds_no_more(lab: Lab) -> None:
    lab.describe(FILES)
    clone = lab.clone().seeing(**approving())
    clone.storage("trust", "--yes", NAME)
    with counting(clone) as calls:
        known(calls)
        clone.storage("trust", "--revoke", NAME)
        with pytest.raises(Untrusted):
            content()


def test_a_branch_is_where_it_has_gone(lab: Lab) -> None:
    lab.describe(FILES)
    with inside(lab):
        assert content(rev="main") == b"one"
        lab.bucket.put("a", b"three")
        lab.storage("sync")
        lab.commit("three")
        assert content(rev="main") == b"three"
        assert content("data/b", rev="main~1") == b"two"


def test_another_repository_at_the_same_place_is_another_project(lab: Lab) -> None:
    lab.describe(FILES)
    with counting(lab) as calls:
        known(calls)
        # One that begins between the current directory and the top of the one before.
        (lab.top / "inner").mkdir()
        os.chdir(lab.top / "inner")
        assert content("../data/a") == b"one"
        changed(lab, "git", "init", "--quiet", "inner")
        with pytest.raises(gitstore.StorageError):
            content("../data/a")
        os.chdir(lab.top)
        (lab.top / ".git").rename(lab.root / "old")
        with pytest.raises(gitstore.StorageError):
            content()
