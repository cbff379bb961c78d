"""Death and trouble at a chosen moment: everything that has an effect asks the fuse first.

A dead process does nothing more, not even what stands in a `finally`. So once the fuse has blown,
whatever would have an effect raises `Killed` again, until the whole operation has been unwound.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar
from unittest.mock import patch

from gitstore.adapters import facts, state, tree, tree_rename
from gitstore.core.errors import StorageError, Unreachable
from gitstore.shell.transfer import down, up
from gitstore.shell.transfer.pool import Lane
from tests.model.bucket import Bucket

_T = TypeVar("_T")
_R = TypeVar("_R")

_SYSTEM = ("rename", "replace", "link", "unlink", "remove", "rmdir", "mkdir", "fsync")
_WRITING = ("set_", "add", "begin", "finish", "drop", "rename", "batch")


class Killed(BaseException):
    """The process has been killed; no handler of errors may catch it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens in the middle of an operation.

    Attributes:
        kind: `kill`, `unreachable`, `lost` (done, but the answer does not arrive), `race` (somebody
            else, at a request) or `beside` (the same, at any step).
        at: the step that it happens at, counted from 1: of everything for `kill` and `beside`, of
            the requests to the storage otherwise.
        what: what somebody else does in a race: `put`, `delete` (on the storage) or `edit` (here).
        name: the number of the object that they do it to.
        content: the number of the bytes that they write.
    """

    kind: str
    at: int
    what: str = "put"
    name: int = 0
    content: int = 0


class Fuse:
    """Counts what has an effect, and lets the trouble happen when its time has come.

    Args:
        trouble: what happens, or None.
        race: what somebody else does at that moment, for a race; is told the request's verb, or
            nothing where it is at no request.
    """

    def __init__(self, trouble: Trouble | None, race: Callable[[str], None] | None = None) -> None:
        self.trouble = trouble
        self.race = race
        self.steps = 0
        self.requests = 0
        self.blown = False
        self.resting = False
        self.happened = False

    def step(self) -> None:
        """Something is about to have an effect, or has just had one."""
        if self.resting:
            return
        if self.blown:
            raise Killed
        self.steps += 1
        if self._is_time("kill", self.steps):
            self.blown = self.happened = True
            raise Killed
        if self._is_time("beside", self.steps) and self.race is not None:
            self.happened = self.resting = True
            self.race("")
            self.resting = False

    def request(self, verb: str, key: str) -> None:
        """The storage is about to be asked something."""
        self.step()
        self.requests += 1
        if self._is_time("unreachable", self.requests):
            self.happened = True
            raise Unreachable("the storage does not answer", key=key)
        if self._is_time("race", self.requests) and self.race is not None:
            self.happened = True
            self.race(verb)

    def answer(self, verb: str, key: str) -> None:
        """The storage has done something and is about to say so."""
        if self._is_time("lost", self.requests):
            self.happened = True
            raise Unreachable("the answer was lost", key=key)
        self.step()

    def _is_time(self, kind: str, count: int) -> bool:
        return self.trouble is not None and self.trouble.kind == kind and self.trouble.at == count


def in_turn(
    function: Callable[[_T], _R], *lanes: Lane[_T]
) -> Iterator[list[tuple[_T, _R | StorageError]]]:
    """What `pool.each` does, without threads: a history means the same every time."""
    todo = chain.from_iterable(lane.items for lane in lanes)
    while some := list(islice(todo, lanes[0].workers)):
        yield [(item, _caught(function, item)) for item in some]


def _caught(function: Callable[[_T], _R], item: _T) -> _R | StorageError:
    try:
        return function(item)
    except StorageError as error:
        return error


@contextmanager
def wired(fuse: Fuse, bucket: Bucket) -> Iterator[None]:
    """While this lasts, everything that has an effect on disk, state or storage asks the fuse."""
    with ExitStack() as stack:
        stack.callback(bucket.quiet)
        bucket.fault, bucket.lost = fuse.request, fuse.answer
        for part in (down, up):
            stack.enter_context(patch.object(part, "each", in_turn))
        for name in _SYSTEM:
            stack.enter_context(patch.object(os, name, _before(fuse, getattr(os, name))))
        # What a finalizer tidies up belongs to no moment: it may be of an operation long ago.
        closing = _resting(fuse, weakref.finalize.__call__)
        stack.enter_context(patch.object(weakref.finalize, "__call__", closing))
        moved = _around(fuse, tree_rename._renamed)
        stack.enter_context(patch.object(tree_rename, "_renamed", moved))
        for owner in (state.WorkState, facts.Facts):
            for name in _methods(owner, _WRITING):
                wrapped = _around(fuse, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, wrapped))
        wrapped = _around(fuse, tree.Incoming.write)
        stack.enter_context(patch.object(tree.Incoming, "write", wrapped))
        yield


def _resting(fuse: Fuse, function: Callable[..., Any]) -> Callable[..., Any]:
    def unasked(*arguments: Any) -> Any:
        before, fuse.resting = fuse.resting, True
        try:
            return function(*arguments)
        finally:
            fuse.resting = before

    return unasked


def _methods(owner: type, prefixes: tuple[str, ...]) -> list[str]:
    return [n for n in vars(owner) if n.startswith(prefixes) and callable(getattr(owner, n))]


def _before(fuse: Fuse, function: Callable[..., Any]) -> Callable[..., Any]:
    def asked(*arguments: Any, **named: Any) -> Any:
        fuse.step()
        return function(*arguments, **named)

    return asked


def _around(fuse: Fuse, function: Callable[..., Any]) -> Callable[..., Any]:
    def asked(*arguments: Any, **named: Any) -> Any:
        fuse.step()
        result = function(*arguments, **named)
        fuse.step()
        return result

    return asked
