"""The figures as a Markdown table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.cost import Cost, median


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant in one contest.

    Attributes:
        what: the contest.
        who: the contestant; the first one of a contest is what the others are divided by.
        costs: one for each round; none if it did not come to an end, and `note` says why.
        requests: how many of each kind reached the server, if they were counted.
        note: what else is to be known.
    """

    what: str
    who: str
    costs: Sequence[Cost]
    requests: Mapping[str, int] | None = None
    note: str = ""


_HEAD = ("", "", "wall", "ratio", "CPU", "ratio", "memory", "rounds", "requests", "")


def table(rows: Sequence[Row], notes: Sequence[str], about: Mapping[str, str]) -> str:
    """Medians, with ratios to the first contestant: above 1 means that it needed more."""
    first: dict[str, Cost] = {}
    cells: list[tuple[str, ...]] = [_HEAD]
    for row in rows:
        asked = _asked(row.requests)
        if not row.costs:
            cells.append((row.what, row.who, "", "", "", "", "", "", asked, row.note))
            continue
        cost = median(row.costs)
        base = first.setdefault(row.what, cost)
        measured = (
            _shown(cost.wall),
            _ratio(cost.wall, base.wall),
            _shown(cost.cpu),
            _ratio(cost.cpu, base.cpu),
            f"{cost.memory / 2**20:.0f} MiB",
            str(len(row.costs)),
        )
        cells.append((row.what, row.who, *measured, asked, row.note))
    return "\n".join([*_drawn(cells), "", *notes, *_lines(about)]) + "\n"


def as_json(rows: Sequence[Row], notes: Sequence[str], about: Mapping[str, str]) -> str:
    """Every round of every contestant."""
    document = {
        "about": dict(about),
        "notes": list(notes),
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=1) + "\n"


def _drawn(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines


def _lines(about: Mapping[str, str]) -> list[str]:
    return ["; ".join(f"{name} {value}" for name, value in about.items())]


def _asked(requests: Mapping[str, int] | None) -> str:
    if requests is None:
        return ""
    return ", ".join(f"{number} {kind}" for kind, number in sorted(requests.items())) or "none"


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _ratio(one: float, other: float) -> str:
    # What took no time that the clock could see has no ratio.
    return f"{one / other:.2f}" if other else ""


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"
