"""Clones of projects over S3 buckets, and where the state of a clone is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitstore.adapters.facts import Facts
from gitstore.adapters.state import WorkState
from gitstore.core.model import Base
from gitstore.core.versions import Version
from gitstore.repo.repo import Repo
from tests.lab import DATA, NAME, Lab, Result
from tests.servers import Bucket
from tests.signing_in import signed_in
from tests.tally import Figure, add

_GONE = 9  # the exit status of a process that `tests.rules.driver` has killed
ROOT = Path(__file__).parent.parent.parent

__all__ = ["DATA", "NAME", "Bucket", "Lab"]


def over_s3(lab: Lab, bucket: Bucket, objects: Mapping[str, bytes]) -> Lab:
    """The clone with an S3 bucket for `data`, with these objects, described and pushed."""
    for key, content in objects.items():
        bucket.put(key, content)
    on = signed_in(lab, bucket.server, bucket.name)
    # For people without git, who write with the SDK.
    on = on.seeing(**bucket.server.environment)
    on.storage("add", NAME, bucket.url, "--endpoint", bucket.server.endpoint, "--to", DATA)
    on.commit("describe the data")
    return on


def base(lab: Lab, path: str, data_path: str = DATA) -> Base | None:
    """B of one object."""
    with WorkState.open(lab.top / ".git") as state:
        found = state.bases(data_path).get(path)
    return None if found is None else found[1]


def entries(lab: Lab, data_path: str = DATA) -> Mapping[str, Version]:
    """P of all objects."""
    project = Repo(lab.top).project
    return project.pointer(project.manifest.data[data_path]).entries


def facts(lab: Lab, key: str) -> tuple[Version, ...]:
    """What this clone knows of a key."""
    project = Repo(lab.top).project
    source = project.source(project.manifest.data[DATA])
    with Facts.open(lab.top / ".git") as known:
        return known.for_keys(source, {key}).get(key, ())


def forget_state(lab: Lab) -> None:
    """Lose the state of the work tree, as a broken disk does."""
    (lab.top / ".git/storage/state.db").unlink()


def forget_facts(lab: Lab) -> None:
    """Lose the facts of the clone."""
    (lab.top / ".git/storage/facts.db").unlink(missing_ok=True)


def trash(lab: Lab) -> list[bytes]:
    """The contents of everything in the clone's trash."""
    root = lab.top / ".git/storage/trash"
    return [p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()]


def left_over(lab: Lab) -> list[str]:
    """Temporary files and logs that a finished command must not leave."""
    kept = lab.top / ".git/storage"
    # A directory that is empty but for its lock may be one that is just being made.
    found = [p for p in (kept / "tmp").glob("*/*") if p.name != "lock"]
    found += (kept / "redo").rglob("*")
    found += lab.top.rglob("*.git-storage-new")
    return sorted(str(p) for p in found)


def intents(lab: Lab) -> list[str]:
    """The uploads whose end is not known."""
    with WorkState.open(lab.top / ".git") as state:
        return sorted(state.intents(DATA))


def driven(lab: Lab, step: str, count: int | str, *arguments: str) -> Result:
    """Run `git storage` and act at a step; see `tests.rules.driver`."""
    on = lab.seeing(PYTHONPATH=str(ROOT))
    done = on.module("tests.rules.driver", step, str(count), *arguments)
    add(Figure.KILLS, int(done.code == _GONE))
    return done
