"""What `start` and `clone` ask and say about bringing a checkout up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitstore.core.errors import Stopped
from gitstore.ui.words import count, human

_STORAGE = "[s]kip it, [r]etry, [a]bort? "


class Asker(Protocol):
    """Who is asked; a `Screen`."""

    def ask(self, question: str) -> str:
        """One line that somebody types."""
        ...

    def talk(self, *pieces: str) -> None:
        """One line of talk."""
        ...

    def error(self, message: str, hint: str | None = None) -> None:
        """What went wrong, and what to do about it."""
        ...


@dataclass(slots=True)
class StartQuestions:
    """Asks about storages that cannot be had, and before much is copied.

    Attributes:
        asker: who is asked.
        aborted: whether somebody chose to stop; then `Stopped` was raised.
    """

    asker: Asker
    aborted: bool = False

    def skips(self, name: str, message: str, hint: str | None) -> bool:
        """Whether to go on without a storage; else it is to be tried again.

        Raises:
            Stopped: somebody chose to stop, or no longer answers.
        """
        self.asker.error(f"{name}: {message}", hint)
        while True:
            letter = self.asker.ask(_STORAGE)[:1].lower()
            if letter in ("s", "r"):
                return letter == "s"
            if letter in ("a", ""):
                self.aborted = True
                raise Stopped("stopped before anything was moved")

    def copies(self, objects: int, size: int, free: int) -> bool:
        """Whether to copy so much; where there is no room for it, only a written yes counts."""
        about = f"{count(objects)}, {human(size)}; {human(free)} are free"
        if size <= free:
            return self.asker.ask(f"copy {about}? [Y/n] ").lower() in ("", "y", "yes")
        question = f"copy {about}, which is not enough? [y/N] "
        return self.asker.ask(question).lower() in ("y", "yes")
