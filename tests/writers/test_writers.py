"""A sample of `make writers`: what is called given is there in the end, the rest can be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import S3Server
from tests.writers.run import compete, described

WRITERS = 3
EDITS = 12


@pytest.mark.parametrize("storage", ["directory", "s3"])
def test_no_edit_of_several_writers_is_lost(
    storage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: S3Server | None = None
    if storage == "s3":
        server = request.getfixturevalue("ministack")
    with described(server, tmp_path) as (lab, shelf):
        count = compete(lab, shelf, WRITERS, EDITS)
    assert count.given + count.told == EDITS
    assert count.given > 0
    assert (count.lost, count.nowhere) == ((), ())
