"""What leaves this machine is seen first by somebody, and never because a pulled commit says so."""

from __future__ import annotations

from tests.commands.terminal import on_a_terminal
from tests.lab import Lab, approving
from tests.trust.scenes import begun, stranger

_PRIVATE = {"diary/today.txt": b"private"}


def place(lab: Lab) -> str:
    return f"file://{lab.root.resolve()}/bucket"


def test_the_first_sync_to_a_new_place_lists_what_leaves_and_asks(described: Lab) -> None:
    clone = stranger(described)
    clone.storage("trust", "--yes", "survey")
    clone.storage("stage", "--all")
    clone.write("data/new.txt", b"new")
    refused = on_a_terminal(clone, "sync", typed="n\n")
    assert refused.code == 128
    assert "from data to survey: 1 object, 3 B" in refused.said
    assert "data/new.txt" in refused.said
    assert "new.txt" not in described.bucket.objects()

    done = on_a_terminal(clone, "sync", typed="y\n")
    assert done.code == 0, done.said
    assert described.bucket.get("new.txt") == b"new"
    clone.write("data/new.txt", b"newer")
    assert "[y/N]" not in on_a_terminal(clone, "sync").said
    assert described.bucket.get("new.txt") == b"newer"


def test_erasing_is_listed_and_asked_like_writing(described: Lab) -> None:
    clone = stranger(described)
    clone.storage("trust", "--yes", "survey")
    clone.storage("stage", "--all")
    clone.storage("rm", "data/a.txt")
    done = on_a_terminal(clone, "sync", typed="n\n")

    assert "erase  data/a.txt" in done.said
    assert "a.txt" in described.bucket.objects()


def test_without_a_terminal_what_leaves_is_listed_once(described: Lab) -> None:
    clone = described.clone()
    clone.storage("stage", "--all")
    clone.write("data/new.txt", b"new")
    clone.storage("sync").says("from data to survey: 1 object", "data/new.txt")
    clone.write("data/new.txt", b"newer")
    clone.storage("sync").never_says("from data to survey")


def grabbing(lab: Lab) -> Lab:
    """A clone with private files, in a directory that a pulled commit then calls a data path."""
    lab.describe({"2023/m31.fits": b"one"}, "--prefix", "2023/")
    clone = lab.clone()
    clone.storage("stage", "--all")
    for path, content in _PRIVATE.items():
        clone.write(path, content)
    lab.storage("add", "survey", "--to", "diary", "--prefix", "diary/")
    lab.commit("the diary is data")
    clone.pull()
    return clone


def test_files_from_before_are_not_given_until_that_is_confirmed(lab: Lab) -> None:
    clone = grabbing(lab)
    for command in (["sync"], ["stage", "--all"], ["sync", "diary"]):
        done = clone.storage(*command)
        done.expected = True
    done.fails(128).says(
        "diary held files before it was known here as a data path",
        "git storage trust --write diary",
    )
    assert "diary/today.txt" not in lab.bucket.objects()
    assert clone.files("diary") == {"today.txt": b"private"}

    clone.storage("trust", "--write", "--yes", "diary")
    clone.storage("sync")
    assert lab.bucket.get("diary/today.txt") == b"private"


def test_a_terminal_says_which_were_there_before(lab: Lab) -> None:
    clone = grabbing(lab)
    done = on_a_terminal(clone, "sync", typed="n\n")
    assert done.code == 128
    assert "some were in diary before it was known here as a data path" in done.said
    assert "diary/today.txt" not in lab.bucket.objects()
    assert on_a_terminal(clone, "sync", typed="y\n").code == 0
    assert lab.bucket.get("diary/today.txt") == b"private"


def test_what_is_written_after_a_data_path_is_known_needs_no_word(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    clone = lab.clone()
    clone.storage("stage", "--all")
    clone.write("data/new.fits", b"new")
    clone.storage("sync").never_says("before it was known")
    assert lab.bucket.get("new.fits") == b"new"


def test_a_wider_scope_is_another_decision(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"}, "--include", "*.fits")
    clone = lab.clone()
    clone.storage("stage", "--all")
    clone.write("data/notes.txt", b"private")
    clone.storage("sync")
    manifest = lab.read(".storage.yaml").decode().replace('["*.fits"]', '["*"]')
    assert '["*"]' in manifest
    lab.write(".storage.yaml", manifest.encode())
    lab.commit("everything")
    clone.pull()

    clone.storage("sync").fails(128).says("held files before")
    assert lab.bucket.objects() == {"m31.fits": b"one"}


def test_who_adds_a_directory_with_files_has_said_so(lab: Lab) -> None:
    alone = begun(lab)
    alone.write("data/mine.txt", b"mine")
    alone.describe({"m31.fits": b"one"})
    alone.storage("sync")

    assert lab.bucket.get("mine.txt") == b"mine"


def test_a_trusted_machine_in_a_new_clone_needs_no_word(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    clone = stranger(lab).seeing(**approving(place(lab)))
    clone.storage("stage", "--all")
    clone.write("data/result.txt", b"result")
    clone.storage("sync")

    assert lab.bucket.get("result.txt") == b"result"
