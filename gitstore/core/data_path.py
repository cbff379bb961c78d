"""Which paths of a work tree can be data paths.

None that git or its helpers would take for their own (see `core.names` for `.git`), and none where
tools look for code: whoever may write to a bucket is not whoever may change the project, and what
comes from there is in no review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitstore.core.names import is_dot_git

MAX_PATH = 1000
MAX_NAME = 240
"""Bytes of one component; `<name>.storage.d` still is a file name everywhere."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_OURS = re.compile(r".*\.storage(\.d|\.yaml)?|\.git(ignore|attributes|modules)", re.IGNORECASE)
# Case, dots and blanks at the end are nothing to some file systems.
_CODE = re.compile(
    r"(\.(github|gitlab|gitea|forgejo|circleci|buildkite|woodpecker|githooks|husky|vscode|idea|zed"
    r"|devcontainer|direnv|cargo|mvn|gradle|yarn|venv|virtualenv|tox|nox)"
    r"|node_modules|venv|__pycache__|__pypackages__|site-packages"
    r"|\.(envrc|gitlab-ci\.yml|travis\.yml|pre-commit-config\.yaml|npmrc|pypirc|lfsconfig)"
    r"|makefile|gnumakefile|jenkinsfile|justfile|dockerfile"
    r"|conftest\.py|setup\.py|noxfile\.py)[. ]*",
    re.IGNORECASE,
)


def problem(path: str) -> str | None:
    """Why this cannot be a data path, as the end of a sentence; None if it can.

    Args:
        path: relative to the top of the work tree, as it would stand in the manifest.
    """
    if not path:
        return "is empty"
    if _CONTROL.search(path):
        return "holds a control character"
    try:
        raw = path.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if len(raw) > MAX_PATH:
        return f"is longer than {MAX_PATH} bytes"
    if path.startswith("/"):
        return "is absolute; it has to be relative to the top of the work tree"
    if path.endswith("/"):
        return "ends with a slash"
    return next((found for found in map(_part_problem, path.split("/")) if found), None)


def nested(paths: Iterable[str]) -> tuple[str, str] | None:
    """A pair (inside, outside) of which the first lies in the second, or None."""
    known = set(paths)
    for path in sorted(known):
        parts = path.split("/")
        for count in range(1, len(parts)):
            outside = "/".join(parts[:count])
            if outside in known:
                return path, outside
    return None


def _part_problem(part: str) -> str | None:
    if part == "":
        return "has an empty part ('//')"
    # A backslash is a letter here and a separator on Windows: neither reading may lead away.
    for name in part.split("\\"):
        if name in (".", ".."):
            return f"has a part '{name}'"
        if is_dot_git(name):
            return "leads into a git directory"
    if len(part.encode()) > MAX_NAME:
        return f"has a name longer than {MAX_NAME} bytes"
    if _OURS.fullmatch(part):
        return f"has a part '{part}', a name that git or git storage gives to its own files"
    if _CODE.fullmatch(part):
        return f"has a part '{part}', where tools look for code"
    return None
