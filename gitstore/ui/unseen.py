"""Typing that the terminal does not show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def unseen(stream: TextIO) -> Iterator[None]:
    """Nothing that is typed in the block is shown, if the stream is a terminal that can do that."""
    try:
        import termios
    except ImportError:  # Windows
        yield
        return
    terminal = stream.fileno()
    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] = before[3] & ~termios.ECHO
    try:
        # What was typed ahead is not thrown away: it may be the answer.
        termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
