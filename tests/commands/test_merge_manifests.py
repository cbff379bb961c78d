"""The merge driver and simulated pairs of branches that change the manifest: never a wrong one."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

from gitstore.core.errors import StorageError
from gitstore.core.manifest import Access, DataPath, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    add_data_path,
    add_storage,
    remove_data_path,
    remove_storage,
    rename_data_path,
    set_value,
)
from gitstore.repo.merging import Sides, merge

_PAIRS = 150
_Entry = StorageSpec | DataPath
_Entries = Mapping[tuple[str, str], _Entry]
_Maker = Callable[[str, random.Random], str]


def _adds_storage(text: str, chance: random.Random) -> str:
    name, bucket = f"s{chance.randint(0, 5)}", f"s3://b{chance.randint(0, 2)}"
    return add_storage(text, StorageSpec(name, bucket))


def _adds_data(text: str, chance: random.Random) -> str:
    path, prefix = f"d{chance.randint(0, 6)}", chance.choice(["", "x/", "y/"])
    access = chance.choice(list(Access))
    return add_data_path(text, DataPath(path, _storage(text, chance), prefix, access=access))


def _changes_storage(text: str, chance: random.Random) -> str:
    name, region = _storage(text, chance), chance.choice(["eu", "us", None])
    return set_value(text, "storages", name, "region", region)


def _changes_data(text: str, chance: random.Random) -> str:
    path, access = _data(text, chance), chance.choice(["read", None])
    return set_value(text, "data", path, "access", access)


def _storage(text: str, chance: random.Random) -> str:
    return chance.choice([*parse_manifest(text).storages, "none"])


def _data(text: str, chance: random.Random) -> str:
    return chance.choice([*parse_manifest(text).data, "none"])


_MAKERS: tuple[_Maker, ...] = (
    _adds_storage,
    _adds_data,
    _changes_storage,
    _changes_data,
    lambda text, chance: remove_data_path(text, _data(text, chance)),
    lambda text, chance: remove_storage(text, _storage(text, chance)),
    lambda text, chance: rename_data_path(text, _data(text, chance), f"d{chance.randint(0, 6)}"),
)


def _branch(text: str, chance: random.Random, edits: int) -> str:
    for _ in range(edits):
        with contextlib.suppress(StorageError):  # a command that refuses changes nothing
            text = chance.choice(_MAKERS)(text, chance)
    return text


def _entries(text: str) -> _Entries:
    found = parse_manifest(text)
    storages = {("storage", name): spec for name, spec in found.storages.items()}
    return {**storages, **{("data", path): data for path, data in found.data.items()}}


def _wanted(key: tuple[str, str], sides: tuple[_Entries, ...]) -> _Entry | None:
    """What both sides together say of an entry, value by value; None where it goes.

    Raises:
        ValueError: they do not go together.
    """
    base, ours, theirs = (side.get(key) for side in sides)
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if base is None or ours is None or theirs is None:
        raise ValueError(key)
    values: dict[str, object] = {}
    for field in fields(base):
        was, mine, yours = (getattr(each, field.name) for each in (base, ours, theirs))
        if was not in (mine, yours) and mine != yours:
            raise ValueError(key)
        values[field.name] = yours if mine == was else mine
    return replace(base, **values)  # type: ignore[arg-type]  # of its fields


def _renamed(sides: tuple[_Entries, ...]) -> bool:
    """Whether a side gave an entry another name: git's lines then go with the new one."""
    base = sides[0]
    return any(set(base) - set(side) and set(side) - set(base) for side in sides[1:])


def _merged(folder: Path, texts: Iterable[str]) -> str | None:
    folder.mkdir()
    files = [folder / name for name in ("base", "ours", "theirs")]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return files[1].read_text() if merge(Sides(*files), ".storage.yaml") else None


def test_no_pair_of_branches_is_merged_wrongly(tmp_path: Path) -> None:
    triples: list[tuple[str, ...]] = []
    for seed in range(_PAIRS):
        chance = random.Random(seed)
        begin = add_storage("", StorageSpec("s0", "s3://b0"))
        base = _branch(begin, chance, chance.randint(0, 10))
        triples.append((base, *(_branch(base, chance, chance.randint(1, 3)) for _ in range(2))))
    with ThreadPoolExecutor(4) as threads:
        merged = list(threads.map(_merged, (tmp_path / str(n) for n in range(_PAIRS)), triples))
    done = 0
    for texts, text in zip(triples, merged, strict=True):
        if text is None:
            continue
        sides = tuple(map(_entries, texts))
        found = _entries(text)
        try:
            wanted = {key: _wanted(key, sides) for side in sides for key in side}
        except ValueError:
            assert _renamed(sides), texts
            continue
        assert found == {key: each for key, each in wanted.items() if each is not None}, texts
        done += 1
    assert done > _PAIRS // 2
