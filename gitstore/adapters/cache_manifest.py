"""The manifest as it was last parsed, so that not every command has to import YAML.

`<git directory>/storage/manifest.json`, with the text that it was read from: it counts only for the
same text and the same release. It may be lost, and is ignored when it cannot be read. Half of what
a `status` of a small project takes would be reading its manifest (docs/performance.md).
"""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gitstore.adapters import cache
from gitstore.core.manifest import Access, DataPath, Manifest, Mode, StorageSpec, Track
from gitstore.core.release import __version__

_FORMAT = f"1 {__version__}"  # what one release refuses another one may accept


def manifest(git_dir: Path, text: str) -> Manifest | None:
    """The manifest that a text describes, if that is known already."""
    kept = cache.read(_file(git_dir))
    if not isinstance(kept, dict) or kept.get("format") != _FORMAT or kept.get("text") != text:
        return None
    try:
        storages = [_storage(*row) for row in kept["storages"]]
        data = [_data_path(*row) for row in kept["data"]]
    except (ValueError, KeyError, TypeError):
        return None
    specs, paths = {spec.name: spec for spec in storages}, {one.path: one for one in data}
    return Manifest(MappingProxyType(specs), MappingProxyType(paths))


def keep(git_dir: Path, text: str, found: Manifest) -> None:
    """Keep what a text describes; where nothing was ever staged, or cannot be written, nothing."""
    kept = {
        "format": _FORMAT,
        "text": text,
        "storages": [astuple(spec) for spec in found.storages.values()],
        "data": [astuple(data) for data in found.data.values()],
    }
    cache.write(_file(git_dir), kept)


def _storage(*row: Any) -> StorageSpec:
    name, url, endpoint, region, account, anonymous, description, provider, options = row
    spec = StorageSpec(name, url, endpoint, region, account, anonymous, description, provider)
    return replace(spec, options=tuple(options))


def _data_path(*row: Any) -> DataPath:
    path, storage, prefix, mode, access, include, exclude, track = row
    found = DataPath(path, storage, prefix, Mode(mode), Access(access), track=Track(track))
    return replace(found, include=tuple(include), exclude=tuple(exclude))


def _file(git_dir: Path) -> Path:
    return git_dir / "storage" / "manifest.json"
