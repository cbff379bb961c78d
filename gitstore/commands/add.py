"""Describe a storage and the data path that it feeds

The URL says where the data is. With --to, the storage is listed once and a pointer is written that
names every object; nothing is downloaded. The manifest `.storage.yaml`, the pointer and the ignore
rules are added to git's index, so that a plain `git commit` takes them.

With --live no pointer is written: nothing is promised to be the same tomorrow, and no commit says
which versions there were. `stage` brings what is there now, and `sync` works as it does elsewhere.

Without --to only the storage is described. A storage that is described already can feed another
data path: then URL can be left out.

EXIT STATUS

- 0: described
- 128: the storage does not answer, or the path cannot be a data path
- 129: the command line is wrong

EXAMPLES

A bucket, of which one directory becomes `data/raw`:

    git storage add survey s3://sky-survey/release-3 --to data/raw --prefix 2023/

A public bucket on a server of one's own, only for reading:

    git storage add images s3://images --endpoint https://s3.example.org --anonymous \\
        --to images --access read

Another data path of the same storage:

    git storage add survey --to data/masks --prefix masks/ --include '*.fits'

A directory that changes all the time, of which no versions are wanted:

    git storage add survey --to data/today --prefix today/ --live
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.core.manifest import Access, DataPath, Mode, StorageSpec, Track
from gitstore.core.place import Place
from gitstore.repo.adding import Added
from gitstore.repo.repo import Repo
from gitstore.repo.selection import below_top
from gitstore.repo.staging import staged_in
from gitstore.ui import documents
from gitstore.ui.screen import Screen
from gitstore.ui.words import count, human, shown


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("name", metavar="NAME", help="the storage's name in this project")
    parser.add_argument("url", metavar="URL", nargs="?", help="where it is")
    parser.add_argument("--to", metavar="PATH", help="the data path to feed")
    parser.add_argument(
        "--prefix",
        default="",
        metavar="PREFIX",
        help="feed what is below PREFIX/ only, or one object",
    )
    reading.patterns(parser, "describe")
    modes = [mode.value for mode in Mode]
    parser.add_argument("--mode", choices=modes, help="how to make it available")
    rights = [access.value for access in Access]
    told = "keep no pointer: what the storage holds now is what counts"
    parser.add_argument("--live", action="store_true", help=told)
    parser.add_argument("--access", choices=rights, help="whether changes may go back")
    parser.add_argument("--endpoint", metavar="URL", help="the service's own URL")
    parser.add_argument("--region", metavar="REGION", help="the region of the service")
    parser.add_argument("--account", metavar="ACCOUNT", help="an Azure account, or a server's user")
    parser.add_argument("--anonymous", action="store_true", help="go without credentials")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what the provider of a package wants to know",
    )
    parser.add_argument("--description", metavar="TEXT", help="one line for people")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Describe, and say what was understood.

    Raises:
        UsageError: neither a URL nor a storage that is described already.
    """
    repo, screen = opened(screen)
    before = repo.project.text
    added = repo.add(_storage(args, repo), data_path(args, repo, args.name))
    if screen.json:
        screen.document("add", **_document(added))
        return 0
    _show(screen, added, changed=repo.project.text != before)
    return 0


def data_path(args: argparse.Namespace, repo: Repo, name: str) -> DataPath | None:
    """The data path that the arguments describe, or None without `--to`.

    Raises:
        UsageError: without `--to`, something is said about the data path.
    """
    if args.to is None:
        _check_needs_no_path(args)
        return None
    data = DataPath(
        path=below_top(args.to, repo.project.where),
        storage=name,
        include=tuple(args.include),
        exclude=tuple(args.exclude),
    )
    return replace(
        data,
        prefix=args.prefix,
        mode=Mode(args.mode or "copy"),
        access=Access(args.access or "write"),
        track=Track.LIVE if args.live else Track.POINTER,
    )


def _check_needs_no_path(args: argparse.Namespace) -> None:
    for name in ("prefix", "include", "exclude", "mode", "access", "live"):
        # What is not said is None or empty, so that a default can be said, too.
        if getattr(args, name, None):
            url = f" {shlex.quote(args.url)}" if args.url else ""
            raise UsageError(
                f"--{name} needs --to, because it is about a data path",
                hint=f"git storage add {shlex.quote(args.name)}{url} --to PATH --{name} …",
            )


def _storage(args: argparse.Namespace, repo: Repo) -> StorageSpec:
    known = repo.project.manifest.storages.get(args.name)
    if args.url is None:
        if known is None:
            raise UsageError(
                f"storage {args.name} is not described yet, so it needs a URL",
                hint=f"git storage add {args.name} URL --to PATH",
            )
        return known
    return StorageSpec(
        name=args.name,
        url=args.url,
        endpoint=args.endpoint,
        region=args.region,
        account=args.account,
        anonymous=args.anonymous,
        description=args.description,
        options=tuple(args.option),
    )


def _show(screen: Screen, added: Added, changed: bool) -> None:
    screen.line(f"{added.storage.name}: {_understood(added.place)}")
    if added.data is None:
        if changed:
            screen.talk("next: git commit -m 'data: add " + added.storage.name + "'")
        else:
            screen.talk(f"{added.storage.name} is described already; nothing was written")
        screen.hint(f"git storage stage {added.storage.name} --to PATH")
        return
    path = added.data.path
    screen.line(
        f"{screen.path(path)}: {count(added.objects)}, {human(added.size)}, none of it here"
    )
    if added.markers:
        screen.detail(f"passed over {count(len(added.markers), 'folder marker')}")
    for name, reason in added.unnamed:
        screen.talk(f"left out {shown(name)}: {reason}")
    screen.talk(f"next: git commit -m 'data: add {path}'")
    if staged_in(added.data.mode):
        screen.talk(f"      git storage stage {screen.typed(path)}")


def _understood(place: Place) -> str:
    if place.root is not None:
        return f"directory {shown(place.root)}"
    where = {
        "provider": place.provider,
        "endpoint": place.endpoint or place.host,
        "bucket": place.container,
        "prefix": place.prefix,
        "region": place.region,
    }
    return ", ".join(f"{key} {shown(value)}" for key, value in where.items() if value)


def _document(added: Added) -> dict[str, object]:
    place = added.place
    return {
        "storage": documents.storage(added.storage, place.provider, place.identity),
        "data_path": None if added.data is None else documents.data_path(added.data),
        "objects": added.objects,
        "size": added.size,
        "markers": list(added.markers),
        "unnamed": [{"name": name, "reason": reason} for name, reason in added.unnamed],
    }
