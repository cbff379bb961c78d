"""Reading many files one after the other, from a directory that stays open."""

from __future__ import annotations

import pytest

from gitstore.core.errors import Changed, PathRefused
from tests.adapters.places import Place


def test_each_file_is_what_it_is_by_itself(place: Place) -> None:
    for path in ("a/1", "a/2", "b/1", "1"):
        place.write(path, path)
    with place.tree.reader() as reader:
        for path in ("a/1", "a/2", "b/1", "1", "a/1"):
            assert reader.digest(path) == place.tree.digest(path)
            assert reader.whole(path, 9) == (*place.tree.digest(path), path.encode())


def test_what_is_not_there_stops_no_other(place: Place) -> None:
    place.write("a/1", "one")
    with place.tree.reader() as reader:
        for path in ("a/none", "none/1"):
            with pytest.raises(Changed):
                reader.whole(path, 9)
        with pytest.raises(PathRefused):
            reader.whole("a/../a/1", 9)
        assert reader.whole("a/1", 9)[2] == b"one"


def test_no_link_is_followed(place: Place) -> None:
    place.write("a/1", "one")
    (place.root / "b").symlink_to("a")
    (place.root / "a" / "2").symlink_to("1")
    with place.tree.reader() as reader:
        with pytest.raises(Changed):
            reader.whole("b/1", 9)
        assert reader.whole("a/1", 9)[2] == b"one"
        with pytest.raises(Changed):
            reader.whole("a/2", 9)


def test_a_file_that_has_grown_is_not_taken_whole(place: Place) -> None:
    place.write("a/1", "0123456789")
    with place.tree.reader() as reader:
        assert reader.whole("a/1", 10)[2] == b"0123456789"
        with pytest.raises(Changed):
            reader.whole("a/1", 9)
