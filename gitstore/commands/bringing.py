"""What `start` and `clone` share: bring up what a checkout describes, and tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from gitstore.core.errors import Stopped, StorageError
from gitstore.core.manifest import Mode
from gitstore.repo.repo import Repo
from gitstore.repo.room import Consent, Need, instead, short_of_room
from gitstore.repo.settings import chosen_warn_size
from gitstore.repo.starting import (
    Answer,
    Brought,
    End,
    Reached,
    Started,
    StartOptions,
)
from gitstore.ui import documents
from gitstore.ui.advice import advice
from gitstore.ui.reports import show_report
from gitstore.ui.screen import Screen
from gitstore.ui.starting import StartQuestions
from gitstore.ui.words import count, human


def bring(repo: Repo, screen: Screen, options: StartOptions) -> tuple[int, Mapping[str, object]]:
    """Bring up, and say what came of it.

    Returns:
        The exit status, 1 if something was not brought up that was not skipped on purpose; and
        what a JSON document has of it.
    """
    limit = chosen_warn_size(repo.project.git)
    told = replace(options, tell=partial(_tell, screen, limit))
    try:
        started = repo.start(told, listener=screen.listener())
    except Stopped as stopped:
        screen.talk(stopped.message)
        return 1, {}
    if not screen.json:
        _show(screen, started)
    return (0 if started.complete else 1), _document(started)


def asking(options: StartOptions, questions: StartQuestions) -> StartOptions:
    """The same options, with somebody to ask about storages that cannot be had."""

    def ask(reached: Reached) -> Answer:
        if reached.problem is None:
            return Answer.SKIP
        skips = questions.skips(reached.name, reached.problem.message, advice(reached.problem))
        return Answer.SKIP if skips else Answer.RETRY

    return replace(options, ask=ask)


def confirming(options: StartOptions, questions: StartQuestions) -> StartOptions:
    """The same options, with somebody to ask before anything is copied."""

    return replace(options, confirm=partial(_confirmed, questions))


def consenting(screen: Screen) -> Consent:
    """Tells before much is copied, and asks where there is somebody to ask."""

    def copies(needs: Sequence[Need]) -> bool | None:
        _tell(screen, 0, needs, "" if screen.asks else "warning: ")
        return _confirmed(StartQuestions(screen), needs) if screen.asks else None

    return copies


def _confirmed(questions: StartQuestions, needs: Sequence[Need]) -> bool:
    short = short_of_room(needs)
    size, free = short or (sum(n.size for n in needs), min(n.free for n in needs))
    return questions.copies(sum(n.objects for n in needs), size, free)


def _tell(screen: Screen, limit: int, needs: Sequence[Need], mark: str = "") -> None:
    for need in needs:
        about = f"{count(need.objects)}, {human(need.size)} to copy, {human(need.free)} free"
        screen.talk(f"{mark}{screen.path(need.data.path)}: {about}")
    large = sum(need.size for need in needs) > limit
    # Without anybody to ask, what has no room is an error, which has the same hint.
    if large and (screen.asks or short_of_room(needs) is None):
        screen.hint(instead(max(needs, key=lambda need: need.size).data))


def _show(screen: Screen, started: Started) -> None:
    for reached in started.storages:
        if reached.end is End.SKIPPED:
            screen.line(f"{reached.name}: skipped")
        elif reached.problem is not None:
            screen.error(f"{reached.name}: {reached.problem.message}", advice(reached.problem))
    for brought in started.data:
        _show_brought(screen, brought)
    if not started.storages:
        screen.talk("no storage is described here")


def _show_brought(screen: Screen, brought: Brought) -> None:
    path = screen.path(brought.data.path)
    if brought.problem is not None:
        screen.error(f"{path}: {brought.problem.message}", advice(brought.problem))
    elif brought.report is not None:
        show_report(screen, brought.report)
    elif brought.end is not End.READY:
        screen.line(f"{path}: not brought up")
    elif brought.data.mode is Mode.REFERENCE:
        screen.talk(f"{path}: a reference; nothing is copied")


def _document(started: Started) -> dict[str, object]:
    return {
        "storages": [
            {"name": each.name, "end": each.end.value, **_problem(each.problem)}
            for each in started.storages
        ],
        "data_paths": [
            {
                "path": each.data.path,
                "mode": each.data.mode.value,
                "end": each.end.value,
                "report": None if each.report is None else documents.report(each.report),
                **_problem(each.problem),
            }
            for each in started.data
        ],
    }


def _problem(problem: StorageError | None) -> dict[str, object]:
    if problem is None:
        return {"error": None, "hint": None}
    return {"error": problem.message, "hint": advice(problem)}
