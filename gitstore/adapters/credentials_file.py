"""A file of the user's own for secrets, where git has no helper that keeps them.

One JSON document, readable by its owner only; the directory is the one that the system has for
configuration. It is written beside, flushed and renamed; the file beside it is also the lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitstore.core.credentials import Slot
from gitstore.core.errors import LocalFailure, Locked, NoCredentials

_VERSION = 1
_OTHERS = 0o077
Kept = tuple[str, str]


def file_of_user() -> Path:
    """Where the file is or will be."""
    from platformdirs import user_config_path

    return user_config_path("git-storage", appauthor=False) / "credentials.json"


@dataclass(frozen=True, slots=True)
class CredentialsFile:
    """The file. A missing one is empty; it is made by the first secret."""

    path: Path

    def get(self, slot: Slot) -> Kept | None:
        """The name and the secret of a slot, or None.

        Raises:
            NoCredentials: others may read the file, or it is damaged.
        """
        return self._read().get(str(slot))

    def put(self, slot: Slot, kept: Kept) -> None:
        """Keep a name and a secret.

        Raises:
            NoCredentials: others may read the file, or it is damaged.
            LocalFailure: it cannot be written.
            Locked: another process is writing it.
        """
        self._write({str(slot): kept}, set())

    def remove(self, slot: Slot) -> bool:
        """Forget a slot; whether there was anything in it. Raises what `put` raises."""
        if self.get(slot) is None:
            return False
        self._write({}, {str(slot)})
        return True

    def _read(self) -> dict[str, Kept]:
        try:
            with self.path.open(encoding="utf-8") as file:
                self._check_private(file.fileno())
                found = json.load(file)
            slots = found["credentials"]
            return {slot: (str(name), str(secret)) for slot, (name, secret) in slots.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NoCredentials(
                f"{self.path} is damaged", hint=f"rm {shlex.quote(str(self.path))}"
            ) from error
        except OSError as error:
            raise self._refused(error) from error

    def _check_private(self, descriptor: int) -> None:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if os.name == "posix" and mode & _OTHERS:
            raise NoCredentials(
                f"others may read {self.path} (mode {mode:o}), so it is not used",
                hint=f"chmod 600 {shlex.quote(str(self.path))}",
            )

    def _write(self, more: Mapping[str, Kept], gone: set[str]) -> None:
        # Where the file is a link, to a place that a user keeps such files in, it stays one.
        path = self.path.resolve()
        with self._locked(path) as beside:
            kept = {slot: value for slot, value in self._read().items() if slot not in gone}
            document: dict[str, Any] = {"version": _VERSION, "credentials": kept | dict(more)}
            try:
                with beside.open("w", encoding="utf-8") as file:
                    json.dump(document, file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(path)
            except OSError as error:
                raise self._refused(error) from error

    @contextlib.contextmanager
    def _locked(self, path: Path) -> Iterator[Path]:
        beside = path.with_name(path.name + ".lock")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error
        try:
            os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            raise Locked(
                f"another process is writing {path}",
                hint=f"wait until it has ended; if there is none: rm {shlex.quote(str(beside))}",
            ) from error
        except OSError as error:
            raise self._refused(error) from error
        try:
            yield beside
        finally:
            beside.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> LocalFailure:
        said = (error.strerror or "refused").lower()
        return LocalFailure(f"{self.path} cannot be used: {said}", hint="check its permissions")
