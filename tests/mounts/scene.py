"""A clone with something mounted, and the certainty that nothing stays mounted."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EIO
from pathlib import Path

import pytest

from gitstore.adapters import mounts_system
from gitstore.adapters.mounts import MountDirectory, MountRecord, records
from tests.faults import Network, network
from tests.lab import DATA, Lab
from tests.rules.scenes import over_s3
from tests.servers import Bucket
from tests.waiting import until

OBJECTS = {
    "m31.fits": b"one" * 1000,
    "2023/m13.fits": b"thirteen",
    "2023/raw/big.bin": bytes(range(256)) * 20_000,  # 5 MB: read in parts
}


@contextmanager
def tidy(lab: Lab) -> Iterator[Lab]:
    """The clone; at the end everything is unmounted, whatever happened."""
    try:
        yield lab
    finally:
        # Not from what is noted, which a test may have removed.
        for point in points(lab):
            subprocess.run(["fusermount3", "-u", "-z", point], check=True)


@contextmanager
def over_network(lab: Lab, bucket: Bucket, wish: str = "60") -> Iterator[tuple[Lab, Network]]:
    """A clone whose storage is behind a network that can fail, and counts."""
    with network(bucket.server.endpoint) as way:
        on = over_s3(lab, replaced(bucket, way.endpoint), OBJECTS)
        on.git("config", "storage.mountTimeout", wish)
        with tidy(on):
            yield on, way


def replaced(bucket: Bucket, endpoint: str) -> Bucket:
    """The same bucket by way of another endpoint."""
    from dataclasses import replace

    return replace(bucket, server=replace(bucket.server, endpoint=endpoint))


def of(lab: Lab) -> list[MountRecord]:
    """What is noted of the clone's mounts."""
    return records(lab.top / ".git")


def runs(lab: Lab) -> bool:
    """Whether the process of the clone's mount lives."""
    return any(MountDirectory(lab.top / ".git", r.name).runs() for r in of(lab))


def process(lab: Lab) -> int:
    """The process of the clone's one mount."""
    (record,) = of(lab)
    pid = MountDirectory(lab.top / ".git", record.name).process()
    assert pid is not None
    return pid


def kill(lab: Lab) -> None:
    """The process of the clone's mount is killed."""
    os.kill(process(lab), signal.SIGKILL)
    until(lambda: not runs(lab))


def mounted(lab: Lab) -> bool:
    """Whether the system has a mount for the clone, dead or alive."""
    return points(lab) != []


def points(lab: Lab) -> list[str]:
    """Where the system has mounts for clones of this test."""
    places = (lab.root / "home" / ".cache" / "git-storage" / "mounts").glob("*")
    return [str(place) for place in places if mounts_system.is_mounted(str(place))]


def blocks(lab: Lab) -> list[Path]:
    """The blocks that are kept on disk."""
    kept = lab.root / "home" / ".cache" / "git-storage" / "blocks"
    return [path for path in kept.rglob("*") if path.is_file()]


def fails(action: Callable[[], object]) -> int:
    """The number of the error that the system gives."""
    with pytest.raises(OSError) as found:  # noqa: PT011 - the number is what is asked for
        action()
    return found.value.errno or 0


def patiently(read: Callable[[], bytes]) -> bytes:
    """What is read in the end: a busy machine is taken for a storage that gives no answer."""
    found = []

    def there() -> bool:
        try:
            found.append(read())
        except OSError as error:
            assert error.errno == EIO  # noqa: PT017 - others are not waited for
        return bool(found)

    until(there)
    return found[0]


def data(lab: Lab, name: str) -> Path:
    """A file of the mounted data path."""
    return lab.top / DATA / name
