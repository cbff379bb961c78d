"""The figures of `make bench` say what they seem to say; the contests run by `make bench` alone."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.cost import Command, CommandFailed, Cost, TooSlow, median, run
from bench.programme import CONTESTS
from bench.relay import Requests, kind
from bench.report import Row, table
from tests.sources import ROOT

_GET = b"GET /bench/data/a.dat HTTP/1.1\r\nHost: h\r\n\r\n"
_LIST = b"GET /bench?list-type=2&prefix=data%2F HTTP/1.1\r\nHost: h\r\n\r\n"
_PUT = b"PUT /bench/b HTTP/1.1\r\nhost: h\r\ncontent-length: 16\r\n\r\nGET / HTTP/1.1\r\n"


def costs(*walls: float) -> list[Cost]:
    return [Cost(wall, wall / 2, 1 << 20) for wall in walls]


def command(where: Path, *argv: str) -> Command:
    (where / "here").mkdir()
    return Command(argv, where / "here", os.environ)


def test_each_figure_has_its_own_median() -> None:
    assert median([Cost(1, 30, 7), Cost(2, 20, 9), Cost(9, 10, 8)]) == Cost(2, 20, 8)


def test_ratios_are_to_the_first_of_the_contest() -> None:
    rows = [Row("x", "ours", costs(2, 2)), Row("x", "theirs", costs(3)), Row("y", "z", costs(8))]
    lines = table(rows, [], {}).splitlines()
    assert [line.split("|")[4].strip() for line in lines[2:5]] == ["1.00", "1.50", "1.00"]


def test_who_did_not_finish_is_in_the_table_and_no_base_for_ratios() -> None:
    rows = [Row("x", "ours", [], note="failed"), Row("x", "theirs", costs(3))]
    first, second = table(rows, [], {}).splitlines()[2:4]
    assert "failed" in first
    assert second.split("|")[4].strip() == "1.00"


def test_no_request_and_none_counted_are_told_apart() -> None:
    rows = [
        Row("x", "a", costs(1), {}),
        Row("x", "b", costs(1)),
        Row("x", "c", costs(1), {"GET": 2}),
    ]
    told = [line.split("|")[9].strip() for line in table(rows, [], {}).splitlines()[2:5]]
    assert told == ["none", "", "2 GET"]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_requests_are_counted_in_whatever_pieces_they_come(size: int) -> None:
    sent = _GET + _PUT + _LIST + _GET
    requests = Requests(Counter())
    for at in range(0, len(sent), size):
        requests.see(sent[at : at + size])
    assert requests.counts == {"GET": 2, "LIST": 1, "PUT": 1}


def test_a_listing_is_no_read() -> None:
    assert kind(b"GET /bench/?prefix=x HTTP/1.1") == "LIST"
    assert kind(b"GET /bench HTTP/1.1") == "LIST"
    assert kind(b"GET /bench/list-type=2 HTTP/1.1") == "GET"


def test_the_memory_is_the_commands_and_not_the_measuring_ones(tmp_path: Path) -> None:
    ours = bytearray(os.urandom(1 << 10) * (64 << 10))  # 64 MiB, resident
    assert run(command(tmp_path, "true")).memory < len(ours) / 2


def test_a_command_that_takes_too_long_is_ended_with_what_it_has_started(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    end = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(TooSlow):
        run(command(tmp_path, "sh", "-c", "(sleep 20; echo alive) >../pipe & wait"), limit=0.5)
    os.set_blocking(end, True)
    assert os.read(end, 5) == b""  # nobody holds the other end
    os.close(end)


def test_a_command_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="ended with 3: alas"):
        run(command(tmp_path, sys.executable, "-c", "print('alas'); raise SystemExit(3)"))


def test_every_contest_has_a_name_of_its_own_and_is_described() -> None:
    names = [each.name for each in CONTESTS]
    assert sorted(set(names)) == sorted(names)
    page = (ROOT / "docs" / "performance.md").read_text()
    assert [name for name in names if f"| `{name}` |" not in page] == []
