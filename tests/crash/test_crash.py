"""A sample of `make crash`: whatever is killed, nothing is lost and the same command completes."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.crash.run import rehearse
from tests.crash.world import world
from tests.servers import S3Server


@pytest.mark.parametrize(("name", "kills"), [("sync", 2), ("undo sync", 1), ("add", 1)])
def test_a_kill_on_a_directory_loses_nothing(name: str, kills: int, tmp_path: Path) -> None:
    with world(7, None, tmp_path) as on:
        assert rehearse(name, on, Random(7), kills).died > 0


def test_a_kill_on_s3_loses_nothing(tmp_path: Path, ministack: S3Server) -> None:
    with world(7, ministack, tmp_path) as on:
        assert rehearse("sync local", on, Random(7), 1).died > 0
