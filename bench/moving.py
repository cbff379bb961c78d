"""Contests in which objects are moved: small ones, with and without latency, and large ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from bench import down, up
from bench.report import Row
from bench.rounds import Contest, Terms, Tool, count, hold
from bench.scene import Data, made, through

_SMALL = 4096
_MANY_TRANSFERS = ("--transfers", "128", "--checkers", "128")
_MANY_STREAMS = ("--multi-thread-streams", "8", "--multi-thread-cutoff", "32M")
_LARGE_CHUNKS = ("--multi-thread-chunk-size", "32M")
_LARGE_PARTS = ("--s3-chunk-size", "32M", "--s3-upload-concurrency", "8")
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
    return _small(terms, terms.server or "ministack", tools, few)


def _small_down_far(terms: Terms) -> list[Row]:
    tools = [
        *(down.git_storage(), down.rclone(), down.rclone(*_MANY_TRANSFERS)),
        *(down.s5cmd(), down.bare(128), down.dvc(), down.aws(), down.lfs()),
    ]
    return _far_away(terms, terms.server or "rclone", tools)


def _small_up_far(terms: Terms) -> list[Row]:
    tools = [
        *(up.git_storage(), up.rclone(), up.rclone(*_MANY_TRANSFERS)),
        *(up.s5cmd(), up.bare(128), up.dvc(), up.aws(), up.lfs()),
    ]
    return _far_away(terms, terms.server or "ministack", tools)


def _large_down(terms: Terms) -> list[Row]:
    tools = [
        *(down.git_storage(), down.rclone(), down.rclone(*_MANY_STREAMS, *_LARGE_CHUNKS)),
        *(down.s5cmd(), down.s5cmd(*_MANY_PARTS), down.curl()),
        *(down.aws(), down.dvc(), down.lfs(), down.annex()),
    ]
    return _next_door(terms, terms.server or "ministack", _one(terms), tools)


def _large_up(terms: Terms) -> list[Row]:
    tools = [
        *(up.git_storage(), up.rclone(), up.rclone(*_LARGE_PARTS)),
        *(up.s5cmd(), up.s5cmd(*_MANY_PARTS), up.aws(), up.dvc(), up.lfs(), up.annex()),
    ]
    return _next_door(terms, terms.server or "ministack", _one(terms), tools)


def _blocks_down(terms: Terms) -> list[Row]:
    tools = [down.git_storage(), down.rclone(), down.rclone("--transfers", "16"), down.s5cmd()]
    data = [Data("blocks", terms.sizes.blocks, terms.sizes.block)]
    return _next_door(terms, terms.server or "ministack", data, [*tools, down.aws()])


CONTESTS = (
    Contest("small-down", "small objects, brought", _small_down),
    Contest("small-down-far", "small objects with latency, brought", _small_down_far),
    Contest("small-up", "new small objects, given", _small_up),
    Contest("small-up-far", "new small objects with latency, given", _small_up_far),
    Contest("large-down", "one large object, brought", _large_down),
    Contest("large-up", "one large object, given", _large_up),
    Contest("blocks-down", "objects of 64 MiB, brought", _blocks_down),
)


def _few_bytes(terms: Terms) -> list[Data]:
    sizes = terms.sizes
    return [Data("small", sizes.objects, _SMALL), Data("counted", sizes.counted, _SMALL)]


def _small(terms: Terms, server: str, tools: Sequence[Tool], few: Sequence[Tool]) -> list[Row]:
    """Everybody with many objects; those who would take many minutes for these, with some."""
    many, some = _few_bytes(terms)
    with made(terms.root, server, [many, some]) as scene:
        rows = hold(terms, _named(many), scene, many, tools)
        rows = count(terms, rows, scene, some, tools)
        return rows + hold(terms, _named(some), scene, some, few)


def _one(terms: Terms) -> list[Data]:
    return [Data("large", 1, terms.sizes.large)]


def _next_door(
    terms: Terms, server: str, datas: Sequence[Data], tools: Sequence[Tool]
) -> list[Row]:
    """Without latency; the requests are counted of the last data, which may be the same."""
    with made(terms.root, server, datas) as scene:
        rows = hold(terms, _named(datas[0]), scene, datas[0], tools)
        return count(terms, rows, scene, datas[-1], tools)


def _far_away(terms: Terms, server: str, tools: Sequence[Tool]) -> list[Row]:
    with ExitStack() as stack:
        data = _few_bytes(terms)[0]
        scene = stack.enter_context(made(terms.root, server, [data]))
        far, _ = stack.enter_context(through(scene, "far", terms.delay))
        what = f"{_named(data)}, {terms.delay * 1000:.0f} ms away"
        return hold(terms, what, far, data, tools)


def _named(data: Data) -> str:
    size = f"{data.size >> 20} MiB" if data.size >> 20 else f"{data.size / 1024:g} KiB"
    return f"{data.files} objects of {size}" if data.files > 1 else f"one object of {size}"
