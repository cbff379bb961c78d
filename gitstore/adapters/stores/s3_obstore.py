"""obstore, imported safely when it is first needed, and which keys it can spell.

obstore's keys are paths (https://docs.rs/object_store/latest/object_store/path/struct.Path.html):
it refuses empty and dotted components and control characters, and, worse, drops a slash at either
end, so that a request for `/lead` or `folder/` would go to another object.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from threading import Lock
from typing import Any

_IMPORTING = Lock()

# An empty or dotted component anywhere, or a control character.
_UNSPELLABLE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f]")


def obstore_can_spell(key: str) -> bool:
    """Whether a request through obstore reaches exactly this key (as it is in the bucket)."""
    return _UNSPELLABLE.search(key) is None


class _Runtime:
    """The process in which obstore's threads run, once it has any."""

    process: int | None = None


def obstore_begins() -> None:
    """Take note that obstore is about to be used by this process."""
    _Runtime.process = _Runtime.process or os.getpid()


def obstore_runs() -> bool:
    """Whether obstore can be used here: in a process that was forked it would wait for ever."""
    return _Runtime.process in (None, os.getpid())


def obstore() -> Any:
    """The package."""
    # One thread at a time: it registers its modules before it has filled them, so that two threads
    # which both import them first can find one of them empty.
    with _IMPORTING:
        import_module("obstore.exceptions")
        import_module("obstore.store")
    return sys.modules["obstore"]


def obstore_errors() -> Any:
    """Its module of exceptions, or None where it was never imported and so has raised nothing."""
    return obstore().exceptions if "obstore" in sys.modules else None
