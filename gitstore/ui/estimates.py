"""What a transfer would move, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence

from gitstore.core.estimate import Estimate
from gitstore.ui.documents import Json
from gitstore.ui.screen import Screen
from gitstore.ui.words import count, human


def show_estimates(screen: Screen, command: str, estimates: Sequence[Estimate]) -> None:
    """Objects, bytes and requests of every data path."""
    if screen.json:
        screen.document(command, estimate=True, data_paths=[_document(e) for e in estimates])
        return
    for each in estimates:
        screen.line(f"{screen.path(each.data_path)}: {_told(each)}")
    screen.talk("nothing was moved (--estimate)")


def _told(value: Estimate) -> str:
    parts = []
    if value.down:
        free = f", {human(value.free)} free"
        parts.append(f"{count(value.down)} to come ({human(value.bytes_down)}{free})")
    if value.up:
        parts.append(f"{count(value.up)} to give ({human(value.bytes_up)})")
    if value.erased:
        parts.append(f"{count(value.erased)} to erase")
    told = ", ".join(parts) or "nothing to move"
    requests = value.requests
    return told if requests is None else f"{told}; {count(requests.total, 'request')}"


def _document(value: Estimate) -> Json:
    requests = value.requests
    return {
        "data_path": value.data_path,
        "down": {"objects": value.down, "bytes": value.bytes_down},
        "up": {"objects": value.up, "bytes": value.bytes_up},
        "erased": value.erased,
        "free": value.free,
        "requests": None
        if requests is None
        else {
            "listing": requests.listing,
            "reading": requests.reading,
            "writing": requests.writing,
            "erasing": requests.erasing,
            "measuring": requests.measuring,
            "total": requests.total,
        },
    }
