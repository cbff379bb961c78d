"""Bringing single files back from the trash of an operation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gitstore.adapters.tree import Tree
from gitstore.core.errors import UnknownName
from gitstore.core.manifest import DataPath
from gitstore.core.model import Base
from gitstore.repo.changing import changing
from gitstore.repo.history import operation_of
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, object_name, one_object
from gitstore.repo.session import Session
from gitstore.repo.trash import bag_of, kept_by
from gitstore.shell.binding import Binding
from gitstore.shell.transfer import Change, Ledger, base_as_json


def restore_from_trash(project: Project, targets: Sequence[str], operation: int) -> tuple[str, ...]:
    """Bring files back that an operation put into the trash; what is there now goes there itself.

    They are work: the base stays, so that the next sync gives what differs from it.

    Returns:
        The paths of the files, relative to the top level.

    Raises:
        UnknownName: no such operation, or it put no such file into the trash; nothing was done.
    """
    with changing(project, "restore") as session:
        bag = bag_of(session.state, operation_of(session, operation).number)
        named = [one_object(project.manifest, target, project.where) for target in targets]
        found = [(data, path, _kept(session, data, path, bag)) for data, path in named]
        for data, path, item in found:
            _bring_back(session, session.binding(Selection(data)), path, item)
        return tuple(object_name(data.path, path) for data, path, _ in found)


def _kept(session: Session, data: DataPath, path: str, bag: str) -> Path:
    kept = kept_by(session, session.binding(Selection(data)), bag, path) if bag else None
    if kept is None:
        raise UnknownName(
            f"that operation has put no {path} of {data.path} into the trash",
            hint="git storage undo --list -v  # shows what is there",
        )
    return kept


def _bring_back(session: Session, binding: Binding, path: str, item: Path) -> None:
    _, base = binding.state.bases(binding.data.path).get(path, ("", None))
    stat = binding.tree.stat(path)
    _, now = Tree(item, item.parent, single=True).digest(".")
    detail = {"bytes": base_as_json(Base(now))}
    ledger = Ledger(binding, session.operation or 0)
    if stat is not None:
        # Noted first, so that undo finds the bytes whenever we are killed.
        ledger.add(Change(path, base=base, effect="replaced", detail=detail))
        ledger.settle()
        bag = session.trash(binding)
        binding.tree.to_trash(path, stat, bag)
        bag.flush()
    binding.tree.from_trash(item, path)
    if base is None:
        # Beside a fact it would look like a copy of what the storage has dropped (rule B4).
        binding.state.set_recorded(binding.data.path, {path: now.sha256})
    effect = "placed" if stat is None else None
    ledger.add(Change(path, base=base, effect=effect, detail=detail))
    ledger.settle()
