"""The executor: one plan, carried out in the order of rule B6."""

from __future__ import annotations

from gitstore.core.model import Kind, Plan
from gitstore.core.report import Report
from gitstore.shell.transfer import begun, down, local, ranges, up
from gitstore.shell.transfer.run import Run, Task

_DOWN = (Kind.TAKE, Kind.FETCH, Kind.REPLACE)
_UP = (Kind.GIVE, Kind.ERASE)


def execute(plan: Plan, task: Task) -> Report:
    """Carry out a plan, as far as it goes, and report on every action.

    The state is written as the work goes on; the pointer is the caller's. A kill at any moment is
    healed by running the same operation again.
    """
    run = Run(plan, task)
    objects = len(plan.of(*_DOWN, Kind.GIVE))
    task.listener.begin(plan, objects, plan.bytes_down + plan.bytes_up)
    try:
        local.note_choices(run)
        ready = [action for action in plan.actions if local.made_way(run, action)]
        task.trash.flush()
        run.ledger.settle()
        ranges.let_go(task.binding, plan.actions, plan.of(*_DOWN))
        local.settle_here(run, [a for a in ready if a.kind not in (*_DOWN, *_UP, Kind.NOTHING)])
        task.trash.flush()
        down.bring_all(run, [a for a in ready if a.kind in _DOWN])
        up.give_all(run, [a for a in ready if a.kind is Kind.GIVE])
        up.erase_all(run, [a for a in ready if a.kind is Kind.ERASE])
        up.drop_intents(run)
        begun.let_go(run)
    finally:
        run.ledger.settle()
        task.listener.end()
    return Report(plan, tuple(run.outcomes))
