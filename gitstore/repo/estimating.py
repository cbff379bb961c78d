"""What a transfer would move, said before it does: objects, bytes and requests.

Requests are counted as the storage sees them when all goes well: nothing breaks off, and nobody
else changes anything meanwhile. Where nobody counts requests, none are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitstore.core.errors import Stopped
from gitstore.core.estimate import Estimate, Requests
from gitstore.core.model import Action, Kind, Plan, is_promise
from gitstore.core.store import Abilities, Conditional, Costs
from gitstore.core.versions import Version
from gitstore.repo.session import View

_DOWN = (Kind.TAKE, Kind.FETCH, Kind.REPLACE)
_MEASURING = 8  # requests that find out once what a storage can do; see `stores.probe`
_LONG = 8 << 20  # bytes; larger objects are looked at once more; see `stores.recheck`


def estimate(view: View, plan: Plan) -> Estimate:
    """What carrying out a plan made of a view would move; asks nobody.

    Raises:
        Untrusted: the storage is not approved.
    """
    abilities = view.binding.store().abilities()
    costs = abilities.costs
    return Estimate(
        plan.data_path,
        down=len(plan.of(*_DOWN)),
        bytes_down=plan.bytes_down,
        up=len(plan.of(Kind.GIVE)),
        bytes_up=plan.bytes_up,
        erased=len(plan.of(Kind.ERASE)),
        free=view.binding.tree.room()[1],
        requests=None if costs is None else _requests(view, plan, abilities, costs),
    )


def require_budget(plans: Iterable[Plan], budget: int | None) -> None:
    """Stop where more bytes would move than somebody allows; nothing has moved yet.

    Args:
        plans: of all data paths.
        budget: in bytes, both ways together; None for as many as there are.

    Raises:
        Stopped: they would.
    """
    size = sum(plan.bytes_down + plan.bytes_up for plan in plans)
    if budget is not None and size > budget:
        raise Stopped(
            f"{size:,} bytes would be moved, and --budget allows {budget:,}; nothing was moved",
            hint=f"name a part of the data, or allow it: --budget {size}",
        )


def _requests(view: View, plan: Plan, abilities: Abilities, costs: Costs) -> Requests:
    given, erased = plan.of(Kind.GIVE), plan.of(Kind.ERASE)
    unknown = Conditional.UNKNOWN in (abilities.create, abilities.swap, abilities.erase)
    listed = sum(state.remote is not None for state in view.survey.states) + len(view.markers)
    looks = abilities.erase is Conditional.CHECKED
    return Requests(
        listing=0 if view.offline else max(1, -(-listed // costs.page)),
        reading=_reads(plan.of(*_DOWN)),
        writing=_writes(given, abilities, costs),
        erasing=len(erased) * (2 if looks else 1),
        measuring=_MEASURING if unknown and (given or erased) else 0,
    )


def _reads(brought: Sequence[Action]) -> int:
    from gitstore.shell.transfer import ranges  # late, as everything that moves bytes

    total = 0
    for action in brought:
        version: Version | None = action.seen.pointer
        looked_for = is_promise(version)
        if action.kind is Kind.TAKE and action.seen.remote is not None:
            version, looked_for = action.seen.remote, False
        size = 0 if version is None else version.size
        parts = -(-size // ranges.SPAN) if size >= ranges.LARGE else 1
        total += parts + (1 if looked_for else 0)
    return total


def _writes(given: Sequence[Action], abilities: Abilities, costs: Costs) -> int:
    total = 0
    for action in given:
        size = 0 if action.seen.local is None else action.seen.local.size
        creates = action.seen.remote is None
        if (abilities.create if creates else abilities.swap) is Conditional.CHECKED:
            total += 3 if size > _LONG else 2
        total += costs.writing(size)
    return total
