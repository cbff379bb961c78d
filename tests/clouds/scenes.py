"""Clones of projects whose data is in a bucket of a cloud's emulator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitstore.adapters.credentials_file import CredentialsFile
from gitstore.core.credential_forms import as_kept
from gitstore.core.credentials import AccountKey, Credentials, Keys, slot
from gitstore.core.trust import approved_as
from gitstore.core.urls import parse_url
from tests.cloud_servers import AzureContainer, GcsBucket
from tests.lab import DATA, NAME, Lab, approving
from tests.servers import Bucket

Remote = Bucket | GcsBucket | AzureContainer


def over(lab: Lab, remote: Remote, objects: Mapping[str, bytes]) -> Lab:
    """The clone with a bucket for `data`, with these objects, described, committed and pushed."""
    for key, content in objects.items():
        remote.put(key, content)
    endpoint = remote.server.endpoint if isinstance(remote, Bucket) else remote.endpoint
    place = parse_url(remote.url, endpoint=endpoint)
    credentials = credentials_of(remote)
    if credentials is not None:
        kept_at = slot(place)
        assert kept_at is not None
        file = Path(lab.environment["HOME"]) / ".config" / "git-storage" / "credentials.json"
        CredentialsFile(file).put(kept_at, as_kept(credentials))
    on = lab.seeing(**approving(approved_as(place, endpoint)))
    on.storage("add", NAME, remote.url, "--endpoint", endpoint, "--to", DATA)
    on.commit("describe the data")
    return on


def credentials_of(remote: Remote) -> Credentials | None:
    """What opens a bucket; Google's emulator asks nobody."""
    if isinstance(remote, Bucket):
        return Keys(remote.server.access_key, remote.server.secret_key)
    if isinstance(remote, AzureContainer):
        return AccountKey(remote.server.account, remote.server.key)
    return None
