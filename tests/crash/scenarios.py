"""What is killed: a scenario prepares a world, names a command, and says what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gitstore.shell.transfer.upload import LARGE
from tests.crash.world import NAMES, World
from tests.lab import DATA
from tests.mounts.scene import kill, of


@dataclass(frozen=True, slots=True)
class Case:
    """A command in a prepared world.

    Attributes:
        command: what is typed after `git storage`.
        here: what the local files are when it has completed, or None if only some of it is known.
        there: what the objects of the storage are then.
        absent: whether a file may be away in the middle: a choice moves it before another comes, or
            a mount shows a version that its storage has no more.
        written: names of files that git may list as new or changed.
        tracked: what the pointer is then, or None if only git storage knows.
        again: whether the command, once it is whole, would do something else if run again.
    """

    command: tuple[str, ...]
    here: Mapping[str, bytes] | None
    there: Mapping[str, bytes]
    absent: bool = False
    written: tuple[str, ...] = (f"{DATA}.storage",)
    tracked: bytes | None = None
    again: Callable[[World], bool] = field(default=lambda _: True)


Scenario = Callable[[World], Case]


def add(world: World) -> Case:
    """A storage is described, and a data path that it feeds."""
    name = f"more{world.number}"
    where = (name, *world.second, "--to", name)
    world.added.append(name)
    seen = world.look()
    files = (f"{name}.storage", ".storage.yaml", ".gitignore", ".gitattributes")

    def unfinished(now: World) -> bool:
        return f"{name}:" not in (now.lab.top / ".storage.yaml").read_text()

    return Case(("add", *where), seen.here, seen.there, written=files, again=unfinished)


def stage(world: World) -> Case:
    """Somebody else has changed, made and erased objects, and pushed."""
    other = world.other
    other.pull()
    other.storage("stage", "--all")
    other.storage("sync")
    first, second, third = world.random.sample(NAMES, 3)
    for name in (first, second, "new"):
        data = world.content()
        other.write(f"{DATA}/{name}", data)
    other.storage("rm", f"{DATA}/{third}")
    other.storage("sync")
    other.commit("others")
    world.lab.pull()
    there = world.shelf.objects()
    return Case(("stage", "--all"), local(there), there)


def stage_first(world: World) -> Case:
    """Nothing is here yet."""
    world.lab.storage("unstage", DATA)
    there = world.shelf.objects()
    return Case(("stage", "--all"), local(there), there)


def unstage(world: World) -> Case:
    """Everything goes, one edited file too."""
    world.edit(NAMES[0])
    world.lab.storage("sync")
    return Case(("unstage", DATA), {}, world.shelf.objects())


def record(world: World) -> Case:
    """Local edits are recorded, and a new file."""
    for name in (*world.random.sample(NAMES, 2), "new"):
        world.edit(name)
    seen = world.look()
    return Case(("record",), seen.here, seen.there)


def sync(world: World) -> Case:
    """Edits, new files and deletions on both sides, of different objects."""
    mine, my_other, theirs, gone = world.random.sample(NAMES, 4)
    there = world.shelf.objects()
    for name in (mine, my_other, "new/here"):
        there[name] = world.edit(name)
    for name in (theirs, "new there"):
        there[name] = world.put(name)
    world.shelf.delete(gone)
    del there[gone]
    return Case(("sync",), local(there), there)


def sync_large(world: World) -> Case:
    """A file that is so large that its bytes are identified on their way."""
    data = world.random.randbytes(LARGE + 1)
    world.known.add(data)
    world.lab.write(f"{DATA}/large", data)
    there = {**world.shelf.objects(), "large": data}
    return Case(("sync",), local(there), there)


def sync_remote(world: World) -> Case:
    """Conflicts, of which the other side wins."""
    there = _conflicts(world)
    return Case(("sync", "--keep", "remote"), local(there), there, absent=True)


def sync_local(world: World) -> Case:
    """Conflicts, of which this side wins."""
    _conflicts(world)
    here = world.look().here
    there = {path.removeprefix(f"{DATA}/"): data for path, data in here.items()}
    return Case(("sync", "--keep", "local"), here, there)


def sync_both(world: World) -> Case:
    """Conflicts, of which both are kept: a copy lies beside, and is given."""
    there = _conflicts(world)
    return Case(("sync", "--keep", "both"), None, there, absent=True)


def erase(world: World) -> Case:
    """What was asked to be erased is."""
    gone = world.random.sample(NAMES, 2)
    world.lab.storage("rm", *(f"{DATA}/{name}" for name in gone))
    there = {name: data for name, data in world.shelf.objects().items() if name not in gone}
    return Case(("sync",), local(there), there)


def rm(world: World) -> Case:
    """Two objects are removed here, one of them edited."""
    gone = world.random.sample(NAMES, 2)
    world.edit(gone[0])
    seen = world.look()
    here = {p: d for p, d in seen.here.items() if p.removeprefix(f"{DATA}/") not in gone}
    return Case(("rm", *(f"{DATA}/{name}" for name in gone)), here, seen.there)


def restore(world: World) -> Case:
    """Two edits are given up."""
    names = world.random.sample(NAMES, 2)
    seen = world.look()
    for name in names:
        world.edit(name)
    return Case(("restore", *(f"{DATA}/{name}" for name in names)), seen.here, seen.there)


def mv(world: World) -> Case:
    """An object gets another name here."""
    name, seen = NAMES[0], world.look()
    here = dict(seen.here)
    here[f"{DATA}/moved"] = here.pop(f"{DATA}/{name}")

    def unmoved(now: World) -> bool:
        return now.lab.exists(f"{DATA}/{name}")

    return Case(("mv", f"{DATA}/{name}", f"{DATA}/moved"), here, seen.there, again=unmoved)


def undo_sync(world: World) -> Case:
    """A sync that took is taken back."""
    before = world.look().here
    for name in (*world.random.sample(NAMES, 2), "new there"):
        world.put(name)
    world.lab.storage("sync")
    return _undo(world, before)


def undo_rm(world: World) -> Case:
    """Files that were removed come back, an edited one too."""
    world.edit(NAMES[0])
    before = world.look().here
    world.lab.storage("rm", *(f"{DATA}/{name}" for name in NAMES[:3]))
    return _undo(world, before)


def undo_unstage(world: World) -> Case:
    """Everything is staged again, or was fetched again."""
    world.lab.storage("unstage", DATA)
    before = world.look().here
    world.lab.storage("stage", "--all")
    return _undo(world, before)


def undo_record(world: World) -> Case:
    """The pointer is as before."""
    before = world.lab.read(f"{DATA}.storage")
    world.edit(NAMES[0])
    world.lab.storage("record")
    return replace(_undo(world, world.look().here), tracked=before)


def local(there: Mapping[str, bytes]) -> dict[str, bytes]:
    """The local files that are the same as these objects."""
    return {f"{DATA}/{name}": data for name, data in there.items()}


def mount(world: World) -> Case:
    """Nothing is here, and all of it is to be shown."""
    world.lab.storage("unstage", DATA)
    there = world.shelf.objects()
    return Case(("mount", DATA), local(there), there)


def mount_again(world: World) -> Case:
    """The process of a mount was killed, and somebody has looked."""
    case = mount(world)
    world.lab.storage(*case.command)
    kill(world.lab)
    world.lab.storage("status")
    return case


def stage_mounted(world: World) -> Case:
    """What is mounted follows what somebody else has changed, made and pushed."""
    case = mount(world)
    world.lab.storage(*case.command)
    other = world.other
    other.pull()
    for name in (world.random.choice(NAMES), "new"):
        world.put(name)
    other.storage("sync")
    other.commit("others")
    world.lab.pull()
    there = world.shelf.objects()
    return Case(("stage", DATA), local(there), there, absent=True)


def umount(world: World) -> Case:
    """What is shown goes, and nothing of it stays behind."""
    case = mount(world)
    world.lab.storage(*case.command)
    return Case(("umount", DATA), {}, case.there, again=lambda now: of(now.lab) != [])


def _conflicts(world: World) -> dict[str, bytes]:
    both, also, gone = world.random.sample(NAMES, 3)
    for name in (both, also):
        world.edit(name)
        world.put(name)
    world.edit(gone)
    there = world.shelf.objects()
    if world.number % 2:
        world.shelf.delete(gone)
        del there[gone]
    else:
        there[gone] = world.put(gone)
    return there


def _undo(world: World, before: Mapping[str, bytes]) -> Case:
    number = _last_operation(world)

    def not_undone(now: World) -> bool:
        return _last_operation(now) == number

    return Case(("undo",), before, world.shelf.objects(), absent=True, again=not_undone)


def _last_operation(world: World) -> int:
    listed = world.lab.storage("undo", "--list", "--json").json()["operations"]
    return next(
        int(o["number"]) for o in listed if o["changed"] and not o["undone"] and o["verb"] != "undo"
    )


SCENARIOS: Mapping[str, Scenario] = {
    one.__name__.replace("_", " "): one
    for one in (
        add,
        stage,
        stage_first,
        unstage,
        record,
        sync,
        sync_large,
        sync_remote,
        sync_local,
        sync_both,
        erase,
        rm,
        restore,
        mv,
        undo_sync,
        undo_rm,
        undo_unstage,
        undo_record,
        mount,
        mount_again,
        stage_mounted,
        umount,
    )
}
