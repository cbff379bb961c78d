"""What every store promises, as checks that can be run against any storage.

The project's own tests run them on every store; `git storage doctor` runs them on a user's storage
under a random prefix; whoever writes a provider runs them before publishing it. A check writes only
below the prefix it is given; `clean` removes what the checks left there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.core.errors import Refused, StorageError, Unsupported
from gitstore.core.store import Store
from gitstore.core.versions import Version


class ContractBroken(Exception):
    """A store did something else than what the seam promises. The message says what."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise.

    Attributes:
        name: the promise as a sentence.
        run: tries it on a store, below a prefix that ends in a slash and is used by nobody else;
            raises `ContractBroken` when the promise does not hold, `StorageError` when the storage
            could not be asked.
    """

    name: str
    run: Callable[[Store, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended: `problem` is None, or one sentence."""

    name: str
    problem: str | None


def checks() -> tuple[Check, ...]:
    """The promises that are quick to try: a few hundred small requests."""
    from gitstore.adapters.stores import contract_names, contract_verbs

    return tuple(map(_check, (*contract_verbs.CHECKS, *contract_names.CHECKS)))


def large_checks() -> tuple[Check, ...]:
    """The promises that need thousands of objects or tens of megabytes."""
    from gitstore.adapters.stores import contract_large

    return tuple(map(_check, contract_large.CHECKS))


def run_all(store: Store, chosen: Iterable[Check]) -> list[Outcome]:
    """Try the checks one after another, each below a random prefix that is cleaned afterwards."""
    outcomes = []
    for check in chosen:
        prefix = f".git-storage-probe-{secrets.token_hex(6)}/"
        problem = None
        try:
            check.run(store, prefix)
        except ContractBroken as broken:
            problem = str(broken)
        except StorageError as error:
            problem = error.message
        finally:
            clean(store, prefix)
        outcomes.append(Outcome(check.name, problem))
    return outcomes


def clean(store: Store, prefix: str) -> None:
    """Delete every object below a prefix of ours, each in the version that is listed."""
    for found in list(store.list(prefix)):
        # What somebody else changed meanwhile is theirs now.
        with suppress(Refused):
            store.delete(found.key, found.version)


def promise(holds: bool, otherwise: str) -> None:
    """Raise `ContractBroken` with the sentence `otherwise` unless the promise holds."""
    if not holds:
        raise ContractBroken(otherwise)


def refuses(act: Callable[[], object], what: str) -> None:
    """Require that an act raises `Refused`."""
    try:
        act()
    except Refused:
        return
    raise ContractBroken(f"{what} was not refused")


def made(store: Store, key: str, data: bytes) -> Version:
    """A new object."""
    return store.write(key, BytesSource(data), None)


def bytes_of(store: Store, key: str, expect: Version | None = None) -> bytes:
    """An object's bytes."""
    return b"".join(store.read(key, expect).chunks)


def made_or_unsupported(store: Store, key: str, data: bytes) -> Version | None:
    """A new object, or None where the storage cannot spell its key."""
    try:
        return made(store, key, data)
    except Unsupported:
        return None


def _check(run: Callable[[Store, str], None]) -> Check:
    return Check(run.__name__.removeprefix("_").replace("_", " "), run)
