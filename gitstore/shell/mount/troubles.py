"""What a mount could not do: its readers only get an I/O error, so the reason is kept for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EIO, ENOENT

from gitstore.adapters.mounts import MountDirectory, Trouble
from gitstore.core.errors import StorageError

_MOST = 100
_AGAIN = 10.0  # seconds in which the same trouble is not written to the log again


class Troubles:
    """The troubles of one mount, the latest last; `git storage status` shows them.

    Args:
        kept: where they are noted.
        log: writes a line.
    """

    def __init__(self, kept: MountDirectory, log: Callable[[str], None]) -> None:
        self._kept = kept
        self._log = log
        self._found: dict[str, Trouble] = {}
        self._noting = threading.Lock()

    @contextmanager
    def told(self, path: str) -> Iterator[None]:
        """Turn an error into the one that the kernel passes on, and note why.

        Raises:
            OSError: with EIO, or ENOENT for what is not there.
        """
        try:
            yield
        except KeyError as error:
            raise OSError(ENOENT, path) from error
        except StorageError as error:
            self.note(path, error.message, error.hint)
            raise OSError(EIO, path) from error

    def note(self, path: str, text: str, hint: str | None = None) -> None:
        """Keep a trouble."""
        now = time.time()
        with self._noting:
            before = self._found.pop(path, None)
            self._found[path] = Trouble(path, text, now, hint)
            if len(self._found) > _MOST:
                self._found.pop(next(iter(self._found)))
            if before is None or before.text != text or now - before.when > _AGAIN:
                self._log(f"{path}: {text}")
                self._kept.set_troubles(list(self._found.values()))

    def forget(self) -> None:
        """Forget all of them."""
        with self._noting:
            if self._found:
                self._found.clear()
                self._kept.set_troubles([])

    def over(self, path: str) -> None:
        """Forget a trouble: it worked."""
        if path not in self._found:
            return
        with self._noting:
            if self._found.pop(path, None) is not None:
                self._kept.set_troubles(list(self._found.values()))
