"""A progress bar: bytes, rate, objects and errors, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from gitstore.core.model import MOVES_BYTES, Kind, Plan
from gitstore.core.report import Outcome
from gitstore.ui.words import clean, shown

if TYPE_CHECKING:
    from tqdm import tqdm

_COUNTED = MOVES_BYTES | {Kind.VERIFY}


class Progress:
    """Shows one plan after the other; a `Listener`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[Any] | None = None
        self._objects = self._of = self._errors = 0

    def begin(self, plan: Plan, objects: int, size: int) -> None:
        """A bar for so many bytes; none where nothing moves."""
        from tqdm import tqdm

        self._objects, self._of, self._errors = 0, objects, 0
        if objects == 0:
            return
        self._bar = tqdm(
            desc=clean(f"{plan.verb} {shown(plan.data_path)}"),
            total=size,
            unit="B",
            unit_scale=True,
            unit_divisor=1024,
            file=self._stream,
            leave=False,
            dynamic_ncols=True,
        )
        self._tell()

    def advance(self, size: int) -> None:
        """More bytes."""
        if self._bar is not None:
            self._bar.update(size)

    def done(self, outcome: Outcome) -> None:
        """One more object, or one more error."""
        self._objects += outcome.action.kind in _COUNTED
        self._errors += outcome.failure is not None
        self._tell()

    def end(self) -> None:
        """The bar goes; what came of the plan is said by the command."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _tell(self) -> None:
        if self._bar is not None:
            failed = f", {self._errors} failed" if self._errors else ""
            self._bar.set_postfix_str(f"{self._objects}/{self._of} objects{failed}", refresh=False)
