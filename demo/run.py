"""`make demo`: a tour of `git storage` with a storage server on this machine.

Everything happens in a temporary directory and on 127.0.0.1. Nothing is left running and, unless
`--keep` is given, nothing is left on disk. The exit status is 0 only if all came out as told.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

_AFTER = """
Next:
  docs/tutorial.md      fifteen minutes, on a plain directory, for you to type
  docs/s3.md            your own bucket
  docs/architecture.md  how it works, and why nothing is lost
"""


def main() -> int:
    """Tell the story; 0 if all came out as told, 1 if not, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="keep the temporary directory")
    keep: bool = parser.parse_args().keep
    # The project is not installed with its demo: both are found from the project's top.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    signal.signal(signal.SIGTERM, _end)
    root = Path(tempfile.mkdtemp(prefix="git-storage-demo-"))
    try:
        return _told(root)
    except KeyboardInterrupt:
        return 130
    finally:
        if keep:
            sys.stderr.write(f"kept: {root}\n")
        else:
            shutil.rmtree(root, ignore_errors=True)


def _told(root: Path) -> int:
    from demo import scene, story
    from demo.telling import NotAsTold
    from tests.servers import ServerMissing

    begin = time.monotonic()
    try:
        with scene.begun(root) as begun:
            story.tell(begun)
    except (NotAsTold, ServerMissing) as error:
        sys.stderr.write(f"\nthe demo failed: {error}\n")
        return 1
    seconds = time.monotonic() - begin
    sys.stdout.write(f"\nAll as told, in {seconds:.0f} seconds. The server is stopped.\n{_AFTER}")
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C does, so that the server is stopped and the directory removed.
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
