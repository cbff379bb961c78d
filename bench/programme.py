"""The contests, in the order in which they are held."""

from __future__ import annotations

from bench import describing, idle, mounts, moving, opening, standing
from bench.rounds import Contest

CONTESTS: tuple[Contest, ...] = (
    *moving.CONTESTS,
    *standing.CONTESTS,
    *describing.CONTESTS,
    *idle.CONTESTS,
    *mounts.CONTESTS,
    *opening.CONTESTS,
)
