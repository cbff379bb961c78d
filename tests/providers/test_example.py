"""The example package of docs/providers.md: what the page shows is what is installed and works."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from gitstore.adapters.stores import contract
from gitstore.adapters.stores.contract import Check
from gitstore.adapters.stores.registry import StorePlace, open_store
from gitstore.core.errors import Unsupported
from gitstore.core.provided_urls import parse_provided
from gitstore.core.store import Conditional, Store
from tests.lab import Lab, approving
from tests.providers.conftest import EXAMPLE
from tests.sources import ROOT

# In one process: the package is built once.
pytestmark = pytest.mark.xdist_group("example")

OBJECTS = {"a.txt": b"one", "sub/b.txt": b"two " * 1000, "sub/odd name #1 100%.txt": b"three"}
MODULE = EXAMPLE / "git_storage_sqlar.py"

pytestmark = pytest.mark.xdist_group("provider")


@dataclass(frozen=True, slots=True)
class Archive:
    """An SQLite archive as people without git use it: with SQLite's own program."""

    file: Path

    @property
    def url(self) -> str:
        return f"sqlar://localhost{self.file}"

    def put(self, objects: dict[str, bytes], folder: Path) -> None:
        """Write files, and put them into the archive, compressed."""
        for name, content in objects.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        verb = "--insert" if self.file.exists() else "--create"
        command = ["sqlite3", str(self.file), "-A", verb, *(n.split("/")[0] for n in objects)]
        subprocess.run(command, cwd=folder, check=True)

    def objects(self) -> dict[str, bytes]:
        """Every file in the archive."""
        with closing(sqlite3.connect(self.file)) as db:
            rows = db.execute("SELECT name, sz, data FROM sqlar WHERE mode & 32768").fetchall()
        return {n: data if len(data) == size else zlib.decompress(data) for n, size, data in rows}


def made(folder: Path, objects: dict[str, bytes]) -> Archive:
    """A new archive of these files, in an empty folder."""
    archive = Archive(folder / "survey.sqlar")
    archive.put(objects, folder)
    return archive


@pytest.fixture(scope="module")
def store(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of an archive, opened by its URL."""
    archive = made(tmp_path_factory.mktemp("odd # % ?"), {"file": b""})
    url = "sqlar://localhost" + quote(str(archive.file))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(package))
        yield opened(url)


def opened(url: str, *options: str) -> Store:
    place = parse_provided(url, "sqlar", endpoint=None, region=None, account=None)
    at = StorePlace("sqlar", place.identity, prefix=place.prefix, options=options)
    return open_store(at, lambda: None)


def test_the_page_shows_the_package_itself() -> None:
    page = (ROOT / "docs" / "providers.md").read_text()
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)

    assert ("toml", (EXAMPLE / "pyproject.toml").read_text()) in blocks
    assert ("python", MODULE.read_text()) in blocks


def test_the_example_has_less_than_sixty_lines_of_code() -> None:
    lines = [line.strip() for line in MODULE.read_text().splitlines()]
    assert len([line for line in lines if line and not line.startswith(("#", '"""'))]) < 60


@pytest.mark.parametrize("check", contract.checks(), ids=lambda check: check.name)
def test_the_example_keeps_the_promise_that(store: Store, check: Check) -> None:
    assert store.abilities().swap is Conditional.ENFORCED
    check.run(store, f"some where/{check.name}/")


def test_the_example_refuses_options_and_other_hosts(store: Store) -> None:
    with pytest.raises(Unsupported, match="has no option 'wait'"):
        opened(store.identity, "wait=1")
    with pytest.raises(Unsupported, match="is not sqlar://localhost/"):
        opened("sqlar://elsewhere.example.org/x.sqlar")


@pytest.fixture
def archive(lab: Lab) -> Archive:
    """An archive beside the clones."""
    folder = lab.root / "files"
    folder.mkdir()
    return made(folder, OBJECTS)


@pytest.fixture
def here(lab: Lab, archive: Archive, package: Path) -> Lab:
    """A project that an archive feeds, of somebody who has the package."""
    lab = lab.seeing(PYTHONPATH=str(package), **approving(archive.url))
    lab.storage("add", "survey", archive.url, "--to", "data")
    lab.commit("describe the data")
    return lab


def test_a_project_over_the_example_from_add_to_a_conflict(here: Lab, archive: Archive) -> None:
    assert "    provider: sqlar\n" in (here.top / ".storage.yaml").read_text()
    here.storage("stage", "--all")
    assert here.files() == OBJECTS

    here.write("data/a.txt", b"edited")
    here.write("data/new/c.txt", b"new")
    here.remove("data/sub/b.txt")
    here.storage("sync", "--delete")
    here.commit("edit")
    expected = {**OBJECTS, "a.txt": b"edited", "new/c.txt": b"new"}
    del expected["sub/b.txt"]
    assert archive.objects() == expected
    other = here.clone()
    other.storage("stage", "--all")
    assert other.files() == expected

    archive.put({"a.txt": b"theirs"}, archive.file.parent)
    here.write("data/a.txt", b"ours")
    here.storage("sync").fails(1).says("conflict", "data/a.txt")
    here.storage("sync", "--keep", "local")
    assert archive.objects() == {**expected, "a.txt": b"ours"}


def test_doctor_tries_the_example_out(here: Lab, archive: Archive) -> None:
    here.storage("doctor", "survey").says(
        "ok      survey: can replace one: the storage refuses it if somebody else was first",
        "ok      survey: one of many replacers wins",
    )
    assert archive.objects() == OBJECTS


def test_without_the_package_it_is_said_which_one_is_missing(here: Lab) -> None:
    without = here.clone().seeing(PYTHONPATH="")
    without.storage("stage", "--all").fails(128).says(
        "error: no installed package provides 'sqlar'", "hint: pip install git-storage-sqlar"
    )
    without.storage("status").says("data")
