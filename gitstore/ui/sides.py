"""Questions about objects that two branches changed in other ways."""

from __future__ import annotations

from gitstore.core.errors import Stopped
from gitstore.core.merging import Conflict
from gitstore.core.settling import Side
from gitstore.core.versions import Version
from gitstore.ui.questions import Asker
from gitstore.ui.words import below, human

_LETTERS = {"o": Side.OURS, "t": Side.THEIRS, "r": Side.REMOTE, "s": None}
_QUESTION = "[o]urs, [t]heirs, [r]emote, [s]kip, [a]bort? (a capital letter: all the rest) "


class SideQuestions:
    """Asks about one object after the other, until an answer is for all the rest."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._rest: tuple[Side | None] | None = None

    def conflict(
        self, data_path: str, each: Conflict, stored: Version | None, reason: str
    ) -> Side | None:
        """The side that somebody chooses, or None to skip the object.

        Args:
            data_path: where the object is, relative to the top level.
            each: the object.
            stored: what the storage holds of it.
            reason: why that does not settle it.

        Raises:
            Stopped: somebody chose to stop, or no longer answers.
        """
        if self._rest is not None:
            return self._rest[0]
        self._asker.talk(f"conflict: {self._asker.path(below(data_path, each.path))}: {reason}")
        for name, version in (
            ("base", each.base),
            ("ours", each.ours),
            ("theirs", each.theirs),
            ("storage", stored),
        ):
            self._asker.talk(f"  {name:7} {_told(version)}")
        while True:
            letter = self._asker.ask(_QUESTION)[:1]
            if letter in ("a", "A", ""):
                raise Stopped("stopped; pointers that were settled before are resolved")
            if letter.lower() in _LETTERS:
                side = _LETTERS[letter.lower()]
                self._rest = (side,) if letter.isupper() else None
                return side


def _told(version: Version | None) -> str:
    if version is None:
        return "none"
    return f"{human(version.size)} ({version.size} bytes) {' '.join(version.ids)}"
