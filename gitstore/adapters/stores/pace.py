"""How many requests to keep in flight, found by trying.

A server next door is busy with a handful of requests; one that answers after 30 ms could deal with
hundreds. Nobody can know beforehand, so the number grows in large steps as long as that brings
answers noticeably faster, and is halved when the server asks for less.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 64
MOST = 256
_STEP = 4  # times as many to try next: each trial takes some round trips of a server far away
_WORTH = 1.3  # times as many answers a second, before more connections are worth having
_ROUND = 2  # answers for each request in flight, before the speed is looked at
_WHILE = 0.05  # seconds that this takes at least: less says nothing


@dataclass(slots=True)
class Pace:
    """The number of requests in flight.

    Attributes:
        now: how many there may be.
        fixed: whether somebody has said how many.
    """

    now: int = FIRST
    fixed: bool = False
    _best: float = 0.0
    _settled: bool = False
    _answers: int = 0
    _since: float | None = None

    def answered(self, count: int, at: float) -> None:
        """Some requests were answered.

        Args:
            count: how many.
            at: the time, in seconds of any clock that only goes forward.
        """
        if self.fixed or self._settled:
            return
        if self._since is None:
            # The first answers also waited for their connections.
            self._answers, self._since = 0, at
            return
        self._answers += count
        if self._answers < _ROUND * self.now or at - self._since < _WHILE:
            return
        speed = self._answers / (at - self._since)
        if speed < _WORTH * self._best:
            self._settled = True
            self.now = max(FIRST, self.now // _STEP)
            return
        self._best = speed
        self._settled = self.now == MOST
        self.now = min(MOST, self.now * _STEP)
        self._since = None

    def refused(self) -> None:
        """The server asks for fewer requests."""
        self._settled = True
        self.now = max(1, self.now // 2)


def paced(most: int | None) -> Pace:
    """The pace to begin with.

    Args:
        most: what somebody has said, or None.
    """
    return Pace() if most is None else Pace(now=max(1, most), fixed=True)
