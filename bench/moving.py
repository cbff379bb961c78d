"""Contests in which objects are moved: small ones, with and without latency, and large ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from bench import down, up
from bench.report import Row
from bench.rounds import Contest, Terms, Tool, count, hold
from bench.scene import Data, Scene, far_away, made

_SMALL = 4096
_MANY_TRANSFERS = ("--transfers", "128", "--checkers", "128")
_MANY_STREAMS = ("--multi-thread-streams", "8", "--multi-thread-cutoff", "32M")
_LARGE_CHUNKS = ("--multi-thread-chunk-size", "32M")
_LARGE_PARTS = ("--s3-chunk-size", "32M", "--s3-upload-concurrency", "8")
_LARGE_COUNTED = 256 << 20
_BLOCKS_COUNTED = 10
# DVC, git-lfs and git-annex keep the object under a name of their own: one more each in the server.
_LARGEST_KEPT_TWICE = 1 << 30
_MANY_PARTS = ("--concurrency", "16", "--part-size", "32")


def _small_down(terms: Terms) -> list[Row]:
    tools = [
        *(down.git_storage(), down.rclone("--transfers", "16"), down.s5cmd(), down.bare(16)),
        *(down.dvc(), down.aws(), down.lfs()),
    ]
    few = [down.git_storage(), down.annex()]
    return _small(terms, terms.server or "rclone", tools, few)


def _small_up(terms: Terms) -> list[Row]:
    tools = [
        *(up.git_storage(), up.rclone("--transfers", "16"), up.s5cmd(), up.bare(16)),
        *(up.dvc(), up.aws(), up.lfs()),
    ]
    few = [up.git_storage(), up.annex()]
    return _small(terms, terms.server or "lean", tools, few)


def _small_down_far(terms: Terms) -> list[Row]:
    many = [down.git_storage(), down.rclone(*_MANY_TRANSFERS), down.s5cmd(), down.bare(128)]
    slow = [down.git_storage(), down.rclone(), down.aws(), down.lfs()]
    return _far_away(terms, terms.server or "lean", [*many, down.dvc()], slow)


def _small_up_far(terms: Terms) -> list[Row]:
    many = [up.git_storage(), up.rclone(*_MANY_TRANSFERS), up.s5cmd(), up.bare(128)]
    slow = [up.git_storage(), up.rclone(), up.aws(), up.lfs()]
    return _far_away(terms, terms.server or "lean", [*many, up.dvc()], slow)


def _large_down(terms: Terms) -> list[Row]:
    tools = [
        *(down.git_storage(), down.rclone(), down.rclone(*_MANY_STREAMS, *_LARGE_CHUNKS)),
        *(down.s5cmd(), down.s5cmd(*_MANY_PARTS), down.curl(), down.aws()),
    ]
    keepers = [down.dvc(), down.lfs(), down.annex()]
    with made(terms.root, terms.server or "ministack", _one(terms)) as scene:
        return _counted(terms, scene, tools + _fitting(terms, keepers))


def _large_up(terms: Terms) -> list[Row]:
    tools = [
        *(up.git_storage(), up.rclone(), up.rclone(*_LARGE_PARTS)),
        *(up.s5cmd(), up.s5cmd(*_MANY_PARTS), up.aws()),
    ]
    keepers = [up.dvc(), up.lfs(), up.annex()]
    with made(terms.root, terms.server or "ministack", _one(terms)) as scene:
        return _counted(terms, scene, tools + _fitting(terms, keepers))


def _blocks_down(terms: Terms) -> list[Row]:
    tools = [down.git_storage(), down.rclone(), down.rclone("--transfers", "16"), down.s5cmd()]
    size, blocks = terms.sizes.block, terms.sizes.blocks
    datas = [Data("blocks", blocks, size), Data("counted", min(blocks, _BLOCKS_COUNTED), size)]
    with made(terms.root, terms.server or "ministack", datas) as scene:
        for data in datas:
            scene.remove_source(data)
        return _counted(terms, scene, [*tools, down.aws()])


CONTESTS = (
    Contest("small-down", "small objects, brought", _small_down),
    Contest("small-down-far", "small objects with latency, brought", _small_down_far),
    Contest("small-up", "new small objects, given", _small_up),
    Contest("small-up-far", "new small objects with latency, given", _small_up_far),
    Contest("large-down", "one large object, brought", _large_down),
    Contest("large-up", "one large object, given", _large_up),
    Contest("blocks-down", "objects of 64 MiB, brought", _blocks_down),
)


def _small(terms: Terms, server: str, tools: Sequence[Tool], slowest: Sequence[Tool]) -> list[Row]:
    """Everybody with many objects; those who would take many minutes for these, with few."""
    sizes = terms.sizes
    few = Data("few", max(1, sizes.objects // 100), _SMALL)
    datas = [Data("small", sizes.objects, _SMALL), Data("counted", sizes.counted, _SMALL), few]
    with made(terms.root, server, datas) as scene:
        rows = _counted(terms, scene, tools)
        return rows + hold(terms, _named(few), scene, few, slowest)


def _far_away(terms: Terms, server: str, many: Sequence[Tool], slow: Sequence[Tool]) -> list[Row]:
    """With latency: some with all objects, the slow ones with a fourth of them."""
    objects = terms.sizes.objects
    datas = [Data("small", objects, _SMALL), Data("fourth", max(1, objects // 4), _SMALL)]
    rows = []
    with ExitStack() as stack:
        scene = stack.enter_context(made(terms.root, server, datas, terms.delay))
        far = stack.enter_context(far_away(scene, terms.delay))
        for data, tools in zip(datas, (many, slow), strict=True):
            what = f"{_named(data)}, {terms.delay * 1000:.0f} ms away"
            rows += hold(terms, what, far, data, tools)
    return rows


def _fitting(terms: Terms, keepers: Sequence[Tool]) -> list[Tool]:
    """Those of which the server, which is in memory, can hold an object more each."""
    return list(keepers) if terms.sizes.large <= _LARGEST_KEPT_TWICE else []


def _one(terms: Terms) -> list[Data]:
    large = terms.sizes.large
    return [Data("large", 1, large), Data("counted", 1, min(large, _LARGE_COUNTED))]


def _counted(terms: Terms, scene: Scene, tools: Sequence[Tool]) -> list[Row]:
    """Rounds with the first data of a scene; the requests are those of the second."""
    measured, counted = scene.datas[:2]
    rows = hold(terms, _named(measured), scene, measured, tools)
    told = f"requests: of {_named(counted)}"
    if counted.files * counted.size == measured.files * measured.size:
        return count(terms, rows, scene, counted, tools)
    rows = count(terms, rows, scene, counted, tools)
    return [replace(rows[0], note=rows[0].note or told), *rows[1:]]


def _named(data: Data) -> str:
    size = f"{data.size >> 20} MiB" if data.size >> 20 else f"{data.size / 1024:g} KiB"
    return f"{data.files} objects of {size}" if data.files > 1 else f"one object of {size}"
