"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that is most like another one, or None if none is like it.

    Args:
        likeness: from 0 to 1, as `difflib` measures it.
    """
    import difflib  # late: where every word is known, nobody guesses

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return found[0] if found else None
