"""What `install` has made, written down before it is made, so that it can be taken away whole.

No content of anybody's configuration is kept, which may hold secrets: what git cannot undo itself
are a newline at the end and a file or directory that was not there, and a fingerprint tells those.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gitstore.adapters.git_config import fingerprint, give_back
from gitstore.core.errors import LocalFailure

_NAME = "installed"


@dataclass(frozen=True, slots=True)
class Made:
    """What an installation has made.

    Attributes:
        file: of configuration, that names were added to.
        before: its fingerprint before that, None when there was no such file.
        values: that were set there, by name.
        hooks: directories with hooks of ours.
        directories: that were not there before, a directory before what is in it.
    """

    file: Path
    before: str | None
    values: Mapping[str, str] = field(default_factory=dict)
    hooks: tuple[Path, ...] = ()
    directories: tuple[Path, ...] = ()


def noted(home: Path) -> Made | None:
    """What was noted in a directory of ours, or None: nothing was, or by an older version."""
    try:
        told = json.loads((home / _NAME).read_text())
        return Made(
            Path(told["file"]),
            told["before"],
            told["values"],
            tuple(map(Path, told["hooks"])),
            tuple(map(Path, told["directories"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note(home: Path, file: Path, values: Mapping[str, str], hooks: Iterable[Path]) -> None:
    """Note what is about to be made, beside what was made before.

    Args:
        home: the directory for the note, which is made, too.
        file: of configuration.
        values: that will be set there, unless they are somebody else's.
        hooks: directories that hooks will be put into.

    Raises:
        LocalFailure: the operating system refused it.
    """
    made = noted(home) or Made(file, fingerprint(file))
    hooks = tuple(dict.fromkeys((*made.hooks, *hooks)))
    new = [path for each in (home, *hooks) for path in _missing(each)]
    directories = tuple(dict.fromkeys((*made.directories, *new)))
    made = replace(made, values=dict(values), hooks=hooks, directories=directories)
    told = {
        "file": str(made.file),
        "before": made.before,
        "values": dict(made.values),
        "hooks": [str(path) for path in made.hooks],
        "directories": [str(path) for path in made.directories],
    }
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / _NAME).write_text(json.dumps(told, indent=1) + "\n")
    except OSError as error:
        raise LocalFailure(f"{home / _NAME} cannot be written: {error.strerror}") from error


def tidy(home: Path) -> None:
    """Take away the note and what only the note tells of, after everything else is gone.

    Raises:
        LocalFailure: the operating system refused it.
    """
    made = noted(home)
    if made is None:
        return
    give_back(made.file, made.before)
    (home / _NAME).unlink()
    for directory in reversed(made.directories):
        with contextlib.suppress(OSError):  # somebody uses it by now
            directory.rmdir()


def _missing(directory: Path) -> list[Path]:
    return [path for path in (*reversed(directory.parents), directory) if not path.exists()]
