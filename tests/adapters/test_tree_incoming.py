"""Temporary files, of living and of dead processes."""

from __future__ import annotations

import signal
import subprocess
import sys

from gitstore.adapters.tree import Tree
from tests.adapters.places import Place

_DYING = """
import os, sys, signal
from pathlib import Path
from gitstore.adapters.tree import Tree
made = Tree(Path(sys.argv[1]), Path(sys.argv[2]), False).incoming(3)
made.write(b"old")
print("made", flush=True)
signal.pause()
"""


def test_only_the_temporary_files_of_dead_processes_are_swept(place: Place) -> None:
    command = [sys.executable, "-c", _DYING, str(place.root), str(place.spare)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "made\n"
        place.tree.sweep()
        left = place.temporary()
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert len(left) == 1
    mine = place.incoming("mine")
    assert place.temporary() == [mine.path.name]  # starting to work sweeps
    place.tree.sweep()
    assert mine.path.read_text() == "mine"


def test_a_tree_that_ends_leaves_no_directory(place: Place) -> None:
    tree = Tree(place.root, place.spare, single=False)
    tree.incoming(1).discard()
    del tree
    assert list((place.spare / "tmp").iterdir()) == []
