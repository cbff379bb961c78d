"""Print URLs of objects for other programs

Without --sign, it is the URL in the words of the storage (s3://bucket/key), or, where the storage
is public (anonymous in the manifest, or a web server), the https URL at which everybody can read
it. With --sign, it is a URL with which anybody can read the object for that many seconds, a week at
most: whoever has it needs nothing else, so treat it as a secret.

A URL names the recorded version where the provider has a word for it. A signed URL that cannot name
one is only printed if the storage holds the recorded version now; it gives whatever is there later.

Signing is done here, with the credentials that you have for the storage. It takes a key pair of S3,
the key of a Google service account, or the key of an Azure account. A URL that is signed with
temporary keys ends with them.

EXIT STATUS

- 0: every URL was printed
- 128: none was printed, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage url data/raw/m31.fits
    git storage url --sign 3600 data/raw/m31.fits
    git storage url --json --rev v1.0 data/raw/m31.fits
    curl -O "$(git storage url --sign 600 data/raw/m31.fits)"
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import moment
from gitstore.commands.parser import Parser, positive, recorded
from gitstore.repo.linking import links
from gitstore.ui.screen import Screen
from gitstore.ui.words import shown


def arguments(parser: Parser) -> None:
    """What can be typed."""
    recorded(parser)
    told = "with the right to read the object for so long, for whoever has the URL"
    parser.add_argument("--sign", type=positive, metavar="SECONDS", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Print."""
    files, screen = moment(args.rev, args.repo, screen)
    found = links(files.snapshot, [files.name(path) for path in args.paths], args.sign)
    if screen.json:
        documents = [
            {
                "path": each.name,
                "url": each.url,
                "https": each.https,
                "signed": each.signed,
                "pinned": each.pinned,
            }
            for each in found
        ]
        screen.document("url", urls=documents)
        return 0
    for each in found:
        screen.line(shown(each.best))
    return 0
