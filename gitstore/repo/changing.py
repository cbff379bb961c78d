"""Sessions that change something: one at a time in a work tree, and undo knows what they did."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gitstore.adapters import tracked
from gitstore.adapters.facts import Facts
from gitstore.adapters.lock import WorkLock
from gitstore.adapters.state import WorkState
from gitstore.adapters.state_values import Effect
from gitstore.core.errors import Locked, StorageError
from gitstore.core.report import Listener, Silent
from gitstore.repo.project import Project
from gitstore.repo.session import Session
from gitstore.repo.trash import prune


@contextmanager
def changing(
    project: Project, verb: str, listener: Listener | None = None, jobs: int | None = None
) -> Iterator[Session]:
    """A session that holds the work tree's lock and keeps its effects for undo.

    Raises:
        Locked: another process is changing this work tree.
    """
    git = project.git
    with ExitStack() as stack:
        stack.enter_context(WorkLock(git.git_dir, verb))
        tracked.finish(git.top, project.redo_log)
        state = stack.enter_context(WorkState.open(git.git_dir))
        facts = stack.enter_context(Facts.open(git.common_dir))
        now = time.time()
        operation = state.begin(verb, tuple(sys.argv[1:]), now)
        # Random, because the work trees of a clone number their operations each for themselves.
        day = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
        bag = f"{day}-{verb}-{os.urandom(4).hex()}"
        session = Session(project, state, facts, listener or Silent(), operation, verb, jobs)
        session.bag = bag
        state.add_effects(operation, [Effect("", "bag", bag, {})])
        yield session
        state.finish(operation)
        _empty_trash(session)


def _empty_trash(session: Session) -> None:
    """Let go what has been in the trash for as long as it is kept, and say so."""
    person = session.project.person
    try:
        files, size = prune(session.project, session.state)
    except StorageError as error:
        told = error.message  # the operation itself has succeeded
    else:
        number = "1 file" if files == 1 else f"{files:,} files"
        told = f"{number} ({size:,} bytes) left the trash for good: see storage.trashAge"
        if not files:
            return
    if person is not None:
        person().tells(told)


def require_free_index(project: Project) -> None:
    """Stop before anything has moved where the pointer could not be told to git's index.

    Raises:
        Locked: another git process is changing the index.
    """
    if (project.git.git_dir / "index.lock").exists():
        raise Locked(
            "another git process is changing the index",
            hint="wait until it has ended, then try again",
        )
