"""Takes a guard away in this process for good: a plugin of pytest, and of `tests.forked`."""

from __future__ import annotations

import os

VARIABLE = "GIT_STORAGE_MUTATION"

if VARIABLE in os.environ:
    from tests.model.mutations_apart import APART

    _held = APART[os.environ[VARIABLE]].mutation()  # let go, it would put the guard back
    _held.__enter__()
