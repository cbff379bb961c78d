"""Somebody at a terminal, asked about storages and credentials; without a terminal, told of them.

Every question shows where requests would go and what would go with them. What was said once holds
for the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock

from gitstore.core.credential_forms import Form, forms
from gitstore.core.trust import Leaving, Right, Visit
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, count, human, shown

_SHOWN = 10
_YES = ("y", "yes")


@dataclass(slots=True)
class Attendant:
    """Asks on a screen; a `Person`.

    Attributes:
        screen: where.
    """

    screen: Screen
    _refused: set[str] = field(default_factory=set)
    # Several storages may be asked at the same time, but there is one person at the terminal.
    _asking: RLock = field(default_factory=RLock)

    def reads(self, visits: Sequence[Visit]) -> bool:
        """See `Person.reads`."""
        places = {visit.place for visit in visits}
        with self._asking:
            if not self.screen.asks or places <= self._refused:
                return False
            these = "this storage" if len(visits) == 1 else "these storages"
            self.screen.about(f"This clone has not read from {these} before:")
            answer = confirmed(self.screen, visits, Right.READ)
            self._refused |= set() if answer else places
            return answer

    def writes(self, visit: Visit, leaving: Sequence[Leaving]) -> bool:
        """See `Person.writes`."""
        return self._goes(visit, leaving, "This clone has not written to this storage before:")

    def leaves(self, visit: Visit, leaving: Sequence[Leaving]) -> bool:
        """See `Person.leaves`."""
        if self.screen.asks:
            return self._goes(visit, leaving, "Nothing has gone to this storage from here before:")
        self._list(visit, leaving)
        return not any(one.unseen for one in leaving)

    def signs_in(self, visit: Visit, problem: str) -> Mapping[str, str] | None:
        """See `Person.signs_in`."""
        with self._asking:
            if not self.screen.asks:
                return None
            self.screen.about(problem)
            show(self.screen, visit)
            return asked_fields(self.screen, visit.provider)

    def tells(self, text: str) -> None:
        """See `Person.tells`."""
        self.screen.talk(text)

    def _goes(self, visit: Visit, leaving: Sequence[Leaving], head: str) -> bool:
        if not self.screen.asks:
            return False
        self.screen.about(head)
        show(self.screen, visit)
        self._list(visit, leaving)
        return self.screen.ask("Let this go there? [y/N] ").lower() in _YES

    def _list(self, visit: Visit, leaving: Sequence[Leaving]) -> None:
        for one in leaving:
            path, size = self.screen.path(one.data_path), sum(size for _, size in one.objects)
            what = f"{count(len(one.objects))}, {human(size)}"
            self.screen.about(f"from {path} to {shown(visit.name)}: {what}")
            if one.unseen:
                self.screen.about(f"  some were in {path} before it was known here as a data path")
            lines = [f"  {human(size):>10}  {self._path(one, p)}" for p, size in one.objects]
            lines += [f"  {'erase':>10}  {self._path(one, p)}" for p in one.erased]
            for line in lines[:_SHOWN]:
                self.screen.about(line)
            if len(lines) > _SHOWN:
                self.screen.about(f"  and {len(lines) - _SHOWN:,} more")

    def _path(self, one: Leaving, path: str) -> str:
        return self.screen.path(below(one.data_path, path))


def confirmed(screen: Screen, visits: Sequence[Visit], right: Right) -> bool:
    """Show storages, and ask one question about all of them."""
    for visit in visits:
        show(screen, visit)
    these = "this storage" if len(visits) == 1 else "these storages"
    doing = "Read from" if right is Right.READ else "Read from and write to"
    return screen.ask(f"{doing} {these}? [y/N] ").lower() in _YES


def show(screen: Screen, visit: Visit) -> None:
    """Where requests to a storage go, and what goes with them."""
    screen.about(f"  {shown(visit.name)}: {shown(visit.url)}")
    if visit.provider == "file":
        screen.about(f"    the directory {shown(visit.endpoint)} of this machine")
    else:
        screen.about(f"    at {shown(visit.endpoint)}")
        screen.about(f"    with {visit.credentials or 'no credentials'}")


def asked_fields(screen: Screen, provider: str) -> Mapping[str, str] | None:
    """The fields of credentials as somebody types them; None where the first one is left empty."""
    form = _chosen(screen, forms(provider))
    given: dict[str, str] = {}
    for each in form.fields:
        if each.of is not None and not given.get(each.of):
            continue
        ask = screen.ask_secret if each.secret else screen.ask
        value = ask(f"{each.asked}: ")
        if not value and not each.optional:
            return None
        given[each.name] = value
    return given


def _chosen(screen: Screen, known: Sequence[Form]) -> Form:
    if len(known) == 1:
        return known[0]
    names = ", ".join(form.name for form in known)
    word = screen.ask(f"What kind of credentials: {names}? [{known[0].name}] ")
    return next((form for form in known if word and form.name.startswith(word)), known[0])
