"""Providers are built in or entry points, and opening a storage costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gitstore.adapters.stores.registry import StorePlace, open_store, providers
from gitstore.core.credentials import Keys
from gitstore.core.errors import StorageError, UnknownName, Unsupported


def nobody() -> Keys | None:
    raise AssertionError("opening a storage asked for credentials")


@pytest.mark.parametrize("provider", providers())
def test_a_built_in_provider_opens_or_says_why_not(provider: str) -> None:
    told = ""
    try:
        open_store(StorePlace(provider, "nowhere"), nobody)
    except StorageError as error:
        told = str(error)
    assert "cannot be loaded" not in told


def test_a_built_in_provider_that_cannot_be_loaded_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "gitstore.adapters.stores.sftp", None)
    with pytest.raises(
        Unsupported, match="git-storage provides 'sftp' but cannot be loaded"
    ) as told:
        open_store(StorePlace("sftp", "sftp://host"), nobody)
    assert told.value.hint == "pip install --upgrade git-storage"


def test_packages_are_listed_beside_the_built_in_providers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "digger", "gopher = digger:open_store")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"file", "gopher", "s3", "webhdfs"} <= set(providers())


def test_a_place_opens_with_its_provider(tmp_path: Path) -> None:
    directory = open_store(StorePlace("file", "file:///data", root=tmp_path), nobody)
    bucket = open_store(StorePlace("s3", "s3://bucket", container="bucket"), nobody)

    assert (directory.identity, bucket.identity) == ("file:///data", "s3://bucket")
    assert list(directory.list("")) == []


def test_a_package_that_is_not_installed_is_said_to_be_missing() -> None:
    with pytest.raises(UnknownName, match="provides 'gopher'") as caught:
        open_store(StorePlace("gopher", "gopher://hole"), nobody)

    assert "pip install git-storage-gopher" in str(caught.value.hint)


def package(path: Path, name: str, *points: str, text: str = "") -> None:
    """A distribution with entry points, as an installer leaves it."""
    metadata = path / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("\n".join(["[gitstore.stores]", *points]))
    (path / f"{name}.py").write_text(text)


@pytest.mark.parametrize(
    ("text", "told"), [("import nowhere_to_be_found", "nowhere_to_be_found"), ("", "open_store")]
)
def test_a_package_that_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    module = f"gopher_{told}"
    package(tmp_path, module, f"gopher = {module}:open_store", text=text)
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(Unsupported, match=f"the package {module} provides 'gopher'.*{told}"):
        open_store(StorePlace("gopher", "gopher://hole"), nobody)


def test_of_two_packages_with_one_provider_neither_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        package(tmp_path / name, name, f"gopher = {name}:open_store")
        monkeypatch.syspath_prepend(str(tmp_path / name))

    with pytest.raises(UnknownName, match="several packages provide 'gopher': one, two"):
        open_store(StorePlace("gopher", "gopher://hole"), nobody)


def test_no_package_takes_the_place_of_a_built_in_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "thief", "file = thief:open_store", text="raise SystemExit")
    monkeypatch.syspath_prepend(str(tmp_path))

    store = open_store(StorePlace("file", "file:///data", root=tmp_path), nobody)
    assert type(store).__module__ == "gitstore.adapters.stores.directory"


def test_a_place_without_its_directory_or_bucket_is_refused() -> None:
    for provider in ("file", "s3"):
        with pytest.raises(Unsupported):
            open_store(StorePlace(provider, "nowhere"), nobody)


@pytest.mark.parametrize(
    ("prefix", "expected"), [("", ""), ("/", ""), ("a", "a/"), ("a/b/", "a/b/"), ("a//", "a/")]
)
def test_a_prefix_ends_in_one_slash(prefix: str, expected: str) -> None:
    assert StorePlace("s3", "s3://b", prefix=prefix).key_prefix == expected


def test_opening_imports_no_slow_sdk() -> None:
    program = (
        "import sys\n"
        "from gitstore.adapters.stores.registry import StorePlace, open_store\n"
        "open_store(StorePlace('s3', 's3://b', container='b'), lambda: None).abilities()\n"
        "print({'botocore', 'fsspec', 'importlib.metadata'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stdout == "set()\n"
