"""Reading the files of a pointer, whoever has written them."""

from __future__ import annotations

from collections.abc import Mapping

from gitstore.core.errors import FormatError
from gitstore.core.pointer import Pointer, parse


def understood(files: Mapping[str, bytes], name: str) -> Pointer:
    """The pointer that files hold, also where nobody but git has merged it.

    What is written next has the one spelling again; nothing waits for that.

    Args:
        files: as `pointer.parse` takes them.
        name: likewise.

    Raises:
        FormatError: as `pointer.parse` does, but for slices that have become too few.
    """
    try:
        return parse(files, name)
    except FormatError:
        from gitstore.core.merging import resettled  # late: hardly any pointer needs it

        whole = resettled(files, name)
        if whole is None:
            raise
        return whole
