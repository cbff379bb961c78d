"""Store credentials for a storage

They are asked for on the terminal, tried out, and stored with git's credential helpers, so that
they are in the system's keychain; where no helper keeps them, in a file that only you can read.
They belong to one bucket of one host and are never written to the project. With --stdin they are
read as lines of the form NAME=VALUE, for scripts; a storage that the project names must be approved
before (git storage trust, or GIT_STORAGE_TRUST), because nobody sees where they go.

Credentials are looked up in this order: what is stored for the storage; what the cloud's own tools
have set up, for that cloud's own hosts only; none. --show says which are used, and sends nothing.

Instead of a storage's name its URL will do, before it is added. With --repo, it is a storage of
another project, which is read without a clone of it.

EXIT STATUS

- 0: stored; with --show, also when there are none
- 1: none were typed
- 128: they are not accepted, or the storage does not answer; nothing was stored
- 129: the command line is wrong

EXAMPLES

    git storage login survey
    git storage login --show survey
    git storage login --stdin s3://sky-survey --endpoint https://s3.example.org < keys

with a file `keys` of the lines `access=…` and `secret=…`. What a storage takes:

- S3: `access`, `secret`, and for temporary keys `token`
- Google Cloud Storage: `service-account`, its key file in one line; or `token`
- Azure: `account` and `key`; or `sas`; or `token`
- WebDAV and web servers: `user` and `password`; or `token`
- SFTP: `user` and `password`, where keys and agents will not do
- WebHDFS: `token`, a delegation token
- a package's provider: `user` and `password`, `token`, or `access` and `secret`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitstore.commands.opened import described
from gitstore.commands.parser import Parser, other_project
from gitstore.core.errors import NoCredentials, UsageError
from gitstore.core.manifest import StorageSpec
from gitstore.core.trust import Visit
from gitstore.repo import login
from gitstore.ui.attendant import asked_fields, show
from gitstore.ui.screen import Screen
from gitstore.ui.words import shown

if TYPE_CHECKING:
    from gitstore.repo.trusting import Approving


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("storage", metavar="NAME", help="a storage, or the URL of one")
    parser.add_argument("--show", action="store_true", help="say which credentials are used")
    parser.add_argument("--stdin", action="store_true", help="read them as lines NAME=VALUE")
    place(parser)


def place(parser: Parser) -> None:
    """What a URL alone does not say."""
    parser.add_argument("--endpoint", metavar="URL", help="of a URL: the service's own URL")
    parser.add_argument("--region", metavar="REGION", help="of a URL: the region")
    parser.add_argument("--account", metavar="ACCOUNT", help="of a URL: the account or user")
    other_project(parser)


def meant(args: argparse.Namespace, project: Approving) -> StorageSpec:
    """The storage that the arguments name."""
    typed = StorageSpec(args.storage, args.storage, args.endpoint, args.region, args.account)
    return login.storage(project, args.storage, typed)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Ask, try and store, or say what there is.

    Raises:
        UsageError: there is nobody to ask, or what was read is not understood.
    """
    project, screen = described(args.repo, screen)
    spec = meant(args, project)
    if args.show:
        if args.stdin:
            raise UsageError("--show reads nothing", hint="git storage login --show NAME")
        known = login.known(project, spec)
        return _show(screen, known.visit, known.by.name.lower())
    fields = _told(project, spec) if args.stdin else _asked(screen, project, spec)
    if fields is None:
        screen.talk("nothing was stored")
        return 1
    found, kept = login.login(project, spec, fields)
    if screen.json:
        screen.document("login", storage=found.name, place=found.place, kept=kept)
    else:
        screen.line(f"{shown(found.name)}: the credentials work, and are kept {shown(kept)}")
    return 0


def _show(screen: Screen, found: Visit, by: str) -> int:
    if screen.json:
        screen.document(
            "login",
            storage=found.name,
            place=found.place,
            endpoint=found.endpoint,
            source=by,
            credentials=found.credentials or None,
        )
        return 0
    screen.line(f"{shown(found.name)}: {shown(found.credentials or 'no credentials')}")
    screen.line(f"  for {shown(found.place)}")
    return 0


def _told(project: Approving, spec: StorageSpec) -> Mapping[str, str]:
    # Nobody sees where they go: what a name means may have changed with the last pull.
    login.require_approved(project, spec)
    return _read(sys.stdin.read())


def _asked(screen: Screen, project: Approving, spec: StorageSpec) -> Mapping[str, str] | None:
    try:
        found: Visit | str = login.known(project, spec).visit
    except NoCredentials as error:
        # What is there cannot be used: that is what somebody is about to mend.
        found = error.message
    if not screen.asks:
        typed = project.destination(spec).named
        raise UsageError("there is nobody to ask", hint=f"git storage login --stdin {typed} < FILE")
    if isinstance(found, str):
        screen.about(found)
    else:
        show(screen, found)
    return asked_fields(screen, spec.place().provider)


def _read(text: str) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals:
            # Never the line itself: it may be a secret.
            raise UsageError(
                f"line {number} of standard input is not NAME=VALUE",
                hint="git storage login --help",
            )
        # A password may begin or end with a blank.
        fields[name.strip()] = value
    return fields
