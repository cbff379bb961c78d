"""The repository that a command works on, and the screen as it is used there."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from gitstore.repo.project import Project
from gitstore.repo.repo import Repo
from gitstore.ui.screen import Screen

if TYPE_CHECKING:
    from gitstore.core.trust import Person
    from gitstore.repo.files import Files
    from gitstore.repo.trusting import Approving


def opened(screen: Screen, rate: int | None = None) -> tuple[Repo, Screen]:
    """The repository of the current directory, and a screen that shows paths as seen from there.

    Args:
        rate: bytes per second that may move, as typed; None: what is configured.

    Raises:
        NotARepository: there is none.
        FormatError: its manifest cannot be read.
    """
    seen = [screen]

    @cache
    def person() -> Person:
        from gitstore.ui.attendant import Attendant

        return Attendant(seen[0])

    repo = Repo(".", person, rate)
    project = repo.project
    seen[0] = screen.within(project.git.prefix, partial(_coloured, project))
    return repo, seen[0]


def described(url: str | None, screen: Screen) -> tuple[Approving, Screen]:
    """What describes storages: the current work tree, or another project, and a screen for it.

    Args:
        url: of the other project; None means the current work tree.
    """
    if url is not None:
        from gitstore.repo.foreign import foreign

        return foreign(url), screen
    repo, screen = opened(screen)
    return repo.project, screen


def moment(rev: str | None, repo: str | None, screen: Screen) -> tuple[Files, Screen]:
    """The data of a project as one moment records it, and a screen for it.

    Args:
        rev: a commit; None means the work tree.
        repo: another project; None means that of the current directory.
    """
    from gitstore.repo.files import files

    @cache
    def person() -> Person:
        from gitstore.ui.attendant import Attendant

        return Attendant(screen)

    return files(rev, repo, person=person), screen


def pointers(repo: Repo) -> dict[str, int]:
    """What the pointers hold now, by file name; compare two answers with `written`."""
    project = repo.project
    return {
        name: hash(content)
        for data in project.manifest.data.values()
        for name, content in project.pointer_files(data).items()
    }


def written(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The pointers that changed; slices count as their pointer."""
    names = {n for n in (*before, *after) if before.get(n) != after.get(n)}
    return sorted(
        {n.partition(".storage.d/")[0] + ".storage" if ".storage.d/" in n else n for n in names}
    )


def _coloured(project: Project) -> bool:
    for name in ("color.storage", "color.ui"):
        value = project.git.config(name)
        if value in ("auto", "always", "never"):
            return value != "never"
        if value is not None:
            return project.git.config_bool(name, True)
    return True
