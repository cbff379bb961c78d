"""What is special about a directory: times, links, permissions, the temporary files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import BinaryIO

import pytest

from gitstore.adapters.stores import directory_time, directory_tree
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.directory import DirectoryStore, open_store
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.errors import Denied, Missing, Refused, StoreFull, Unsupported
from gitstore.core.versions import Same, Version, compare, equal


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore("file:///data", tmp_path / "root")


@pytest.fixture(autouse=True)
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


def create(store: DirectoryStore, key: str, data: bytes = b"one") -> Version:
    return store.write(key, BytesSource(data), None)


def keys(store: DirectoryStore, prefix: str = "") -> list[str]:
    return sorted(found.key for found in store.list(prefix))


def test_a_place_opens_below_its_prefix(root: Path) -> None:
    (root / "2023").mkdir()
    (root / "2023" / "m31").write_bytes(b"x")
    place = StorePlace("file", "file:///data/2023", prefix="2023", root=root)

    assert keys(open_store(place, lambda: None)) == ["m31"]


def test_a_write_of_the_same_size_in_the_same_clock_tick_is_another_version(
    store: DirectoryStore, root: Path
) -> None:
    for _ in range(20):
        (root / "a").write_bytes(b"one")
        seen = store.stat("a")
        (root / "a").write_bytes(b"two")

        assert not equal(seen, store.stat("a"))


def test_a_foreign_write_right_after_ours_is_another_version(
    store: DirectoryStore, root: Path
) -> None:
    for number in range(20):
        written = create(store, f"{number}")
        (root / f"{number}").write_bytes(b"two")

        assert compare(written, store.stat(f"{number}") or written) is Same.UNKNOWN


def test_our_own_times_are_distinctive_and_need_no_waiting(
    store: DirectoryStore, root: Path
) -> None:
    times = []
    for number in range(20):
        create(store, f"{number}")
        found = (root / f"{number}").stat()
        assert not directory_time.is_young(found)
        times.append(found.st_mtime_ns % 1_000_000)

    assert len(set(times)) > 10


def test_of_many_of_our_own_replacers_one_wins(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = create(store, "a")
    replace = os.replace

    def slow(here: str, there: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        time.sleep(0.01)
        replace(here, there, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "replace", slow)
    together = Barrier(8)

    def replace_it(number: int) -> bool:
        together.wait()
        try:
            store.write("a", BytesSource(b"%d" % number), first)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(replace_it, range(8))) == 1


def test_a_reported_time_is_never_young(store: DirectoryStore, root: Path) -> None:
    (root / "a").write_bytes(b"one")

    (found,) = store.list("")
    seconds, digits = (found.version.get("mtime") or "").split(".")

    assert len(digits) == 9
    assert time.time_ns() - int(seconds + digits) >= directory_time.FINE_STEP


def test_a_time_far_in_the_future_is_taken_as_it_is(store: DirectoryStore, root: Path) -> None:
    (root / "a").write_bytes(b"one")
    os.utime(root / "a", ns=(0, 4_102_444_800_000_000_001))

    assert store.stat("a") == Version(3, ("mtime:4102444800.000000001",))


def test_a_time_in_whole_seconds_has_a_coarse_step() -> None:
    assert directory_time.step_of(5_000_000_000) == directory_time.COARSE_STEP
    assert directory_time.step_of(5_000_000_001) == directory_time.FINE_STEP


def test_a_time_before_1970_is_spelled_like_any_other() -> None:
    assert directory_time.spelled(-1) == "-1.999999999"


def test_links_and_devices_are_not_objects(
    store: DirectoryStore, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "link").symlink_to(outside / "secret")
    (root / "dir").symlink_to(outside)
    os.mkfifo(root / "pipe")

    assert keys(store) == []
    assert keys(store, "dir/") == []
    for key in ("link", "dir/secret", "pipe"):
        assert store.stat(key) is None
        with pytest.raises(Missing):
            store.read(key, None)
        with pytest.raises(Unsupported):
            create(store, key)
    assert (outside / "secret").read_bytes() == b"secret"
    assert list(outside.iterdir()) == [outside / "secret"]


def test_a_directory_in_the_place_of_an_object_is_in_the_way(
    store: DirectoryStore, root: Path
) -> None:
    (root / "a").mkdir()

    with pytest.raises(Unsupported):
        create(store, "a")
    assert store.stat("a") is None


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "./a", "a/..", "../a", "a\0b", "\ud800"])
def test_a_key_that_is_no_plain_path_is_unsupported(store: DirectoryStore, key: str) -> None:
    for act in (store.stat, lambda k: store.read(k, None), lambda k: create(store, k)):
        with pytest.raises(Unsupported):
            act(key)
    with pytest.raises(Unsupported):
        store.delete(key, Version(0))


def test_our_temporary_files_are_never_listed_and_never_objects(
    store: DirectoryStore, root: Path
) -> None:
    (root / ".git-storage-tmp-0123").write_bytes(b"half")

    assert keys(store) == []
    with pytest.raises(Unsupported):
        store.stat(".git-storage-tmp-0123")


def test_nothing_of_ours_stays_behind(store: DirectoryStore, root: Path) -> None:
    version = create(store, "a")
    with pytest.raises(Refused):
        create(store, "a")
    store.write("a", BytesSource(b"two"), version)
    with pytest.raises(Refused):
        store.write("a", BytesSource(b"six"), version)

    assert list(root.iterdir()) == [root / "a"]


@dataclass
class _Larger:
    """More bytes than any disk has room for, which nobody may begin to copy."""

    size: int = 1 << 62
    sha256: str | None = None

    def open(self) -> BinaryIO:
        raise AssertionError("it was opened")


def test_what_cannot_fit_takes_no_room_from_other_objects(
    store: DirectoryStore, root: Path
) -> None:
    with pytest.raises(StoreFull):
        store.write("big", _Larger(), None)
    before = store.write("a", BytesSource(b"one"), None)
    with pytest.raises(StoreFull):
        store.write("a", _Larger(), before)
    assert [path.name for path in root.iterdir()] == ["a"]
    assert store.stat("a") == before


def test_replacing_keeps_the_permissions(store: DirectoryStore, root: Path) -> None:
    version = create(store, "a")
    (root / "a").chmod(0o640)
    store.write("a", BytesSource(b"two"), version)

    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o640


def test_deleting_leaves_the_directories_that_people_made(
    store: DirectoryStore, root: Path
) -> None:
    store.delete("a/b/c", create(store, "a/b/c"))

    assert (root / "a" / "b").is_dir()


def test_replacing_what_is_gone_makes_no_directories(store: DirectoryStore, root: Path) -> None:
    version = create(store, "a")
    with pytest.raises(Refused):
        store.write("b/c", BytesSource(b"two"), version)

    assert not (root / "b").exists()


def test_a_missing_root_is_missing_not_empty(store: DirectoryStore, root: Path) -> None:
    root.rmdir()

    for act in (lambda: keys(store), lambda: store.stat("a"), lambda: create(store, "a")):
        with pytest.raises(Missing):
            act()


def test_a_root_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    store = DirectoryStore("file:///link", tmp_path / "link")
    create(store, "a/b")

    assert keys(store) == ["a/b"]


def test_a_file_that_is_written_in_place_while_it_is_read_is_refused(
    store: DirectoryStore, root: Path
) -> None:
    create(store, "a", b"x" * (3 << 20))
    reading = store.read("a", None)
    next(reading.chunks)
    with (root / "a").open("r+b") as stream:
        stream.write(b"y")

    with pytest.raises(Refused):
        list(reading.chunks)


def test_a_reading_that_nobody_reads_leaves_no_file_open(store: DirectoryStore) -> None:
    create(store, "a")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        store.read("a", None)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_without_hard_links_creating_still_never_replaces(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*args: object, **options: object) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    version = create(store, "a")

    assert equal(version, store.stat("a"))
    with pytest.raises(Refused):
        create(store, "a", b"two")
    assert b"".join(store.read("a", version).chunks) == b"one"


def test_times_that_the_file_system_cuts_off_are_waited_out(
    store: DirectoryStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_time, "COARSE_STEP", 300_000_000)
    monkeypatch.setattr(
        directory_time, "distinctive", lambda: time.time_ns() // 1_000_000_000 * 1_000_000_000
    )
    written = create(store, "a")
    seconds = (written.get("mtime") or "").partition(".")[0]

    assert time.time_ns() - int(seconds) * 1_000_000_000 >= 300_000_000


# Root may read everything, so the rules of permissions are tried by somebody who may not.
_AS_NOBODY = """
import os, sys
from pathlib import Path
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.directory import DirectoryStore
from gitstore.core.errors import Denied
os.setgid(65534); os.setuid(65534)
store = DirectoryStore("file:///data", Path(sys.argv[1]))
for act in (
    lambda: list(store.list("")),
    lambda: list(store.list("closed/")),
    lambda: store.stat("closed/a"),
    lambda: store.write("new", BytesSource(b""), None),
    lambda: store.read("unreadable", None),
):
    try:
        act()
    except Denied:
        print("denied")
"""


@pytest.fixture
def closed(root: Path, tmp_path: Path) -> Path:
    for parent in (root, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    (root / "closed").mkdir()
    (root / "closed" / "a").write_bytes(b"x")
    (root / "unreadable").write_bytes(b"x")
    (root / "unreadable").chmod(0)
    (root / "closed").chmod(0)
    return root


def test_what_may_not_be_read_is_denied_never_absent(closed: Path) -> None:
    if os.getuid() == 0:
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(closed)],
            capture_output=True,
            check=True,
            text=True,
        )
        assert done.stdout.split() == ["denied"] * 5
        return
    store = DirectoryStore("file:///data", closed)
    with pytest.raises(Denied):
        keys(store)
    with pytest.raises(Denied):
        store.stat("closed/a")


def test_every_refusal_of_the_system_has_its_error() -> None:
    kinds = {
        number: type(directory_tree.translated(OSError(number, "said"), "a")).__name__
        for number in (1, 2, 5, 13, 27, 28, 30, 36, 40, 84, 116, 122)
    }

    assert kinds == {
        1: "Denied",
        2: "Missing",
        5: "Unreachable",
        13: "Denied",
        27: "StoreFull",
        28: "StoreFull",
        30: "Denied",
        36: "Unsupported",
        40: "Missing",
        84: "Unsupported",
        116: "Unreachable",
        122: "StoreFull",
    }
