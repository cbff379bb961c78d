"""Opening a storage: the one place where trust is checked and credentials are looked up.

Nothing is sent before the user has approved the place. What needs no approval is read without
credentials. What is approved for reading only cannot be written to by anything behind here.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gitstore.adapters.grants import Grants
from gitstore.adapters.stores.admission import Admitted
from gitstore.adapters.stores.readonly import ReadOnly
from gitstore.adapters.stores.registry import StorePlace, open_store
from gitstore.core.credential_forms import from_fields
from gitstore.core.credentials import Credentials
from gitstore.core.errors import (
    Denied,
    NoCredentials,
    StorageError,
    StoreError,
    Untrusted,
    UsageError,
    WrongCredentials,
)
from gitstore.core.place import Place
from gitstore.core.store import Store
from gitstore.core.trust import (
    Person,
    Right,
    Visit,
    approved_as,
    endpoint_of,
    own_cloud,
)
from gitstore.core.url_text import shown
from gitstore.shell.signing import By, SignIn, Whose, keep

READING = "GIT_STORAGE_TRUST"
WRITING = "GIT_STORAGE_TRUST_WRITE"
"""Variables that name places, one a line, as `git storage trust --list` spells them: for machines
that start from nothing. There is no way to name several at once.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """What may be asked from here, and who can be asked about the rest.

    Attributes:
        where: a directory whose git configuration counts.
        common_dir: the git directory with the approvals.
        origin: where the clone came from.
        environment: of the process.
        person: who can be asked; None where there is nobody.
        typed: places that the user has typed in this command, approved by that.
        rooms: what was opened in this run, so that what a storage has refused is not tried again.
    """

    where: Path
    common_dir: Path
    origin: str
    environment: Mapping[str, str]
    person: Person | None = None
    typed: frozenset[str] = frozenset()
    rooms: dict[StorePlace, Store] = field(default_factory=dict, compare=False)

    def grants(self) -> Grants:
        """The approvals of this clone."""
        return Grants.open(self.common_dir, self.origin)

    def right(self, place: str) -> Right | None:
        """What a place is approved for, by its name; None for nothing."""
        if place in self.typed or place in self._named(WRITING):
            return Right.WRITE
        with self.grants() as grants:
            right = grants.all().get(place)
        return Right.READ if right is None and place in self._named(READING) else right

    def _named(self, variable: str) -> list[str]:
        return [line.strip() for line in self.environment.get(variable, "").splitlines()]


@dataclass(frozen=True, slots=True)
class Destination:
    """A storage to be opened.

    Attributes:
        name: in the manifest.
        url: as the manifest has it.
        place: what the URL means.
        store: the same for its provider.
        anonymous: whether to go without the credentials of the cloud's tools.
        typed: how a command names it, quoted for a shell.
        project: the URL of another project that names it, and has approvals of its own; or `''`.
    """

    name: str
    url: str
    place: Place
    store: StorePlace
    anonymous: bool
    typed: str
    project: str = ""

    @property
    def named(self) -> str:
        """How `trust` and `login` name it, quoted for a shell."""
        return shlex.join(["--repo", self.project, self.name]) if self.project else self.typed

    @property
    def endpoint(self) -> str:
        """The URL that requests go to, or the directory, without symbolic links."""
        root = self.store.root
        return endpoint_of(
            self.place, self.store.region, None if root is None else str(root.resolve())
        )

    @property
    def approved_as(self) -> str:
        """The name by which it is approved."""
        return approved_as(self.place, self.endpoint, self.store.options)

    def whose(self, access: Access) -> Whose:
        """What its credentials are looked up for."""
        return Whose(self.place, self.endpoint, self.anonymous, access.where)


@dataclass(frozen=True, slots=True)
class _Door:
    """A storage, what may be done there, and what goes along."""

    to: Destination
    access: Access
    sign_in: SignIn = field(init=False)

    def __post_init__(self) -> None:
        whose = self.to.whose(self.access)
        object.__setattr__(self, "sign_in", SignIn(whose, self.access.environment))

    def needs_no_approval(self) -> bool:
        """Whether it is read without credentials, from a host that is the cloud's own."""
        if not own_cloud(self.to.place, self.to.endpoint):
            return False
        return self.sign_in.found().by is By.NONE

    def visit(self) -> Visit:
        to = self.to
        try:
            told = self.sign_in.found().told
        except NoCredentials as error:
            told = f"none that can be used: {error.message}"
        return Visit(to.name, to.url, to.place.provider, to.approved_as, to.endpoint, told)

    def refused(self, error: StoreError) -> tuple[Store, Callable[[], None]] | None:
        """What `Admitted` asks; somebody who can be asked gives other credentials, once."""
        found = self.sign_in.found()
        plain = isinstance(error, Denied) and not isinstance(error, WrongCredentials)
        if plain and found.by is not By.NONE:
            return None  # a permission that is missing, not a login
        problem = self._problem(error, found.told)
        person = self.access.person
        given = None if person is None else person.signs_in(self.visit(), problem.message)
        if person is None or given is None:
            raise problem from error
        try:
            credentials = from_fields(self.to.place.provider, given)
        except UsageError as wrong:
            raise NoCredentials(wrong.message, hint=wrong.hint) from wrong

        def let_in() -> None:
            try:
                person.tells(f"kept {keep(self.to.whose(self.access), credentials)}")
            except StorageError as lost:
                # They work, and what was begun goes on.
                person.tells(f"not kept: {lost.message}")
            with self.access.grants() as grants:
                grants.give([self.to.approved_as], Right.READ)

        return open_store(self.to.store, lambda: credentials), let_in

    def _problem(self, error: StoreError, told: str) -> StoreError:
        hint = f"git storage login {self.to.named}"
        if not told and self.to.place.provider == "sftp":
            return error  # it knows about keys and agents
        if not told:
            wants = f"{self.to.place.identity} wants credentials, and none are known for it"
            return NoCredentials(wants, hint=hint)
        why = error.message.rpartition(": ")[2]
        said = f"{self.to.place.identity} does not accept the credentials ({told}): {why}"
        return WrongCredentials(said, hint=hint)


def opened(to: Destination, access: Access, others: Iterable[Destination] = ()) -> Store:
    """The store of a storage, as far as it is approved; sends no request yet.

    Args:
        others: storages that will be opened next: one question is about all of them.

    Raises:
        Untrusted: it is not approved, and nobody could be asked or somebody said no.
        UnknownName: no installed package provides it.
    """
    door = _Door(to, access)
    right = access.right(to.approved_as)
    if right is None and not door.needs_no_approval():
        approve([to, *others], access)
        right = access.right(to.approved_as)
        if right is None:
            raise untrusted(to, Right.READ)
    store = access.rooms.get(to.store) or access.rooms.setdefault(to.store, _entered(door))
    if right is Right.WRITE:
        return store
    return ReadOnly(store, f"git storage trust --write {to.typed}")


def _entered(door: _Door) -> Store:
    store = open_store(door.to.store, door.sign_in)
    return store if door.to.place.provider == "file" else Admitted(store, door.refused)


def approve(destinations: Iterable[Destination], access: Access) -> None:
    """Ask, in one question, about those that may not be read from yet; remember a yes."""
    if access.person is None:
        return
    doors = [_Door(to, access) for to in destinations if access.right(to.approved_as) is None]
    visits = [door.visit() for door in doors if not door.needs_no_approval()]
    if visits and access.person.reads(visits):
        with access.grants() as grants:
            grants.give([visit.place for visit in visits], Right.READ)


def credentials(to: Destination, access: Access) -> Credentials | None:
    """The credentials that go to a storage, for what takes them instead of a store.

    Raises:
        Untrusted: the storage is not approved, and nobody could be asked or somebody said no.
        NoCredentials: there are some that cannot be used.
    """
    if access.right(to.approved_as) is None:
        approve([to], access)
        if access.right(to.approved_as) is None:
            raise untrusted(to, Right.READ)
    return _Door(to, access).sign_in()


def visit(to: Destination, access: Access) -> Visit:
    """A storage as its user has to see it to decide."""
    return _Door(to, access).visit()


def untrusted(to: Destination, right: Right) -> Untrusted:
    """The error for a storage that is not approved."""
    option = "--write " if right is Right.WRITE else ""
    doing = {Right.READ: "reading", Right.WRITE: "writing"}[right]
    where = "" if to.store.root is not None else f", at {to.endpoint}"
    told = f"storage {to.name} ({shown(to.url)}{where}) is not approved for {doing}"
    who = f"for {to.project}" if to.project else "in this clone"
    return Untrusted(f"{told} {who}", hint=f"git storage trust {option}{to.named}")


def typed(to: Destination, access: Access) -> Access:
    """The same access, with a storage that the user has typed in this command."""
    return replace(access, typed=access.typed | {to.approved_as})
