"""`bench/run --growth`: time and memory against the number of objects, ours and the peers'.

Everybody runs once at each number. A tool leaves when the next number, ten times the last one,
would take it longer than its limit, the making of its project included: nobody runs for hours. A
run that was cut off goes on with the number at which it was.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import describing, down, idle, settled
from bench.cost import Command, CommandFailed, Cost, TooSlow, run
from bench.peers import PLOTTING, ROOT, install_plotting
from bench.rounds import Check, Terms, Tool, say
from bench.scene import Data, Scene, made

NUMBERS = (1_000, 10_000, 100_000, 1_000_000)
_STEP = 10
_TINY = 16
_PEERS_LIMIT = 120.0  # seconds; with it a whole run takes some 15 minutes
_OURS = "git storage"
_COMPARED = 10_000


@dataclass(frozen=True, slots=True)
class Point:
    """One command at one number of objects.

    Attributes:
        work: `add`, `stage`, `status` or `sync`.
        who: the tool.
        objects: how many.
        cost: of one run.
    """

    work: str
    who: str
    objects: int
    cost: Cost


@dataclass(slots=True)
class _Field:
    """Who is still in it."""

    terms: Terms
    file: Path
    points: list[Point] = field(default_factory=list)
    left: set[tuple[str, str]] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, terms: Terms, file: Path) -> _Field:
        """As it was when a run was cut off, else everybody."""
        found = cls(terms, file)
        if file.exists():
            kept = json.loads(file.read_text())
            found.numbers = kept["numbers"]
            found.left = {(work, who) for work, who in kept["left"]}
            points = [Point(**{**each, "cost": Cost(**each["cost"])}) for each in kept["points"]]
            found.points = [each for each in points if each.objects in found.numbers]
        return found

    def write(self) -> None:
        """Write down what there is."""
        kept = {
            "numbers": self.numbers,
            "left": sorted(self.left),
            "points": [asdict(each) for each in self.points],
        }
        self.file.write_text(json.dumps(kept, indent=1))

    def limit(self, tool: Tool) -> float:
        """Seconds for one command; ours is measured to the end."""
        return self.terms.limit if tool.name.startswith(_OURS) else _PEERS_LIMIT

    def attempt(self, work: str, scene: Scene, data: Data, tool: Tool) -> Command | None:
        """One run of a tool, unless it has left; what it took is written down at once."""
        if (work, tool.name) in self.left:
            return None
        begin = time.monotonic()
        try:
            tool.prepare(scene, data)
            command, check = tool.begin(scene, data)
            command = settled.remembering(scene, command)
            cost = run(command, self.limit(tool))
            if data.files <= _COMPARED:
                check()
        except (CommandFailed, TooSlow) as error:
            say(f"{data.files} {work}: {tool.name} leaves: {' '.join(str(error).split())[:300]}")
            self.left.add((work, tool.name))
            return None
        self.points.append(Point(work, tool.name, data.files, cost))
        say(f"{data.files} {work}: {tool.name}: {cost.wall:.2f} s, {cost.memory >> 20} MiB")
        if _STEP * (time.monotonic() - begin) > self.limit(tool):
            self.left.add((work, tool.name))
        self.write()
        return command


def measure(terms: Terms, numbers: Sequence[int], results: Path) -> None:
    """The points, each written beside `results` as soon as it is there; to it in the end.

    Args:
        terms: our limit, and where; there is one round.
    """
    everybody = _Field.of(terms, unfinished(results))
    for number in numbers:
        if number in everybody.numbers:
            continue
        data = Data("growth", number, _TINY)
        with (
            tempfile.TemporaryDirectory(dir=terms.root) as root,
            made(Path(root), terms.server or "rclone", [data]) as scene,
        ):
            for tool in (describing.add(), *describing.listings()):
                everybody.attempt("add", scene, data, tool)
            for bringing, further in _projects():
                _stage(everybody, scene, data, bringing, further)
            everybody.attempt("status", scene, data, _git_status())
        everybody.numbers.append(number)
        everybody.write()
    results.write_text(json.dumps([asdict(each) for each in everybody.points], indent=1))
    unfinished(results).unlink()


def unfinished(results: Path) -> Path:
    """Where the points of a run are that has not come to its end."""
    return results.with_suffix(".unfinished.json")


def draw(results: Path, picture: Path) -> None:
    """Draw the points as SVG, by a program of its own."""
    install_plotting()
    program = ROOT / "bench" / "plot.py"
    subprocess.run([str(PLOTTING), str(program), str(results), str(picture)], check=True)


def _projects() -> list[tuple[Tool, list[tuple[str, Tool]]]]:
    """Who brings all objects, and what is done then where they are."""
    transfers = ("--transfers", "16", "--checkers", "16")
    ours, dvc = settled.git_storage, settled.dvc
    return [
        (down.git_storage(), [("status", ours("status")), ("sync", ours("sync"))]),
        (down.rclone(*transfers), [("sync", settled.rclone())]),
        (down.s5cmd(), [("sync", settled.s5cmd())]),
        (down.aws(), [("sync", settled.aws())]),
        (down.dvc(), [("status", dvc("data", "status")), ("sync", dvc("push"))]),
        (down.lfs(), []),
    ]


def _stage(
    everybody: _Field, scene: Scene, data: Data, bringing: Tool, further: list[tuple[str, Tool]]
) -> None:
    command = everybody.attempt("stage", scene, data, bringing)
    if command is None:
        return
    settled.keep(scene, data, bringing, command)
    for work, tool in further:
        everybody.attempt(work, scene, data, tool)
    # A million files of everybody would not fit the RAM disk.
    for each in (settled.kept(scene, data, bringing), *scene.root.glob(f"*-{data.name}")):
        shutil.rmtree(each)


def _git_status() -> Tool:
    """`git status` where the same files are in git itself."""

    def begin(scene: Scene, data: Data) -> tuple[Command, Check]:
        place = idle.committed(scene, data)
        scene.do(["git", "status"], place)
        return scene.command(["git", "status"], place), lambda: None

    return Tool("git status", begin)
