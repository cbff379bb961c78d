"""How fast bytes may move: `storage.bandwidth` in git's configuration, and `--limit-rate`.

One rate is shared by everything that one command does, whatever it opens and however often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitstore.adapters.git import Git
from gitstore.core.errors import StorageError

if TYPE_CHECKING:
    from gitstore.adapters.stores.throttled import Rate
    from gitstore.core.store import Store

_ALL = "storage.bandwidth"
_ONE = "storage.<name>.bandwidth"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one command.

    Attributes:
        rate: bytes per second that were typed, 0 for no limit; None: what is configured.
        held: the rates that hold, by the key that asks for them.
    """

    rate: int | None = None
    held: dict[str, Rate] = field(default_factory=dict)

    def on(self, store: Store, name: str, git: Git) -> Store:
        """A store within the limits, which are those of all storages and those of this one.

        Raises:
            StorageError: a limit cannot be understood.
        """
        rates = {"": self.rate} if self.rate is not None else chosen_rates(git, name)
        held = tuple(self._held(key, rate) for key, rate in rates.items() if rate)
        if not held:
            return store
        from gitstore.adapters.stores.throttled import Throttled

        return Throttled(store, held)

    def _held(self, key: str, rate: int) -> Rate:
        from gitstore.adapters.stores.throttled import Rate  # late: most commands have no limit

        # Storages are opened by the thread that runs the command.
        return self.held.get(key) or self.held.setdefault(key, Rate(rate))


def chosen_rates(git: Git, name: str | None = None) -> dict[str, int]:
    """The rates that this user or clone wants, in bytes per second, by their keys.

    Args:
        name: a storage, of which its own rate counts, too; None means every one that is set.

    Raises:
        StorageError: one is no rate.
    """
    return dict(_rates(git, name))


def _rates(git: Git, name: str | None) -> Iterator[tuple[str, int]]:
    start, _, end = _ONE.partition("<name>")
    for key, text in git.section("storage").items():
        one = key.startswith(start) and key.endswith(end) and key != _ALL
        if key != _ALL and not (one and name in (None, key[len(start) : -len(end)])):
            continue
        from gitstore.core import amounts  # late, as in `settings`

        try:
            yield key, amounts.rate(text)
        except ValueError as error:
            raise StorageError(
                f"{key} is '{text}' in git's configuration, not a rate such as 10m",
                hint=f"git config --unset {key}",
            ) from error
