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
        costs: one for each round.
    """

    what: str
    who: str
    costs: Sequence[Cost]


_HEAD = ("", "", "wall", "ratio", "CPU", "ratio", "memory")


def table(rows: Sequence[Row], notes: Sequence[str], about: Mapping[str, str]) -> str:
    """Medians, with ratios to the first contestant: above 1 means that it needed more."""
    first: dict[str, Cost] = {}
    cells: list[tuple[str, ...]] = [_HEAD]
    for row in rows:
        cost = median(row.costs)
        base = first.setdefault(row.what, cost)
        cells.append(
            (
                row.what,
                row.who,
                f"{cost.wall:.3f} s",
                f"{cost.wall / base.wall:.2f}",
                f"{cost.cpu:.3f} s",
                f"{cost.cpu / base.cpu:.2f}",
                f"{cost.memory / 2**20:.0f} MiB",
            )
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    lines += ["", *notes, "; ".join(f"{name} {value}" for name, value in about.items())]
    return "\n".join(lines) + "\n"


def as_json(rows: Sequence[Row], notes: Sequence[str], about: Mapping[str, str]) -> str:
    """Every round of every contestant."""
    document = {
        "about": dict(about),
        "notes": list(notes),
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=1) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"
