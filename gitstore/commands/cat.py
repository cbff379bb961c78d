"""Print the bytes of objects

The bytes go to standard output, one object behind the other, whether they are staged or not:
nothing is kept here. What is staged is read here, with what you have edited; what is not, from the
storage, and then it is the recorded version or an error, never something else.

With --rev, it is what that commit records. With --repo, it is another project, which is not cloned:
its URL, as git clone takes it, or a directory; paths are relative to the top of that project then,
and its storages need an approval of their own (git storage trust --repo).

EXIT STATUS

- 0: everything was printed
- 1: an object could not be read to its end; the others were printed
- 128: nothing was printed, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage cat data/raw/m31.fits | fitsheader -
    git storage cat --range 0-2879 data/raw/m31.fits
    git storage cat --rev v1.0 data/table.csv | head
    git storage cat --repo https://example.org/sky.git data/table.csv
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from gitstore.commands.opened import moment
from gitstore.commands.parser import Parser, recorded
from gitstore.core.errors import NoCredentials, StorageError, Untrusted, UsageError
from gitstore.repo.files import Files
from gitstore.ui.screen import Screen

_CHUNK = 1 << 20
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?")

Range = tuple[int, int | None]


def arguments(parser: Parser) -> None:
    """What can be typed."""
    recorded(parser)
    told = "only these bytes, counted from 0, both included: FIRST-LAST or FIRST-"
    parser.add_argument("--range", metavar="FIRST-LAST", type=_range, help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Print.

    Raises:
        UsageError: JSON is wanted.
    """
    if screen.json:
        raise UsageError("bytes are no JSON document", hint="git storage ls --json PATH")
    files, screen = moment(args.rev, args.repo, screen)
    names = [files.name(path) for path in args.paths]
    for name in names:
        files.require(name)
    code = 0
    for name in names:
        try:
            screen.raw(_chunks(files, name, args.range or (0, None)))
        except (Untrusted, NoCredentials):
            raise  # it is about all that follows, too
        except StorageError as error:
            screen.error(error.message, error.hint)
            code = 1
    return code


def _chunks(files: Files, name: str, wanted: Range) -> Iterator[bytes]:
    first, last = wanted
    with files.open(name, buffered=False) as stream:
        stream.seek(first)
        left = None if last is None else last + 1 - first
        while left is None or left > 0:
            chunk = stream.read(_CHUNK if left is None else min(_CHUNK, left))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            yield chunk


def _range(text: str) -> Range:
    found = _RANGE.fullmatch(text)
    last = None if found is None or found[2] is None else int(found[2])
    if found is None or (last is not None and last < int(found[1])):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIRST-LAST, such as 0-2879")
    return int(found[1]), last
