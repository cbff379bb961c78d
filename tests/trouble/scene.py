"""Clones of a project whose storage is reached through a network that can fail."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.faults import Network, network
from tests.lab import DATA, NAME, Lab, Result
from tests.rules.scenes import ROOT
from tests.servers import Bucket
from tests.signing_in import signed_in


@contextmanager
def far(lab: Lab, bucket: Bucket, objects: Mapping[str, bytes]) -> Iterator[tuple[Lab, Network]]:
    """A clone with these objects described and pushed, and the network between it and them."""
    for key, content in objects.items():
        bucket.put(key, content)
    with network(bucket.server.endpoint) as way:
        yield described(lab, bucket, way.endpoint), way


def described(lab: Lab, bucket: Bucket, endpoint: str) -> Lab:
    """The clone with a bucket for `data`, reached at an endpoint, approved, and with its keys."""
    on = signed_in(lab, bucket.server, bucket.name, endpoint=endpoint).seeing(PYTHONPATH=str(ROOT))
    on.storage("add", NAME, bucket.url, "--endpoint", endpoint, "--to", DATA)
    on.commit("describe the data")
    return on


def impatient(lab: Lab, *arguments: str, patience: int = 5) -> Result:
    """Run `git storage` with little patience; see `tests.trouble.impatient`.

    Args:
        patience: in seconds; a busy machine may need more than one to answer at all.
    """
    # botocore leaves connections that broke to the garbage collector, which is its own affair.
    on = lab.seeing(PYTHONWARNINGS="", PATIENCE=str(patience))
    done = on.module("tests.trouble.impatient", *arguments)
    done.expected = True
    assert "Traceback" not in done.err, done
    return done


def content(name: str, size: int, edition: int = 1) -> bytes:
    """Bytes that no other name, size or edition has."""
    return random.Random(f"{name} {size} {edition}").randbytes(size)


def powerless(lab: Lab, *arguments: str) -> Result:
    """Run `git storage` so that permissions hold, even for root."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [sys.executable, "-m", "gitstore", *arguments]
    done = lab.run(*(drop if os.geteuid() == 0 else []), *command)
    done.expected = True
    return done
