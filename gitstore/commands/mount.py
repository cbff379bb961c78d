"""Show data without copying it

A mounted data path has exactly the objects that its pointer names, in the versions that are
recorded. Listing it asks nothing of the storage; reading brings the parts that are read, ahead of
whoever reads straight on, and keeps them on disk up to storage.cacheSize. An object that has been
replaced on the storage is read in the recorded version where the storage still has it, and is an
I/O error otherwise, which `git storage status` explains: the bytes of two versions are never mixed.

The data path becomes a link to a directory outside of the work tree, so that `git clean -fdx` and
`rm -r` of the data path cannot reach an object. This clone has the data path in mode `mount` from
then on: `git storage stage` mounts it again, and lets it show what is checked out. Files that are
open keep the version that they were opened in.

With --live the storage is shown as it is, listed again after some seconds; no pointer is involved,
and nothing is promised about tomorrow. Each open file stays in the version that it was opened in.

With --rw files can be written, as a whole: the storage gets a file when it is closed, under the
condition that nobody else has changed the object since it was opened. If somebody has, closing is
an I/O error, and what was written is in the trash; `git storage status` says where. Objects that
were not written through the mount can be neither removed nor renamed: `git storage rm` and `mv` do
that. The pointer stays as it is until `git storage sync`.

Mounts need Linux, FUSE (fuse3) and the package mfusepy: pip install 'git-storage[mount]'.

EXIT STATUS

- 0: mounted
- 128: something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage mount data/raw
    git storage mount --all
    git storage mount --live survey
    git storage mount --rw data/results
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.repo.mounting import Mounted, MountOptions
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "a storage or a data path"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=told)
    parser.add_argument("--all", action="store_true", help="every data path")
    told = "show the storage as it is, not the pointer"
    parser.add_argument("--live", action="store_true", help=told)
    parser.add_argument("--rw", action="store_true", help="let files be written")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Mount.

    Raises:
        UsageError: nothing was named.
    """
    if bool(args.targets) == args.all:
        what = "both targets and --all" if args.all else "nothing to mount was named"
        raise UsageError(what, hint="git storage mount --all")
    repo, screen = opened(screen)
    done = repo.mount(*args.targets, options=MountOptions(args.live, args.rw))
    if screen.json:
        screen.document("mount", mounts=[_document(one) for one in done])
        return 0
    for one in done:
        how = "live, " if one.record.live else ""
        how += "for reading and writing" if one.record.writable else "for reading"
        already = "" if one.new else ", as it was"
        screen.line(f"{screen.path(one.data.path)}: mounted {how}{already}")
    return 0


def _document(one: Mounted) -> dict[str, object]:
    return {
        "data_path": one.data.path,
        "mount_point": one.record.point,
        "live": one.record.live,
        "writable": one.record.writable,
        "new": one.new,
    }
