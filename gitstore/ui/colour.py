"""Whether and how to colour, by git's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gitstore.ui.words import clean

RED, GREEN, YELLOW, CYAN, BOLD = "31", "32", "33", "36", "1"


@dataclass(frozen=True, slots=True)
class Painted:
    """Some text and its colour. Meaning never depends on it: the words say the same."""

    text: str
    colour: str


Piece = str | Painted


def rendered(pieces: tuple[Piece, ...], coloured: bool) -> str:
    """The pieces as one text for a terminal, harmless whatever they hold."""
    return "".join(_one(piece, coloured) for piece in pieces)


def wanted(terminal: bool, environment: Mapping[str, str], configured: Callable[[], bool]) -> bool:
    """Whether to colour what goes to standard output.

    Args:
        terminal: whether standard output is one.
        environment: NO_COLOR (https://no-color.org), TERM, and GIT_PAGER_IN_USE, by which git says
            that standard output is its pager.
        configured: asks git for color.storage and color.ui; only asked where it matters.
    """
    paged = environment.get("GIT_PAGER_IN_USE") in ("true", "1", "yes")
    if environment.get("NO_COLOR") or not (terminal or paged):
        return False
    if not paged and environment.get("TERM", "dumb") == "dumb":
        return False
    return configured()


def _one(piece: Piece, coloured: bool) -> str:
    if isinstance(piece, str):
        return clean(piece)
    text = clean(piece.text)
    return f"\x1b[{piece.colour}m{text}\x1b[m" if coloured else text
