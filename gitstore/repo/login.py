"""`login` and `logout`: credentials for one storage, tried out before they are stored."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from gitstore.adapters.stores.registry import open_store
from gitstore.core.credential_forms import from_fields
from gitstore.core.errors import (
    Denied,
    FormatError,
    Missing,
    NoCredentials,
    Unsupported,
    UsageError,
    WrongCredentials,
)
from gitstore.core.manifest import StorageSpec
from gitstore.core.store import Store
from gitstore.core.trust import Right, Visit
from gitstore.shell.opening import Destination, untrusted, visit
from gitstore.shell.signing import By, find, forget, keep

if TYPE_CHECKING:
    from gitstore.repo.trusting import Approving


@dataclass(frozen=True, slots=True)
class Known:
    """Which credentials go to a storage.

    Attributes:
        visit: where they go, and what may be said of them.
        by: where they come from.
    """

    visit: Visit
    by: By


def storage(project: Approving, target: str, options: StorageSpec) -> StorageSpec:
    """The storage that a name or a URL means.

    Args:
        target: a name of the manifest; else a URL, for a storage that is to be added.
        options: `endpoint`, `region` and `account` of a URL.

    Raises:
        UsageError: options for a storage whose name says it all.
        BadUrl: it is neither a name nor a URL.
    """
    known = project.manifest.storages.get(target)
    if known is None:
        if not any(mark in target for mark in "/:."):
            project.storage(target)  # says which names there are
        return options
    if options.endpoint or options.region or options.account:
        raise UsageError(
            f"{target} is described already, with its endpoint, region and account",
            hint=f"git storage login {target}",
        )
    return known


def known(project: Approving, spec: StorageSpec) -> Known:
    """Which credentials go to a storage now; nothing is sent there.

    Raises:
        NoCredentials: there are some that cannot be used.
    """
    to = _destination(project, spec)
    found = find(to.whose(project.access), os.environ)
    return Known(visit(to, project.access), found.by)


def login(project: Approving, spec: StorageSpec, fields: Mapping[str, str]) -> tuple[Visit, str]:
    """Try credentials, store them where they work, and approve reading from the storage.

    Args:
        spec: the storage.
        fields: as `core.credential_forms` names them.

    Returns:
        The storage, and where the credentials are kept, in words for people.

    Raises:
        UsageError: the fields are not those of the storage's provider.
        WrongCredentials: the storage does not accept them.
        StoreError: it does not answer.
    """
    to = _destination(project, spec)
    credentials = from_fields(to.place.provider, fields)
    _try(project, to, open_store(to.store, lambda: credentials))
    kept = keep(to.whose(project.access), credentials)
    with project.access.grants() as grants:
        grants.give([to.approved_as], Right.READ)
    return visit(to, project.access), kept


def require_approved(project: Approving, spec: StorageSpec) -> None:
    """Refuse a storage that the project alone names, where nobody sees what that means.

    Raises:
        Untrusted: it is not approved.
    """
    to = _destination(project, spec)
    named = project.manifest.storages.get(spec.name) == spec
    if named and project.access.right(to.approved_as) is None:
        raise untrusted(to, Right.READ)


def logout(project: Approving, spec: StorageSpec) -> bool:
    """Forget what is stored for a storage; whether there was anything.

    Raises:
        NoCredentials: the user's file cannot be used.
    """
    return forget(_destination(project, spec).whose(project.access))


def _destination(project: Approving, spec: StorageSpec) -> Destination:
    to = project.destination(spec)
    if to.place.provider == "file":
        raise Unsupported(
            f"{to.place.identity} is a directory of this machine, which needs no login",
            hint=f"git storage trust {to.named}",
        )
    return to


def _try(project: Approving, to: Destination, store: Store) -> None:
    """One listing, or, where that is not allowed, one look at a recorded object."""
    where = to.place.identity
    try:
        list(islice(store.list(_prefix(project, to.name)), 1))
    except WrongCredentials:
        raise
    except Missing:
        return  # whoever is told so has been let in
    except (Denied, NoCredentials) as error:
        key = _recorded(project, to.name)
        if key is None:
            raise _not_accepted(where, error) from error
        try:
            store.stat(key)
        except (Denied, NoCredentials) as again:
            raise _not_accepted(where, again) from again


def _not_accepted(where: str, error: Denied | NoCredentials) -> WrongCredentials:
    why = error.message.rpartition(": ")[2]
    return WrongCredentials(
        f"{where} does not accept these credentials: {why}",
        hint="check them, or ask the storage's owner for the permission to list or read",
    )


def _prefix(project: Approving, name: str) -> str:
    # Below the data path's prefix, because more may not be allowed.
    fed = [data for data in project.manifest.data.values() if data.storage == name]
    return fed[0].prefix if fed else ""


def _recorded(project: Approving, name: str) -> str | None:
    for data in project.manifest.data.values():
        if data.storage != name:
            continue
        try:
            found = project.pointer(data)
        except FormatError:
            continue
        for path in () if found is None else found.entries:
            return data.prefix if data.single else data.prefix + path
    return None
