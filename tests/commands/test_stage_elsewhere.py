"""`git storage stage --location` and `--existing`: data that lie elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import another_disk
from tests.lab import NAME, URL, Lab
from tests.opening.scenes import inside
from tests.opening.test_open import content

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


@pytest.fixture
def located(lab: Lab) -> Lab:
    lab.describe(FILES)
    (lab.root / "scratch").mkdir()
    lab.storage("stage", "--location", "../scratch", "data").says("2 objects fetched")
    return lab


def disk(lab: Lab) -> Path:
    return lab.root / "scratch"


def files_of(directory: Path) -> dict[str, bytes]:
    found = sorted(p for p in directory.rglob("*") if p.is_file())
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in found}


def test_the_data_lie_there_and_the_data_path_leads_to_them(located: Lab) -> None:
    assert (located.top / "data").readlink() == disk(located) / "data"
    assert files_of(disk(located) / "data") == FILES
    located.git("status", "--porcelain").never_says("?? data")
    located.storage("ls").says(str(disk(located) / "data"))
    located.storage("status").says("nothing to do")


def test_it_is_synced_recorded_removed_and_undone_through_the_link(located: Lab) -> None:
    located.write("data/m31.fits", b"edited")
    located.storage("record").says("1 object recorded")
    located.storage("sync").says("1 object given")
    assert located.bucket.get("m31.fits") == b"edited"
    located.bucket.put("new.fits", b"new")
    located.bucket.put("m31.fits", b"changed there")
    located.storage("sync").says("2 objects taken")
    assert located.read("data/new.fits") == b"new"
    located.storage("rm", "data/new.fits")
    located.storage("undo")
    assert files_of(disk(located) / "data")["new.fits"] == b"new"
    assert located.files(".git/storage/trash") == {}
    located.storage("undo", "--list", "-v").says("m31.fits")
    located.storage("unstage", "data").says("3 objects unstaged")
    assert files_of(disk(located) / "data") == {}
    located.storage("stage", "data").says("3 objects fetched")
    assert files_of(disk(located) / "data")["m31.fits"] == b"changed there"


def test_a_disk_that_is_away_is_unreadable_and_deletes_nothing(located: Lab) -> None:
    disk(located).rename(located.root / "unmounted")
    disk(located).mkdir()
    before = located.read("data.storage")
    located.storage("status").says("refused", "its disk is away")
    located.storage("sync", "--delete", "--allow-deletes", "9").fails(1).says("its disk is away")
    located.storage("stage", "data").fails(128).says("its disk is away")
    located.storage("unstage", "data").fails(1)
    assert located.bucket.objects() == FILES
    assert located.read("data.storage") == before
    assert list(disk(located).iterdir()) == []
    located.storage("doctor").fails(1).says("data: ", "its disk is away")
    disk(located).rmdir()
    (located.root / "unmounted").rename(disk(located))
    located.storage("status").says("nothing to do")


def test_something_else_at_the_data_path_decides_nothing(located: Lab) -> None:
    located.remove("data")
    located.write("data/work.txt", b"work")
    located.storage("sync").fails(1).says("it is no link any more")
    located.storage("stage", "data").fails(128).says("it is no link any more")
    assert located.files() == {"work.txt": b"work"}
    shutil.rmtree(located.top / "data")
    (located.top / "data").symlink_to(located.root / "home")
    located.storage("sync").fails(1).says("it leads to")
    assert located.bucket.objects() == FILES


def test_a_clean_work_tree_gets_its_link_again(located: Lab) -> None:
    located.git("clean", "-fdxq")
    assert not located.exists("data")
    located.storage("stage", "data").says("nothing to do")
    assert located.files() == FILES


def test_what_is_here_is_moved_by_its_user_and_known_again(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "data")
    lab.write("data/m31.fits", b"edited")
    disk(lab).mkdir()
    told = lab.storage("stage", "--location", "../scratch", "data").fails(128)
    move = f"mv {lab.top}/data {disk(lab)}/data"
    told.says("files are at", f"hint: {move}  # then the same command again")
    lab.run("sh", "-c", move)
    lab.storage("stage", "--location", "../scratch", "data")
    assert lab.read("data/m31.fits") == b"edited"
    lab.storage("sync").says("1 object given")
    told = lab.storage("stage", "--location", ".", "data").fails(128)
    back = f"rm {lab.top}/data && mv {disk(lab)}/data {lab.top}/data"
    told.says(back)
    lab.run("sh", "-c", back)
    lab.storage("stage", "--location", ".", "data").says("nothing to do")
    assert not (lab.top / "data").is_symlink()
    lab.storage("status").says("nothing to do")


def test_one_place_is_for_one_data_path_of_one_clone(located: Lab) -> None:
    other = located.clone()
    other.storage("stage", "--location", "../scratch", "data").fails(128).says(
        f"is the place of {located.top}/data already"
    )
    other.storage("stage", "--location", "data/inside", "data").fails(128)
    other.storage("stage", "--location", "../nowhere", "data").fails(128).says("mkdir -p")
    assert not other.exists("data")


def test_a_place_goes_along_with_a_data_path_that_gets_another_name(located: Lab) -> None:
    located.storage("mv", "data", "raw")
    assert located.files("raw") == FILES
    other = located.clone()
    told = other.storage("stage", "--location", "../scratch", "data").fails(128)
    told.says(f"is the place of {located.top}/raw already")
    located.storage("undo")
    assert located.files() == FILES
    located.storage("status").says("nothing to do")


def test_one_object_lies_elsewhere_too(lab: Lab) -> None:
    lab.bucket.put("m31.fits", b"one")
    lab.storage("add", NAME, URL, "--to", "m31.fits", "--prefix", "m31.fits")
    disk(lab).mkdir()
    lab.storage("stage", "--location", "../scratch", "--all").says("1 object fetched")
    assert (lab.top / "m31.fits").readlink() == disk(lab) / "m31.fits"
    lab.write("m31.fits", b"edited")
    lab.storage("sync").says("1 object given")
    disk(lab).rename(lab.root / "unmounted")
    disk(lab).mkdir()
    lab.storage("status").says("its disk is away")
    lab.storage("sync", "--delete").fails(1)
    assert lab.bucket.get("m31.fits") == b"edited"
    lab.remove("m31.fits")
    (lab.root / "unmounted").rename(disk(lab))
    lab.storage("unstage", "m31.fits").says("1 object unstaged")
    lab.storage("stage", "--location", ".", "--all").says("1 object fetched")
    assert not (lab.top / "m31.fits").is_symlink()
    lab.storage("unstage", "m31.fits")
    (lab.root / "there").write_bytes(b"edited")
    lab.storage("stage", "--existing", "../there", "m31.fits").says("already the same")
    assert lab.read("m31.fits") == b"edited"
    lab.storage("unstage", "m31.fits")
    assert (lab.root / "there").read_bytes() == b"edited"


def test_two_data_paths_of_one_last_name_need_two_places(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.root / "second").mkdir()
    lab.storage("add", "second", "../second", "--to", "other/data")
    disk(lab).mkdir()
    told = lab.storage("stage", "--location", "../scratch", "--all").fails(129)
    told.says("data and other/data would both lie at")


def test_a_link_that_came_from_somewhere_else_is_not_followed(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.top / "data").symlink_to(lab.root / "home")
    told = lab.storage("stage", "data").fails(128)
    told.says("symbolic link", f"git storage stage --existing {lab.root}/home data  # or rm")
    lab.storage("sync").fails(1).says("symbolic link")


def test_a_lost_state_is_told_the_place_again(located: Lab) -> None:
    located.write("data/m31.fits", b"edited")
    (located.top / ".git/storage/state.db").unlink()
    told = located.storage("stage", "data").fails(128)
    command = f"git storage stage --location {disk(located)} data"
    told.says("which this work tree knows nothing of", f"hint: {command}  # or rm the link")
    located.run("sh", "-c", command).fails(1).says("conflict", "data/m31.fits")
    assert located.files() == FILES | {"m31.fits": b"edited"}
    located.remove("data")
    (located.top / ".git/storage/state.db").unlink()
    located.run("sh", "-c", command).fails(1).says("conflict", "data/m31.fits")
    assert located.files() == FILES | {"m31.fits": b"edited"}


def test_staging_elsewhere_is_undone_with_its_link(located: Lab) -> None:
    located.storage("undo")
    assert not located.exists("data")
    assert files_of(disk(located) / "data") == {}
    located.storage("stage", "data")
    assert not (located.top / "data").is_symlink()


@pytest.fixture
def lent(lab: Lab) -> Lab:
    lab.describe(FILES)
    for path, data in FILES.items():
        (lab.root / "mounted" / path).parent.mkdir(parents=True, exist_ok=True)
        (lab.root / "mounted" / path).write_bytes(data)
    return lab


@pytest.mark.parametrize("how", [(), ("--quick",)])
def test_what_exists_is_checked_linked_and_never_removed(lent: Lab, how: tuple[str]) -> None:
    lent.storage("stage", "--existing", "../mounted", *how, "data").says("2 objects")
    assert (lent.top / "data").readlink() == lent.root / "mounted"
    lent.storage("status").says("nothing to do", "kept by others")
    lent.storage("sync").says("nothing to do")
    lent.storage("unstage", "data").says("2 objects forgotten")
    assert files_of(lent.root / "mounted") == FILES
    assert not lent.exists("data")
    lent.storage("stage", "data").says("2 objects fetched")
    assert not (lent.top / "data").is_symlink()


def test_every_difference_is_said_and_then_nothing_is_linked(lent: Lab) -> None:
    lent.storage("stage", "data")
    lent.write("data/m31.fits", b"new")
    lent.storage("sync")
    lent.storage("unstage", "data")
    (lent.root / "mounted/2023/m13.fits").write_bytes(b"short")
    lent.bucket.put("third.fits", b"3")
    lent.storage("sync")
    told = lent.storage("stage", "--existing", "../mounted", "data").fails(1)
    told.says("data/2023/m13.fits  has 5 bytes there, and 8 are recorded")
    told.says("data/m31.fits  has other bytes there: sha256:", "data/third.fits  is not there")
    assert not (lent.top / "data").is_symlink()


def test_an_edit_of_what_others_keep_is_shown_and_goes_nowhere(lent: Lab) -> None:
    lent.storage("stage", "--existing", "../mounted", "data")
    (lent.root / "mounted/m31.fits").write_bytes(b"edited by others")
    (lent.root / "mounted/2023/m13.fits").unlink()
    lent.bucket.put("m31.fits", b"moved on")
    told = lent.storage("status", "--remote")
    told.says("  kept by others:", "data/m31.fits", "others keep this directory", "data/2023")
    told.never_says("access: read", "sync --delete")
    lent.storage("sync", "--delete").never_says("given")
    lent.storage("sync", "--keep", "remote")
    lent.storage("stage", "data")
    lent.storage("record")
    lent.storage("rm", "data/m31.fits").fails(128).says("kept by others")
    lent.storage("verify").expected = True
    assert files_of(lent.root / "mounted") == {"m31.fits": b"edited by others"}
    assert lent.bucket.objects() == FILES | {"m31.fits": b"moved on"}


def test_a_mount_that_is_away_is_unreadable(lent: Lab) -> None:
    lent.storage("stage", "--existing", "../mounted", "data")
    (lent.root / "mounted").rename(lent.root / "elsewhere")
    (lent.root / "mounted").mkdir()
    lent.storage("status").says("is empty: is it mounted?")
    os.rmdir(lent.root / "mounted")  # noqa: PTH106 - what an unmount by autofs looks like
    lent.storage("sync", "--delete").fails(1).says("is not there: is it mounted?")
    assert lent.bucket.objects() == FILES
    lent.storage("unstage", "data").says("2 objects forgotten")
    assert not lent.exists("data")
    (lent.root / "elsewhere").rename(lent.root / "mounted")
    lent.storage("stage", "--existing", "../mounted", "data")
    lent.storage("undo")
    assert not lent.exists("data")
    assert files_of(lent.root / "mounted") == FILES


def test_live_data_that_exist_are_held_against_what_is_there_now(lab: Lab) -> None:
    lab.describe(FILES, "--live")
    shutil.copytree(lab.root / "bucket", lab.root / "mounted")
    lab.storage("stage", "--existing", "../mounted", "data").says("2 objects already the same")
    lab.storage("status", "--remote").says("nothing to do", "kept by others")
    lab.storage("unstage", "data")
    lab.bucket.put("m31.fits", b"another")
    lab.storage("stage", "--existing", "../mounted", "data").fails(1).says("3 bytes there, and 7")


def test_programs_and_hooks_take_what_exists_for_what_it_was_taken_for(lent: Lab) -> None:
    lent.storage("stage", "--existing", "../mounted", "--quick", "data")
    with inside(lent):
        assert content("data/m31.fits") == b"one"
        (lent.root / "mounted/m31.fits").write_bytes(b"edited by others")
        assert content("data/m31.fits") == b"edited by others"
    lent.storage("install")
    lent.git("config", "storage.warnUnrecorded", "true")
    lent.git("commit", "--allow-empty", "-m", "more").never_says("not recorded")


def test_what_is_mounted_here_does_not_lie_elsewhere_too(lent: Lab) -> None:
    lent.git("config", "storage.data.mode", "mount")
    for words in (("--existing", "../mounted"), ("--location", "..")):
        told = lent.storage("stage", *words, "data").fails(128)
        told.says("hint: git config storage.data.mode copy")
    assert not lent.exists("data")


def test_files_at_the_data_path_are_not_hidden_by_a_link(lent: Lab) -> None:
    lent.write("data/work.txt", b"work")
    lent.storage("stage", "--existing", "../mounted", "data").fails(128).says("would hide")
    assert lent.files() == {"work.txt": b"work"}
    lent.storage("stage", "--quick", "data").fails(129)
    lent.storage("stage", "--existing", "../mounted", "data/2023").fails(129).says("whole")


@pytest.fixture
def moved(lab: Lab) -> Iterator[Lab]:
    """A sync has replaced an edit here, and then everything was moved to another disk."""
    lab.describe(FILES)
    lab.storage("stage", "data")
    lab.write("data/m31.fits", b"edited")
    lab.bucket.put("m31.fits", b"changed there")
    lab.storage("sync", "--keep", "remote")
    with another_disk(lab.root) as other:
        lab.run("mv", str(lab.top / "data"), f"{other}/data")
        lab.storage("stage", "--location", str(other), "data")
        yield lab


def test_undo_finds_the_trash_of_the_disk_that_the_data_were_on(moved: Lab) -> None:
    moved.storage("undo").fails(1).says("files are at")  # the move itself was its user's
    moved.storage("undo").says("data/m31.fits")
    assert moved.files() == FILES | {"m31.fits": b"edited"}
    moved.storage("sync").fails(1).says("conflict")


def test_restore_finds_the_trash_of_the_disk_that_the_data_were_on(moved: Lab) -> None:
    listed = moved.storage("undo", "--list", "--json").json()["operations"]
    number = next(o["number"] for o in listed if o["verb"] == "sync")
    moved.storage("restore", "--operation", str(number), "data/m31.fits")
    assert moved.files() == FILES | {"m31.fits": b"edited"}
    moved.storage("undo")
    assert moved.files() == FILES | {"m31.fits": b"changed there"}


def test_data_whose_disk_is_away_are_not_left_behind(located: Lab) -> None:
    located.write("data/m31.fits", b"edited")
    (located.root / "other").mkdir()
    disk(located).rename(located.root / "unmounted")
    for command in (
        ("undo",),
        ("stage", "--location", ".", "data"),
        ("stage", "--location", "../other", "data"),
        ("stage", "--existing", "../other", "data"),
    ):
        located.storage(*command).fails(128).says("its disk is away", "mount its disk")
        assert (located.top / "data").readlink() == disk(located) / "data"
    (located.root / "unmounted").rename(disk(located))
    located.storage("undo").fails(1).says("files are at")
    assert located.read("data/m31.fits") == b"edited"


def test_a_data_path_that_is_renamed_while_its_disk_is_away_is_not_empty(located: Lab) -> None:
    disk(located).rename(located.root / "unmounted")
    disk(located).mkdir()  # where it is mounted
    located.storage("mv", "data", "images")
    located.storage("sync", "--delete", "--allow-deletes", "9").fails(1).says("its disk is away")
    assert located.bucket.objects() == FILES
    assert list(disk(located).iterdir()) == []
    disk(located).rmdir()
    (located.root / "unmounted").rename(disk(located))
    located.storage("stage", "images")
    assert located.files("images") == FILES


def test_undo_while_the_disk_is_away_is_still_to_come(located: Lab) -> None:
    located.write("data/m31.fits", b"edited")
    located.bucket.put("m31.fits", b"changed there")
    located.storage("sync", "--keep", "remote")
    disk(located).rename(located.root / "unmounted")
    disk(located).mkdir()
    located.storage("undo").fails(128).says("its disk is away")
    disk(located).rmdir()
    (located.root / "unmounted").rename(disk(located))
    located.storage("undo")
    assert located.files() == FILES | {"m31.fits": b"edited"}


def test_what_is_no_longer_described_stays_where_it_is_without_its_link(located: Lab) -> None:
    located.storage("forget", "data").says(f"the files of data stay at {disk(located)}/data")
    assert files_of(disk(located) / "data") == FILES
    assert not located.exists("data")
    located.storage("undo")
    assert located.files() == FILES
    located.storage("status").says("nothing to do")
    located.storage("forget", "data")
    located.storage("add", NAME, "--to", "data")
    located.storage("stage", "--location", "../scratch", "data")
    located.storage("sync").says("nothing to do")
    assert located.files() == FILES == files_of(disk(located) / "data")
