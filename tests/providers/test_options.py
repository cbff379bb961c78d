"""Options of a provider: written by `add`, told to the package, and part of an approval."""

from __future__ import annotations

import pytest

from tests.lab import Lab
from tests.stores.test_registry import package

MODULE = """
from pathlib import Path
from gitstore.adapters.stores.directory import DirectoryStore

def open_store(place, credentials):
    zone = place.chosen("zone").get("zone", "blue")
    return DirectoryStore(place.identity, Path({root!r}, zone))
"""


@pytest.fixture
def zoned(lab: Lab) -> Lab:
    """A project over a provider with zones, of somebody who has added it."""
    for zone in ("blue", "red"):
        (lab.bucket.root / zone).mkdir()
        (lab.bucket.root / zone / "a").write_bytes(zone.encode())
    where = lab.root / "home" / "packages"
    package(
        where, "zoned", "zoned = zoned:open_store", text=MODULE.format(root=str(lab.bucket.root))
    )
    lab = lab.seeing(PYTHONPATH=str(where))
    lab.storage("add", "s", "zoned://host/x", "--option", "zone=blue", "--to", "data")
    lab.commit("describe the data")
    lab.storage("stage", "--all")
    return lab


def change(lab: Lab, old: str, new: str) -> None:
    manifest = lab.top / ".storage.yaml"
    manifest.write_text(manifest.read_text().replace(old, new))
    lab.commit("another zone")


def test_an_option_reaches_the_provider(zoned: Lab) -> None:
    assert '    options: ["zone=blue"]\n' in (zoned.top / ".storage.yaml").read_text()
    assert zoned.files() == {"a": b"blue"}
    zoned.storage("trust", "--list").says("zoned://host/x with zone=blue")


def test_another_option_is_asked_about_again(zoned: Lab) -> None:
    change(zoned, "zone=blue", "zone=red")

    zoned.storage("sync").fails(128).says("is not approved", "hint: git storage trust")
    assert zoned.files() == {"a": b"blue"}


def test_an_option_that_the_provider_does_not_know_is_an_error(zoned: Lab) -> None:
    change(zoned, "zone=blue", "colour=blue")
    zoned.storage("trust", "--yes", "s")

    zoned.storage("sync").fails(128).says(
        "the provider zoned has no option 'colour'", "hint: its options are zone"
    )


@pytest.mark.parametrize("option", ["token=x", "proxy_command=x", "zone=AKIAIOSFODNN7EXAMPLE"])
def test_no_secret_and_no_command_is_written(lab: Lab, zoned: Lab, option: str) -> None:
    before = zoned.snapshot()
    url = "zoned://host/y"
    zoned.storage("add", "t", url, "--option", option, "--to", "more").fails(129).never_says("AKIA")
    assert zoned.snapshot() == before
