"""A store whose first request goes alone, and of which a refusal of the credentials is the last.

Thirty threads that each try a wrong password lock an account, and five thousand objects that each
fail with the same sentence hide what is wrong. So nothing else is asked before one request was let
in; where one is not, the rest fail with it and without a request. Only where one object is denied
to somebody who has not signed in, a few more are tried: in a public bucket that strangers may not
list, an object that is gone is denied like a secret one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import TypeVar

from gitstore.core.errors import (
    Denied,
    NoCredentials,
    StorageError,
    StoreError,
    WrongCredentials,
)
from gitstore.core.many import Answers, Given, Wanted, Writes, read_many, write_many
from gitstore.core.resuming import abandon
from gitstore.core.store import Abilities, Found, Reading, Source, Span, Store
from gitstore.core.versions import Version

_Asked = TypeVar("_Asked")
_Result = TypeVar("_Result")
_Batches = Iterator[list[tuple[_Asked, _Result | StorageError]]]
_REFUSALS = (Denied, NoCredentials)
_TRIED = 3  # objects that are denied, before it is said of all

Refused = Callable[[StoreError], tuple[Store, Callable[[], None]] | None]
"""What to do when the credentials are refused: try another store, and say when it was let in. None
means that it is no matter of credentials. Raises the error to end with.
"""


class Admitted:
    """The `store`, let in or not; see the module. May be used by several threads.

    Args:
        store: not asked before.
        refused: what to do when it is not let in; called once at most.
    """

    def __init__(self, store: Store, refused: Refused) -> None:
        self._store = store
        self._refused = refused
        self._lock = Lock()
        self._let_in = False
        self._end: StoreError | None = None
        self._problem: StoreError | None = None
        self._denied = 0

    @property
    def identity(self) -> str:
        """As the store's."""
        return self._store.identity

    def abilities(self) -> Abilities:
        """As the store's."""
        return self._store.abilities()

    def list(self, prefix: str) -> Iterator[Found]:
        """As the store's."""

        def begun(store: Store) -> tuple[Found | None, Iterator[Found]]:
            found = store.list(prefix)
            return next(found, None), found

        first, rest = self._through(begun)
        if first is not None:
            yield first
            yield from rest

    def stat(self, key: str) -> Version | None:
        """As the store's."""
        return self._through(lambda store: store.stat(key))

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """As the store's."""
        return self._through(lambda store: store.read(key, expect, span))

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """As the store's, once one object was read."""
        yield from self._many(wanted, lambda store, some: read_many(store, some, most))

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """As the store's."""
        return self._through(lambda store: store.write(key, source, expect))

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """As the store's, once one object was written."""
        yield from self._many(given, lambda store, some: write_many(store, some, most))

    def abandon(self, key: str, noted: str) -> None:
        """As the store's."""
        self._through(lambda store: abandon(store, key, noted))

    def delete(self, key: str, expect: Version) -> None:
        """As the store's."""
        self._through(lambda store: store.delete(key, expect))

    def versions(self, key: str) -> Iterator[Version]:
        """As the store's."""

        def begun(store: Store) -> tuple[Version | None, Iterator[Version]]:
            found = store.versions(key)
            return next(found, None), found

        first, rest = self._through(begun)
        if first is not None:
            yield first
            yield from rest

    def _many(
        self,
        asked: Iterable[_Asked],
        ask: Callable[[Store, Iterable[_Asked]], _Batches[_Asked, _Result]],
    ) -> _Batches[_Asked, _Result]:
        """One alone, until one is let in; then many, until the credentials are refused."""
        asked = iter(asked)
        for one in asked:
            yield [(one, self._alone(one, ask))]
            if self._let_in:
                break
        for batch in ask(self._store, self._while_let_in(asked)):
            for _, result in batch:
                if isinstance(result, WrongCredentials):
                    self._end = result
            yield batch
        # What is left was not asked for, and fails with the rest.
        for one in asked:
            yield [(one, self._alone(one, ask))]

    def _alone(
        self,
        one: _Asked,
        ask: Callable[[Store, Iterable[_Asked]], _Batches[_Asked, _Result]],
    ) -> _Result | StorageError:
        def asked(store: Store) -> _Result:
            [[(_, result)]] = ask(store, [one])
            if isinstance(result, StorageError):
                raise result
            return result

        try:
            return self._through(asked)
        except StorageError as error:
            return error

    def _while_let_in(self, asked: Iterator[_Asked]) -> Iterator[_Asked]:
        while self._end is None:
            try:
                yield next(asked)
            except StopIteration:
                return

    def _through(self, ask: Callable[[Store], _Result]) -> _Result:
        if not self._let_in:
            with self._lock:
                if not self._let_in and self._end is None:
                    return self._first(ask)
        if self._end is not None:
            raise _again(self._end)
        try:
            return ask(self._store)
        except WrongCredentials as error:
            # They have expired, or were taken away.
            self._end = error
            raise

    def _first(self, ask: Callable[[Store], _Result]) -> _Result:
        try:
            result = ask(self._store)
        except _REFUSALS as error:
            other = self._other(error)
            if other is None:
                self._let_in = True
                raise
            return self._second(ask, other)
        except StoreError:
            # Whoever says that an object is missing has let us in; and where nobody answers, one
            # after the other would wait in vain.
            self._let_in = True
            raise
        self._let_in = True
        return result

    def _other(self, error: StoreError) -> tuple[Store, Callable[[], None]] | None:
        if self._problem is None:
            try:
                return self._refused(error)
            except StoreError as problem:
                self._problem = problem
        self._denied += 1
        if type(error) is not Denied or error.key is None or self._denied == _TRIED:
            self._end = self._problem
        raise _again(self._problem) from error

    def _second(
        self, ask: Callable[[Store], _Result], other: tuple[Store, Callable[[], None]]
    ) -> _Result:
        store, let_in = other
        try:
            result = ask(store)
        except _REFUSALS as error:
            self._end = error
            raise
        self._store = store
        self._let_in = True
        let_in()
        return result


def _again(error: StoreError) -> StoreError:
    return type(error)(error.message, key=error.key, hint=error.hint)
