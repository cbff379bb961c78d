"""What `sync` would do with a data path: what `status` tells is what `sync` does."""

from __future__ import annotations

from gitstore.core.live import of_what_is_there
from gitstore.core.location import hands_off
from gitstore.core.plan import Decide, decide_stage, decide_sync, decide_sync_read_only
from gitstore.repo.session import Session, View


def decision(view: View) -> Decide:
    """The function that decides what `sync` does with a data path."""
    if view.binding.lent:
        return hands_off(decide_sync_read_only)
    return decide_sync_read_only if view.binding.data.access.value == "read" else decide_sync


def staging_decision(view: View) -> Decide:
    """The function that decides what `stage` does with a data path."""
    decide = of_what_is_there(decide_stage) if view.binding.data.live else decide_stage
    return hands_off(decide) if view.binding.lent else decide


def with_evidence_of(session: Session, view: View) -> View:
    """The view with the questions settled that only a closer look at the bytes can settle."""
    from gitstore.shell.evidence import with_evidence  # late: without a listing nothing is asked

    states, learnt = with_evidence(view.binding, view.survey.states, session.state)
    if learnt and session.keep_digests:
        session.facts.add(view.binding.source, learnt)
    return view.with_states(states)
