"""Draws what `bench.growth` has measured. It runs where matplotlib is, without the project.

plot.py growth.json growth.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "git storage"  # the same points give the same file
mpl.rcParams["svg.fonttype"] = "none"

from matplotlib import pyplot  # noqa: E402 - after it knows what to draw with

_LEFT = "A peer has no more points where ten times as many objects would take it over two minutes."
_WORKS = {
    "add": "describe (peers: list)",
    "stage": "bring everything",
    "status": "status, nothing changed",
    "sync": "sync, nothing changed",
}


_COLOURS = {
    "git storage": "#c1272d",
    "git": "#333333",
    "git lfs": "#e69f00",
    "rclone": "#0072b2",
    "s5cmd": "#009e73",
    "dvc": "#8f4fa8",
    "aws": "#a6761d",
    "obstore": "#999999",
}


def main() -> None:
    """Draw time above and memory below, a column for each work."""
    points = json.loads(Path(sys.argv[1]).read_text())
    size = {"figsize": (16, 8), "layout": "tight", "sharex": True, "sharey": "row"}
    figure, axes = pyplot.subplots(2, len(_WORKS), **size)
    for column, (work, title) in enumerate(_WORKS.items()):
        above, below = axes[0][column], axes[1][column]
        for who in dict.fromkeys(each["who"] for each in points if each["work"] == work):
            own = [each for each in points if each["work"] == work and each["who"] == who]
            objects = [each["objects"] for each in own]
            style = _style(who)
            above.plot(objects, [each["cost"]["wall"] for each in own], label=who, **style)
            below.plot(objects, [each["cost"]["memory"] / 2**20 for each in own], **style)
        above.set_title(title)
        above.legend(fontsize="x-small")
        below.set_xlabel("objects")
        for axis in (above, below):
            axis.set(xscale="log", yscale="log")
            axis.grid(visible=True, linewidth=0.3)
            axis.minorticks_off()
    figure.supxlabel(_LEFT, fontsize="small")
    axes[0][0].set_ylabel("seconds")
    axes[1][0].set_ylabel("MiB, the largest process")
    figure.savefig(sys.argv[2], format="svg", metadata={"Date": None, "Creator": None})


def _style(who: str) -> dict[str, object]:
    """A tool has one colour, whatever it does; ours is the thick line."""
    tool = max((each for each in _COLOURS if who.startswith(each)), key=len)
    width = 2.5 if tool == "git storage" else 1
    return {"color": _COLOURS[tool], "marker": "o", "markersize": 3, "linewidth": width}


if __name__ == "__main__":
    main()
