"""This process as a program that runs in a clone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab import DATA, NAME, Lab
from tests.servers import Bucket
from tests.signing_in import signed_in


@contextmanager
def inside(lab: Lab, at: str = ".") -> Iterator[None]:
    """The environment and the current directory of a clone's user."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment.items():
            patch.setenv(name, value)
        patch.chdir(lab.top / at)
        yield


def over(lab: Lab, bucket: Bucket, endpoint: str, objects: dict[str, bytes]) -> Lab:
    """The clone with an S3 bucket for `data`, reached through an endpoint, described and pushed."""
    for key, content in objects.items():
        bucket.put(key, content)
    on = signed_in(lab, bucket.server, bucket.name, endpoint=endpoint)
    on.storage("add", NAME, bucket.url, "--endpoint", endpoint, "--to", DATA)
    on.commit("describe the data")
    return on
