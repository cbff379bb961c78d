"""List storages and data paths, or the objects of a data path

Without a target, every storage is listed with the data paths that it feeds: what it is, where it
is, where the local bytes are, and how many objects and bytes the pointer names. Live data have no
pointer: of them, what is staged here is counted.

With targets, the objects that the pointers name are listed: whether each is staged here (`*`), its
size and the start of an identifier. Nothing is asked of the storage.

EXAMPLES

    git storage ls
    git storage ls data/raw
    git storage ls -z 'data/raw/*.fits' | xargs -0 du -ch
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser, targets
from gitstore.commands.status_mounts import document as mount_document
from gitstore.repo.listing import Described
from gitstore.repo.mounts import Standing
from gitstore.repo.repo import Repo
from gitstore.ui import documents
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, human, short_id, shown, table

_HEAD = ("Type", "Name", "URL", "Location", "Project path", "Objects", "Size")


def arguments(parser: Parser) -> None:
    """What can be typed."""
    targets(parser)
    parser.add_argument("-z", action="store_true", help="print only paths, each ended by NUL")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """List."""
    repo, screen = opened(screen)
    if args.targets:
        return _objects(args, repo, screen)
    rows, mounts = repo.storages(), repo.mounts()
    if args.z:
        screen.names(row.data.path for row in rows if row.data is not None)
    elif screen.json:
        screen.document("ls", storages=[_document(row, mounts) for row in rows])
    elif not rows:
        screen.talk("no storage is described yet")
        screen.hint("git storage add NAME URL --to PATH")
    else:
        for line in table(_HEAD, [_row(row, mounts, screen) for row in rows]):
            screen.line(line)
    return 0


def _objects(args: argparse.Namespace, repo: Repo, screen: Screen) -> int:
    found = repo.objects(*args.targets)
    if args.z:
        screen.names(below(data.path, o.path) for data, listed in found for o in listed)
        return 0
    if screen.json:
        listed_objects = [
            {
                "data_path": data.path,
                "path": one.path,
                "staged": one.staged,
                **(documents.version(one.version) or {}),
            }
            for data, listed in found
            for one in listed
        ]
        screen.document("ls", objects=listed_objects)
        return 0
    for data, listed in found:
        for one in listed:
            mark, size = "*" if one.staged else " ", human(one.version.size)
            path = screen.path(below(data.path, one.path))
            screen.line(f"{mark} {size:>10}  {short_id(one.version):<16}  {path}")
    return 0


def _row(row: Described, mounts: Mapping[str, Standing], screen: Screen) -> tuple[str, ...]:
    start = (row.place.provider.upper(), row.storage.name, shown(row.storage.url))
    if row.data is None:
        return (*start, "-", "-", "-", "-")
    mounted = mounts.get(row.data.path)
    if mounted is not None:
        location = f"mount {mounted.record.point}" if mounted.alive else "mount (ended)"
    else:
        location = row.location or ("-" if row.data.mode.value == "copy" else row.data.mode.value)
    counts = (f"{row.objects:,}", human(row.size))
    path = screen.path(row.data.path) + (" (live)" if row.data.live else "")
    return (*start, shown(location), path, *counts)


def _document(row: Described, mounts: Mapping[str, Standing]) -> dict[str, object]:
    return {
        "storage": documents.storage(row.storage, row.place.provider, row.place.identity),
        "data_path": None if row.data is None else documents.data_path(row.data),
        "location": row.location,
        "mount": None if row.data is None else mount_document(row.data, mounts),
        "objects": row.objects,
        "size": row.size,
    }
