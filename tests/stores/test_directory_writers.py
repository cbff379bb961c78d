"""Writers of a directory storage that are killed, or that write one object together."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.directory import DirectoryStore
from gitstore.adapters.stores.directory_tree import new_temporary
from gitstore.core.errors import Refused


def test_what_a_killed_writer_left_goes_when_the_object_is_written_again(tmp_path: Path) -> None:
    store = DirectoryStore("file://left", tmp_path)
    (tmp_path / "beside.txt").write_bytes(b"the target of a second name")
    parent = os.open(tmp_path, os.O_RDONLY)
    descriptor, name = new_temporary(parent, "a.txt")
    os.close(descriptor)
    (tmp_path / name).unlink()
    os.link(tmp_path / "beside.txt", tmp_path / name)

    store.write("a.txt", BytesSource(b"again"), None)

    assert not (tmp_path / name).exists()
    assert (tmp_path / "beside.txt").read_bytes() == b"the target of a second name"
    os.close(parent)


def test_a_writer_that_is_alive_keeps_its_temporary_file(tmp_path: Path) -> None:
    store = DirectoryStore("file://live", tmp_path)
    parent = os.open(tmp_path, os.O_RDONLY)
    descriptor, name = new_temporary(parent, "a.txt")

    store.write("a.txt", BytesSource(b"faster"), None)

    assert (tmp_path / name).exists()
    os.close(descriptor)
    os.close(parent)


def test_writers_of_one_object_never_share_a_temporary_file(tmp_path: Path) -> None:
    store = DirectoryStore("file://many", tmp_path / "many")
    (tmp_path / "many").mkdir()
    for number in range(60):
        bodies = [bytes([65 + n]) * 4096 for n in range(8)]
        barrier = Barrier(8)

        def create(body: bytes, key: str = f"k{number}", gate: Barrier = barrier) -> bytes | None:
            gate.wait()
            try:
                store.write(key, BytesSource(body), None)
            except Refused:
                return None
            return body

        with ThreadPoolExecutor(8) as pool:
            won = [body for body in pool.map(create, bodies) if body is not None]
        assert won == [(tmp_path / "many" / f"k{number}").read_bytes()]


_KILLED = """
import os, sys
from pathlib import Path
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.directory import DirectoryStore

def link(*given, real=os.link, **named):
    real(*given, **named)
    if not os.path.basename(given[1]).startswith("."):
        os._exit(9)

os.link = link
DirectoryStore("file://kill", Path(sys.argv[1])).write("a.txt", BytesSource(b"whole"), None)
"""


def test_a_writer_that_is_killed_when_the_object_has_its_name_leaves_nothing_else(
    tmp_path: Path,
) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False)
    assert done.returncode == 9
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"whole"}
