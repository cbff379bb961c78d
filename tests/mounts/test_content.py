"""Reading ahead in blocks: whoever goes on gets large requests, whoever jumps gets small ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from gitstore.core.errors import Unreachable
from gitstore.core.store import Span
from gitstore.core.versions import version
from gitstore.shell.mount.blocks import BLOCK, Blocks
from gitstore.shell.mount.content import Content, Reader, Supply
from gitstore.shell.pinned import Pinned
from tests.memory_store import MemoryStore

SIZE = 60 << 20
_KERNEL = 128 << 10  # bytes that it asks for at once


class Counted(Pinned):
    """An object of which is noted what was asked for."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), "x", version(SIZE, {"etag": "e"}))
        self.asked: list[Span] = []
        self.broken = 0

    def read(self, span: Span) -> bytes:
        self.asked.append(span)
        if self.broken:
            self.broken -= 1
            raise Unreachable("no answer")
        numbers = range(span.start // BLOCK, -(-span.stop // BLOCK))
        return b"".join(number.to_bytes(4, "big") * (BLOCK // 4) for number in numbers)


@pytest.fixture
def supply(tmp_path: Path) -> Iterator[Supply]:
    with ThreadPoolExecutor(16) as pool:
        yield Supply("s3://a", pool, Blocks(tmp_path, 0), 10)


def expected(start: int, size: int) -> bytes:
    first, last = start // BLOCK, (start + size - 1) // BLOCK
    whole = b"".join(n.to_bytes(4, "big") * (BLOCK // 4) for n in range(first, last + 1))
    return whole[start - first * BLOCK :][:size]


def test_whoever_goes_on_has_every_byte_brought_once_in_growing_requests(supply: Supply) -> None:
    pinned = Counted()
    reader = Reader(Content(pinned, supply))
    starts = list(range(0, SIZE, _KERNEL))
    for at in range(0, len(starts) - 1, 7):
        # The kernel asks from several threads, so that neighbours change places.
        starts[at], starts[at + 1] = starts[at + 1], starts[at]
    for start in starts:
        assert reader.read(_KERNEL, start) == expected(start, _KERNEL)
    sizes = [span.stop - span.start for span in pinned.asked]
    assert sum(sizes) == SIZE
    assert sizes[0] == BLOCK
    assert max(sizes) == 16 * BLOCK
    assert len(sizes) <= 30


def test_whoever_jumps_gets_what_was_asked_for_and_little_more(supply: Supply) -> None:
    pinned = Counted()
    reader = Reader(Content(pinned, supply))
    random = Random(1)
    reader.read(1, SIZE - 1)
    for _ in range(50):
        start = random.randrange(SIZE - 5000)
        assert reader.read(5000, start) == expected(start, 5000)
    assert sum(span.stop - span.start for span in pinned.asked) <= 70 * BLOCK
    assert reader.read(10, SIZE) == b""
    assert reader.read(10, SIZE - 4) == expected(SIZE - 4, 4)


def test_what_could_not_be_brought_is_asked_for_again(supply: Supply) -> None:
    pinned = Counted()
    reader = Reader(Content(pinned, supply))
    pinned.broken = 1
    with pytest.raises(Unreachable):
        reader.read(10, 0)
    assert reader.read(10, 0) == expected(0, 10)


def test_many_threads_bring_each_block_once(supply: Supply) -> None:
    pinned = Counted()
    content = Content(pinned, supply)
    wrong: list[int] = []

    def work(seed: int) -> None:
        random, reader = Random(seed), Reader(content)
        for _ in range(60):
            start = random.randrange(20 << 20)
            if reader.read(9000, start) != expected(start, 9000):
                wrong.append(start)

    crew = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert wrong == []
    blocks = [n for s in pinned.asked for n in range(s.start // BLOCK, s.stop // BLOCK)]
    assert len(blocks) == len(set(blocks))
