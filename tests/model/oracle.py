"""What a witness knows who only sees bytes: who wrote them, who saw them, who let go of them.

It knows nothing of bases, plans or tables. It judges by docs/architecture.md: bytes that somebody
wrote and nobody chose to discard can be found again, and nobody's work is replaced unseen.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from gitstore.core.versions import Version, has_place


class Violation(AssertionError):
    """A promise of the design was broken."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All bytes that there are, at one moment.

    Attributes:
        bucket: the storage's current objects.
        old: every byte string that the storage still holds, current or not.
        local: each clone's local files.
        trash: what each clone's trash holds.
        pointers: each clone's pointer.
    """

    bucket: Mapping[str, bytes]
    old: frozenset[bytes]
    local: tuple[Mapping[str, bytes], ...]
    trash: tuple[frozenset[bytes], ...]
    pointers: tuple[Mapping[str, Version], ...]

    def held_by_clones(self) -> set[bytes]:
        """What some clone has, as a local file or in its trash."""
        return {c for files in self.local for c in files.values()}.union(*self.trash)

    def found(self) -> set[bytes]:
        """Everything that can be found again."""
        return self.held_by_clones() | self.old


@dataclass(frozen=True, slots=True)
class Act:
    """One operation of git storage, and how it ended.

    Attributes:
        verb: the command.
        clone: who ran it.
        keep: the answer to conflicts, for sync.
        path: the only object or directory that was named, or None for all.
        copied: whether the data path is a copy here; else there is no local side (rule Sc3).
        outside: the directory that the manifest leaves out, or nothing.
        delete: whether missing files were to be erased.
        live: whether there is no pointer, so that what the storage holds takes its part.
        ended: `done`, `failed` or `killed`.
        complete: whether it reported that everything was done.
        gone: what people overwrote or removed meanwhile.
        came: what people wrote meanwhile.
    """

    verb: str
    clone: int
    keep: str = ""
    path: str | None = None
    outside: str = ""
    copied: bool = True
    delete: bool = False
    live: bool = False
    ended: str = "done"
    complete: bool = False
    gone: frozenset[bytes] = frozenset()
    came: frozenset[bytes] = frozenset()

    def covers(self, path: str) -> bool:
        """Whether an object was meant."""
        if self.outside and path.startswith(self.outside):
            return False
        return self.path in (None, path) or path.startswith(f"{self.path}/")


@dataclass(slots=True)
class Witness:
    """What is known about one clone's people.

    Attributes:
        made: bytes that they wrote or asked to have back.
        saw: by object, the bytes that they replaced, removed or answered about.
        recorded: the promises made here, as (object, sha256).
        asked: objects that they asked to erase.
        gave: what was written on the storage for them, as (object, bytes).
        erased: what was erased there for them, as (object, bytes).
        unlearnt: bytes whose facts may be gone.
        parted: local bytes that may have lost their base, or not got one yet, when we were killed.
        stateless: local bytes whose base is gone, and that only pointer and facts tell apart.
        adrift: bytes of which nothing can tell any more that they are only a copy.
    """

    made: set[bytes] = field(default_factory=set)
    saw: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    recorded: set[tuple[str, str | None]] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    gave: set[tuple[str, bytes]] = field(default_factory=set)
    erased: set[tuple[str, bytes]] = field(default_factory=set)
    unlearnt: set[bytes] = field(default_factory=set)
    parted: set[bytes] = field(default_factory=set)
    stateless: set[bytes] = field(default_factory=set)
    adrift: set[bytes] = field(default_factory=set)

    def own(self, data: bytes | None) -> bool:
        """Whether bytes are this clone's own work, or can no longer be told from it.

        Rule B4 recognises a copy by the pointer or a fact; where both are gone, it is *new*.
        """
        return data in self.made or data in self.adrift


class Oracle:
    """Remembers who wrote and saw which bytes, and judges every operation.

    Args:
        clones: how many there are.
        issued: the bytes behind every ETag, as the bucket issues them.
    """

    def __init__(self, clones: int, issued: Mapping[str, bytes]) -> None:
        self.people = [Witness() for _ in range(clones)]
        self.issued = issued
        self.written: dict[str | None, bytes] = {}
        self.stored: dict[str, set[bytes]] = defaultdict(set)
        self.precious: set[bytes] = set()

    # What people do.

    def wrote(self, data: bytes) -> None:
        """Somebody wrote these bytes somewhere."""
        self.written[sha256(data)] = data
        self.precious.add(data)

    def lost_facts(self, clone: int, scene: Scene) -> None:
        """A clone has lost its facts."""
        who = self.people[clone]
        who.unlearnt |= set(self.written.values())
        who.adrift |= who.parted & set(scene.local[clone].values())

    def lost_state(self, clone: int, scene: Scene) -> None:
        """A clone has lost its state."""
        who, local = self.people[clone], set(scene.local[clone].values())
        who.stateless |= local
        who.adrift |= who.unlearnt & local

    def left_scope(self, clone: int, scene: Scene, outside: str) -> None:
        """A clone's manifest leaves a directory out: what lies there loses its base (rule B3)."""
        who, local = self.people[clone], scene.local[clone].items()
        left = {data for path, data in local if path.startswith(outside)}
        who.stateless |= left
        who.adrift |= who.unlearnt & left

    def moved(self, scene: Scene) -> None:
        """All is in another bucket: no fact holds there, and no line without SHA-256 (rule B5)."""
        for clone, who in enumerate(self.people):
            who.adrift |= who.stateless & set(scene.local[clone].values())
            self.lost_facts(clone, scene)

    def after_people(self, scene: Scene) -> None:
        """What people overwrite or remove themselves, they let go of."""
        self.remember(scene.bucket)
        self.precious &= scene.found()

    def remember(self, bucket: Mapping[str, bytes]) -> None:
        """What the storage holds at a moment."""
        for path, data in bucket.items():
            self.stored[path].add(data)

    def answers(self, clone: int, path: str, bucket: Mapping[str, bytes]) -> None:
        """K1: `--keep local` also answers about what is changed before we look at it."""
        self._saw(self.people[clone], path, bucket.get(path))

    # What git storage does.

    def before(self, act: Act, scene: Scene) -> None:
        """Note what asking for this operation lets go of."""
        who, local = self.people[act.clone], scene.local[act.clone]
        for path in {*scene.bucket, *local, *scene.pointers[act.clone]}:
            if not act.covers(path):
                continue
            if act.delete and path not in local:
                who.asked.add(path)  # sync --delete
            if act.verb == "rm":
                who.asked.add(path)
                if act.live:
                    self._saw(who, path, scene.bucket.get(path))
                self._saw(who, path, local.get(path))
                self._saw(who, path, self.bytes_of(scene.pointers[act.clone].get(path)))
            elif act.verb == "mv":
                who.asked.add(path)
                self._saw(who, path, local.get(path))
                self._saw(who, path, self.bytes_of(scene.pointers[act.clone].get(path)))
                who.made |= {local[path]} if path in local else set()
            elif act.verb == "restore":
                self._saw(who, path, scene.bucket.get(path))  # K2: B := R
            elif act.keep == "local" and self._may_answer(who, path, local.get(path)):
                self._saw(who, path, scene.bucket.get(path))  # K1: B := R

    def after(self, act: Act, before: Scene, now: Scene) -> None:
        """Judge one operation.

        Raises:
            Violation: it broke a promise.
        """
        self.remember(now.bucket)
        self._nothing_half(now)
        self._nothing_lost(act, before, now)
        self._gives_own_work_only(act, before, now)
        self._leaves_own_work_in_place(act, before, now)
        self._pointer_is_right(act, before, now)
        if act.ended == "killed":
            who = self.people[act.clone]
            who.parted |= set(now.local[act.clone].values())
            who.adrift |= who.parted & who.unlearnt
        if act.verb == "undo":
            self._asked_back(act, before, now)
        if act.verb == "restore":
            self.people[act.clone].made |= {
                c for p, c in now.local[act.clone].items() if act.covers(p)
            }

    def _asked_back(self, act: Act, before: Scene, now: Scene) -> None:
        # A file that undo brings back, and that the pointer does not name or the storage has no
        # more, is work from then on.
        for path, data in now.local[act.clone].items():
            named = self.bytes_of(now.pointers[act.clone].get(path))
            if path not in before.local[act.clone] and {named, now.bucket.get(path)} != {data}:
                self.people[act.clone].made.add(data)

    def _saw(self, who: Witness, path: str, data: bytes | None) -> None:
        if data is not None:
            who.saw[path].add(data)

    def _may_answer(self, who: Witness, path: str, local: bytes | None) -> bool:
        # An answer is about one's own work. A mere copy never conflicts with what it came from.
        return path in who.asked if local is None else who.own(local)

    def _nothing_half(self, now: Scene) -> None:
        everywhere = now.found()
        half = everywhere - set(self.written.values())
        if half:
            raise Violation(f"bytes that nobody wrote: {half}")

    def _nothing_lost(self, act: Act, before: Scene, now: Scene) -> None:
        for data in self.precious - now.found():
            if data not in act.gone:
                if data in before.held_by_clones():
                    raise Violation(f"{data!r} was in a clone and is lost")
                where = [p for p, held in self.stored.items() if data in held]
                saw = self.people[act.clone].saw
                if not any(data in saw[p] for p in where):
                    raise Violation(f"{data!r} was at {where} and nobody let go of it")
            self.precious.discard(data)

    def _gives_own_work_only(self, act: Act, before: Scene, now: Scene) -> None:
        who = self.people[act.clone]
        for path in {*before.bucket, *now.bucket}:
            old, new = before.bucket.get(path), now.bucket.get(path)
            if old == new or self._takes_back(act, path, old, new):
                continue
            self._remember_gift(who, path, old, new)
            if new is not None and new not in act.came and not who.own(new):
                raise Violation(f"{path} was given {new!r}, which is only a copy here")
            if old is None or old in act.gone:
                continue
            if new is None and path not in who.asked:
                raise Violation(f"{path} ({old!r}) was erased and nobody asked for it")
            if old not in who.saw[path]:
                raise Violation(f"{path} ({old!r}) was replaced by {new!r} unseen")

    def _takes_back(self, act: Act, path: str, old: bytes | None, new: bytes | None) -> bool:
        # Undo, of what was done there for the same person, to what was there before.
        who = self.people[act.clone]
        if act.verb != "undo" or (new is not None and new not in self.stored[path]):
            return False
        return (path, old) in who.gave if old is not None else (path, new) in who.erased

    def _remember_gift(self, who: Witness, path: str, old: bytes | None, new: bytes | None) -> None:
        if new is not None and who.own(new):
            who.gave.add((path, new))
        if new is None and old is not None:
            who.erased.add((path, old))

    def _leaves_own_work_in_place(self, act: Act, before: Scene, now: Scene) -> None:
        if act.verb in ("rm", "mv", "restore", "undo") or act.keep in ("remote", "both"):
            return  # K1, K2: these move local bytes, to the trash or beside
        who = self.people[act.clone]
        for path, data in before.local[act.clone].items():
            unseen = data in who.made and data not in self.stored[path]
            if unseen and now.local[act.clone].get(path) != data and data not in act.gone:
                raise Violation(f"{path} ({data!r}) was somebody's work and is not there any more")

    def _pointer_is_right(self, act: Act, before: Scene, now: Scene) -> None:
        old, new = before.pointers[act.clone], now.pointers[act.clone]
        if act.verb in ("stage", "unstage") and old != new:
            raise Violation(f"{act.verb} wrote the pointer")  # P2
        if act.verb == "record":
            self._records_own_work_only(act, before, now)
        if act.verb not in ("undo", "rm", "mv"):
            self._keeps_foreign_promises(act, before, now)
        if act.verb == "sync" and act.complete:
            self._agrees(act, now)

    def _records_own_work_only(self, act: Act, before: Scene, now: Scene) -> None:
        who = self.people[act.clone]
        old, new = before.pointers[act.clone], now.pointers[act.clone]
        for path in {*old, *new}:
            if old.get(path) == new.get(path):
                continue
            if path not in new:
                raise Violation(f"record removed the line of {path}")  # P4
            data = self.bytes_of(new[path])
            if not who.own(data):
                raise Violation(f"record wrote {path} ({data!r}), which is only a copy here")
            replaced = self.bytes_of(old.get(path))
            mine = (path, sha256(replaced)) in who.recorded
            if replaced is not None and not mine and replaced not in who.saw[path]:
                raise Violation(f"record replaced the line of {path} ({replaced!r}) unseen")
            who.recorded.add((path, new[path].sha256))

    def _keeps_foreign_promises(self, act: Act, before: Scene, now: Scene) -> None:
        who = self.people[act.clone]
        new = now.pointers[act.clone]
        for path, line in before.pointers[act.clone].items():
            if has_place(line) or (path, line.sha256) in who.recorded or not act.covers(path):
                continue
            after = new.get(path)
            if after is not None and after.sha256 == line.sha256:
                continue
            data = self.bytes_of(line)
            known = data in self.stored[path]  # P3: nor known by a fact
            here = before.local[act.clone].get(path) == data
            given_up = act.keep in ("remote", "local")  # P3, and K1 for a local edit beside it
            if not (known or here or given_up):
                raise Violation(f"somebody's promise of {path} ({data!r}) vanished")

    def _agrees(self, act: Act, now: Scene) -> None:
        said = {p: self.bytes_of(v) for p, v in now.pointers[act.clone].items() if act.covers(p)}
        held = {p: c for p, c in now.bucket.items() if act.covers(p)}
        if said != held and not act.live:
            raise Violation(f"after sync the pointer says {said} and the storage {held}")  # P1
        for path, data in now.local[act.clone].items():
            if act.copied and act.covers(path) and held.get(path) != data:
                raise Violation(f"after sync {path} is {data!r} here, not {held.get(path)!r}")

    def bytes_of(self, line: Version | None) -> bytes | None:
        """The bytes that a pointer line names."""
        if line is None:
            return None
        if line.sha256 is not None:
            return self.written.get(line.sha256)
        return self.issued.get(line.get("etag") or "")


def sha256(data: bytes | None) -> str | None:
    """The SHA-256 of some bytes in hexadecimal."""
    return None if data is None else hashlib.sha256(data).hexdigest()
