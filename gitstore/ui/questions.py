"""Questions about conflicts and deletions, asked on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitstore.core.errors import Stopped
from gitstore.core.model import Action, Choice
from gitstore.core.versions import Version
from gitstore.ui.words import below, human

_LETTERS = {"l": Choice.LOCAL, "r": Choice.REMOTE, "b": Choice.BOTH, "s": Choice.SKIP}
_QUESTION = "[l]ocal, [r]emote, [b]oth, [d]iff, [s]kip, [a]bort? (a capital letter: all the rest) "


class Asker(Protocol):
    """Who is asked; a `Screen`."""

    def path(self, path: str) -> str:
        """A path of the work tree, seen from the caller's directory."""
        ...

    def ask(self, question: str) -> str:
        """One line that somebody types."""
        ...

    def talk(self, *pieces: str) -> None:
        """One line of talk."""
        ...


@dataclass(slots=True)
class Questions:
    """Asks about one conflict after the other, until an answer is for all the rest.

    Attributes:
        asker: who is asked.
        aborted: whether somebody chose to stop; then `Stopped` was raised.
    """

    asker: Asker
    aborted: bool = False
    rest: Choice | None = None

    def conflict(self, data_path: str, action: Action) -> Choice:
        """The answer to one conflict.

        Args:
            data_path: where the object is, relative to the top level.
            action: the conflict.

        Raises:
            Stopped: somebody chose to stop, or no longer answers.
        """
        if self.rest is not None:
            return self.rest
        path = self.asker.path(below(data_path, action.path))
        while True:
            self.asker.talk(f"conflict: {path}: {action.reason}")
            answer = self.asker.ask(_QUESTION)
            letter = answer[:1]
            if letter in ("a", "A", ""):
                self.aborted = True
                raise Stopped("stopped before anything was moved")
            choice = _LETTERS.get(letter.lower())
            if choice is not None:
                self.rest = choice if letter.isupper() else None
                return choice
            if letter in ("d", "D"):
                self._sides(action)

    def deletions(self, what: str) -> bool:
        """Whether so many deletions are meant."""
        return self.asker.ask(f"sync would {what}. Go on? [y/N] ").lower() in ("y", "yes")

    def _sides(self, action: Action) -> None:
        state = action.seen
        base = None if state.base is None else state.base.version
        for name, side in (("base", base), ("local", state.local), ("remote", state.remote)):
            self.asker.talk(f"  {name:7} {_side(side)}")


def _side(version: Version | None) -> str:
    if version is None:
        return "none"
    return f"{human(version.size)} ({version.size} bytes) {' '.join(version.ids)}"
