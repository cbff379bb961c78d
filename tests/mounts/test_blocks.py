"""Blocks on disk: only exactly what was asked for, up to a size, and never what is broken."""

from __future__ import annotations

import threading
from pathlib import Path

from gitstore.core.versions import version
from gitstore.shell.mount.blocks import BLOCK, Blocks, identity_of

ONE = version(3, {"sha256": "0" * 64, "etag": "e"})
ID = identity_of("s3://a", "key", ONE)


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_a_block_is_found_again_by_another_process(tmp_path: Path) -> None:
    Blocks(tmp_path, 1 << 20).put(ID, 7, b"abc")
    assert Blocks(tmp_path, 1 << 20).get(ID, 7) == b"abc"
    assert Blocks(tmp_path, 1 << 20).get(ID, 8) is None
    assert Blocks(tmp_path, 0).get(ID, 7) is None


def test_what_one_project_has_read_is_never_found_by_another(tmp_path: Path) -> None:
    blocks = Blocks(tmp_path, 1 << 20)
    blocks.put(ID, 0, b"abc")
    for place, key, made in [
        ("s3://b", "key", ONE),
        ("s3://a", "other", ONE),
        ("s3://a", "key", version(4, {"sha256": "0" * 64, "etag": "e"})),
        ("s3://a", "key", version(3, {"sha256": "0" * 64, "etag": "f"})),
        ("s3://a", "key", version(3, {"sha256": "0" * 64})),
    ]:
        assert blocks.get(identity_of(place, key, made), 0) is None


def test_what_is_broken_or_elsewhere_is_as_good_as_none(tmp_path: Path) -> None:
    blocks = Blocks(tmp_path, 1 << 20)
    blocks.put(ID, 0, b"abc")
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    for broken in (whole[:-1], whole[:20], b"", whole[:-1] + b"X", b"X" + whole[1:], whole + b"X"):
        file.write_bytes(broken)
        assert blocks.get(ID, 0) is None
    (file.parent / "1").write_bytes(whole)
    assert blocks.get(ID, 1) is None, "it is another block under a wrong name"
    blocks.put(ID, 0, b"abc")
    assert blocks.get(ID, 0) == b"abc"


def test_no_more_is_kept_than_may_be_and_what_is_used_stays(tmp_path: Path) -> None:
    import os

    limit = 40 * BLOCK
    blocks = Blocks(tmp_path, limit)
    blocks.put(ID, 1_000_000, b"used")
    used = next(iter(files(tmp_path)))
    for number in range(100):
        blocks.put(ID, number, bytes(BLOCK))
        for file in files(tmp_path):
            age = 0 if file == used else 1000 - number
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    assert sum(file.stat().st_size for file in files(tmp_path)) <= limit + 4 * BLOCK
    assert blocks.get(ID, 99) == bytes(BLOCK)
    assert blocks.get(ID, 1_000_000) == b"used"


def test_a_disk_that_refuses_keeps_nothing_and_fails_nobody(tmp_path: Path) -> None:
    place = tmp_path / "blocks"
    place.write_text("a file is in the way")
    blocks = Blocks(place, 1 << 20)
    blocks.put(ID, 0, b"abc")
    assert blocks.get(ID, 0) is None
    blocks.drop(ID)


def test_many_threads_keep_and_find(tmp_path: Path) -> None:
    blocks = Blocks(tmp_path, 64 << 10)
    wrong: list[object] = []

    def work(seed: int) -> None:
        for number in range(100):
            blocks.put(ID, number, bytes([number]) * 1000)
            found = blocks.get(ID, (number * seed) % 100)
            if found not in (None, bytes([(number * seed) % 100]) * 1000):
                wrong.append(found)

    crew = [threading.Thread(target=work, args=(seed,)) for seed in (1, 3, 7)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert wrong == []
