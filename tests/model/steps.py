"""Steps of a history as plain values, and random ones from a seed: to replay, shrink and print."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.model.fuse import Trouble

NAMES = ("a.txt", "b.tar.gz", "dir/c", "dir/d")
DIRECTORY = "dir"
CONTENTS = 1000
MOMENTS = 90  # what a whole sync of these objects asks the fuse, and some
REQUESTS = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes:
        verb: a method of `World`.
        clone: where, for what happens in a clone.
        name: the number of an object; -1 for all of them, `len(NAMES)` for `DIRECTORY`.
        content: the number of the bytes to be written, of a commit, or of an object's new name.
        option: how, e.g. the answer to conflicts.
        trouble: what goes wrong in the middle.
    """

    verb: str
    clone: int = 0
    name: int = -1
    content: int = 0
    option: str = ""
    trouble: Trouble | None = None


# How often each verb happens, and its options.
_VERBS: dict[str, tuple[int, tuple[str, ...]]] = {
    "edit": (18, ("",)),
    "unlink": (4, ("",)),
    "wipe": (1, ("empty", "gone")),
    "lose": (3, ("state", "state", "facts", "both")),
    "put": (10, ("",)),
    "delete": (4, ("",)),
    "stage": (9, ("", "", "", "dir/")),
    "unstage": (4, ("",)),
    "sync": (
        24,
        ("", "", "", "skip", "skip", "local", "remote", "both", "delete", "delete skip", "allow"),
    ),
    "record": (7, ("",)),
    "rm": (3, ("",)),
    "restore": (3, ("", "from", "from")),
    "mv": (3, ("",)),
    "undo": (3, ("",)),
    "filter": (2, ("", "dir/")),
    "mode": (1, ("copy", "copy", "reference")),
    "migrate": (1, ("",)),
    "locate": (3, ("one", "two", "home")),
    "take_off": (3, ("",)),
    "put_on": (4, ("",)),
    "save": (4, ("",)),
    "push": (5, ("",)),
    "pull": (7, ("ours", "theirs")),
    "visit": (2, ("",)),
    "leave": (2, ("",)),
    "switch": (3, ("",)),
    "merge": (2, ("ours", "theirs")),
    "rebase": (3, ("ours", "theirs")),
}
VERBS = tuple(_VERBS)
_TROUBLED = frozenset(
    {"stage", "locate", "unstage", "sync", "record", "rm", "mv", "restore", "undo"}
)
_ONE_OBJECT = frozenset({"edit", "unlink", "put", "delete", "rm", "mv", "restore"})
_OLD_CONTENT = 0.12


def options(verb: str) -> tuple[str, ...]:
    """The options that a verb may have."""
    return tuple(dict.fromkeys(_VERBS[verb][1]))


def needs_one_object(verb: str) -> bool:
    """Whether a verb is about one object, never about all."""
    return verb in _ONE_OBJECT


def can_have_trouble(verb: str) -> bool:
    """Whether a verb is an operation in which something can go wrong."""
    return verb in _TROUBLED


def random_history(random: Random, length: int, clones: int) -> list[Step]:
    """A history of so many steps. Clones have mostly staged everything, some on another disk."""
    steps = [Step("stage", clone) for clone in range(clones) if random.random() < 0.8]
    steps += [
        Step("locate", clone, option="one") for clone in range(clones) if random.random() < 0.2
    ]
    verbs, weights = list(_VERBS), [w for w, _ in _VERBS.values()]
    for number in range(length):
        verb = random.choices(verbs, weights)[0]
        steps.append(_random_step(random, verb, random.randrange(clones), number))
    return steps


def _random_step(random: Random, verb: str, clone: int, number: int) -> Step:
    option = random.choice(_VERBS[verb][1])
    name = -1
    if verb in _ONE_OBJECT or random.random() < 0.2:
        name = random.randrange(len(NAMES) + (verb not in _ONE_OBJECT))
    # Mostly bytes that nobody wrote before; now and then, the same ones again.
    old = random.random() < _OLD_CONTENT
    content = random.randrange(number + 1) if old else number
    trouble = None
    if verb in _TROUBLED and random.random() < 0.3:
        trouble = _random_trouble(random, CONTENTS + number)
    return Step(verb, clone, name, content, option, trouble)


def _random_trouble(random: Random, content: int) -> Trouble:
    kind = random.choice(("kill", "kill", "kill", "unreachable", "lost", "race"))
    last = MOMENTS if kind == "kill" else REQUESTS
    # Early moments more often: most operations are short.
    at = 1 + int(last * random.random() ** 2)
    what = random.choice(("put", "put", "delete", "edit"))
    return Trouble(kind, at, what, random.randrange(len(NAMES)), content)


def named(number: int) -> str | None:
    """The object or directory with this number, or None for everything."""
    return None if number < 0 else (*NAMES, DIRECTORY)[number]


def content_of(number: int) -> bytes:
    """The bytes with this number: all different, of sizes that often agree."""
    return f"{number:04d}".encode() + b"." * (number % 3)
