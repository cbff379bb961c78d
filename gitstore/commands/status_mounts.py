"""What `status` says of a mount: that it is there, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gitstore.core.manifest import DataPath, Mode
from gitstore.ui.colour import RED, Painted
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, count, shown

if TYPE_CHECKING:
    from gitstore.repo.mounts import Standing


def sound(data: DataPath, mounts: Mapping[str, Standing]) -> bool:
    """Whether nothing has to be done about the mount of a data path."""
    found = mounts.get(data.path)
    return data.mode is not Mode.MOUNT if found is None else found.sound


def show_mount(data: DataPath, mounts: Mapping[str, Standing], screen: Screen) -> None:
    """Show how it stands with the mount of a data path, if it has or should have one."""
    found = mounts.get(data.path)
    typed = screen.typed(data.path)
    if found is None:
        if data.mode is Mode.MOUNT:
            screen.line("  not mounted")
            screen.advise(f'use "git storage stage {typed}"')
        return
    for told, advice in _states(found):
        screen.line(f"  {told}")
        if advice:
            screen.advise(f'use "git storage {advice} {typed}"')
    if found.troubles:
        screen.line("  could not be read or written through the mount:")
        for trouble in found.troubles:
            path = screen.path(below(data.path, trouble.path))
            screen.line("    ", Painted(path, RED), f"  {shown(trouble.text)}")
            if trouble.hint is not None:
                screen.advise(shown(trouble.hint))


def explained(path: str, data: DataPath, mounts: Mapping[str, Standing]) -> Iterator[str]:
    """What a mount could not do with one object."""
    found = mounts.get(data.path)
    name = data.path.rpartition("/")[2] if path == "." else path
    for trouble in () if found is None else found.troubles:
        if trouble.path == name:
            yield trouble.text


def document(data: DataPath, mounts: Mapping[str, Standing]) -> dict[str, object] | None:
    """The same for programs; None where nothing is mounted."""
    found = mounts.get(data.path)
    if found is None:
        return None
    return {
        "mount_point": found.record.point,
        "live": found.record.live,
        "writable": found.record.writable,
        "alive": found.alive,
        "linked": found.linked,
        "current": found.current,
        "unrecorded": found.unrecorded,
        "problems": [{"path": t.path, "problem": t.text, "hint": t.hint} for t in found.troubles],
    }


def _states(found: Standing) -> Iterator[tuple[str, str]]:
    record = found.record
    what = "live, " if record.live else ""
    how = "for reading and writing" if record.writable else "for reading"
    if not found.alive:
        yield "not mounted any more: its process has ended", "stage"
        return
    yield f"mounted {what}{how} at {shown(record.point)}", ""
    if not found.linked:
        yield "the data path does not lead to the mount", "stage"
    elif not found.current:
        yield "the mount shows another pointer than the one that is checked out", "stage"
    if found.unrecorded:
        told = f"{count(found.unrecorded)} written through the mount, which the pointer misses"
        yield told, "sync"
