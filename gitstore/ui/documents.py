"""Values as JSON: the same keys for the same idea in every command's document."""

from __future__ import annotations

from collections.abc import Iterable

from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath, StorageSpec
from gitstore.core.model import Action, Kind, Plan, State
from gitstore.core.report import Report
from gitstore.core.versions import Version

Json = dict[str, object]


def version(value: Version | None) -> Json | None:
    """A version: its size in bytes and its identifiers by kind."""
    if value is None:
        return None
    return {"size": value.size, "ids": dict(i.split(":", 1) for i in value.ids)}


def action(value: Action) -> Json:
    """A planned action: what, why, which cell of the tables, and the bytes that it is about."""
    size = size_of(value)
    return {
        "path": value.path,
        "kind": value.kind.value,
        "reason": value.reason,
        "cell": value.cell,
        "size": size,
        "choice": None if value.choice is None else value.choice.value,
    }


def plan(value: Plan) -> Json:
    """A plan without the objects that nothing happens to."""
    return {
        "data_path": value.data_path,
        "verb": value.verb,
        "offline": value.offline,
        "actions": [action(a) for a in worth(value.actions)],
    }


def report(value: Report) -> Json:
    """A plan and what came of it: every action has `done`, a failed one also `failure`."""
    outcomes = {o.action.path: o for o in value.outcomes}
    actions: list[Json] = []
    for each in worth(value.plan.actions):
        outcome = outcomes.get(each.path)
        failed = None if outcome is None else outcome.failure
        done = outcome is not None and failed is None
        actions.append({**action(each), "done": done, "failure": error(failed)})
    return {**plan(value.plan), "complete": value.complete, "actions": actions}


def error(value: StorageError | None) -> Json | None:
    """An error: the name of its kind, the sentence and the hint."""
    if value is None:
        return None
    return {"kind": type(value).__name__, "message": value.message, "hint": value.hint}


def state(value: State) -> Json:
    """Everything known about one object: P, B, L and R."""
    base = value.base
    return {
        "path": value.path,
        "pointer": version(value.pointer),
        "base": None if base is None else {**(version(base.version) or {}), "erase": base.erase},
        "local": version(value.local),
        "remote": version(value.remote),
        "wanted": value.wanted,
        "problem": value.problem or value.impossible,
    }


def worth(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions that are worth telling: everything but nothing."""
    return tuple(a for a in actions if a.kind is not Kind.NOTHING)


def size_of(value: Action) -> int | None:
    """The bytes that an action is about: the local ones if it gives or leaves them, else others."""
    seen = value.seen
    if value.kind in (Kind.GIVE, Kind.RECORD, Kind.KEEP, Kind.CONFLICT, Kind.DROP, Kind.UNSTAGE):
        sides = (seen.local, seen.remote, seen.pointer)
    elif value.kind in (Kind.FETCH, Kind.REPLACE):
        sides = (seen.pointer, seen.remote, seen.local)
    else:
        sides = (seen.remote, seen.pointer, seen.local)
    return next((side.size for side in sides if side is not None), None)


def storage(value: StorageSpec, provider: str, identity: str) -> Json:
    """A storage as the manifest describes it, and what its URL was understood to be."""
    return {
        "name": value.name,
        "url": value.url,
        "provider": provider,
        "identity": identity,
        "endpoint": value.endpoint,
        "region": value.region,
        "account": value.account,
        "anonymous": value.anonymous,
        "description": value.description,
    }


def data_path(value: DataPath) -> Json:
    """A data path as the manifest describes it."""
    return {
        "path": value.path,
        "storage": value.storage,
        "prefix": value.prefix,
        "mode": value.mode.value,
        "access": value.access.value,
        "include": list(value.include),
        "exclude": list(value.exclude),
        "track": value.track.value,
    }
