"""Data in a bucket of Google or Azure is added, staged, edited, synced, cloned and fought over."""

from __future__ import annotations

import pytest

from gitstore.core.urls import parse_url
from tests.cloud_servers import AzureContainer, GcsBucket
from tests.clouds.scenes import over
from tests.lab import Lab

CloudBucket = GcsBucket | AzureContainer
OBJECTS = {"m31.fits": b"one", "deep/m33.fits": b"two two", "odd name %20+.fits": b"3"}


@pytest.fixture(params=["gcs", "azure"])
def remote(request: pytest.FixtureRequest) -> CloudBucket:
    """A new bucket of each cloud's emulator."""
    name = {"gcs": "gcs_bucket", "azure": "container"}[request.param]
    made: CloudBucket = request.getfixturevalue(name)
    return made


def test_what_is_there_is_described_and_staged(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")

    assert on.files() == OBJECTS
    on.storage("status", "--remote").never_says("m31")


def test_add_prints_what_it_understood(lab: Lab, remote: CloudBucket) -> None:
    over(lab, remote, OBJECTS)
    provider = parse_url(remote.url, endpoint=remote.endpoint).provider
    said = "".join(result.out for result in lab.results)

    assert f"provider {provider}, endpoint {remote.endpoint}, bucket {remote.name}" in said


def test_an_edit_goes_up_and_into_another_clone(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"edited")
    on.write("data/new.fits", b"new")
    on.storage("sync")
    on.commit("edit")

    assert remote.get("m31.fits") == b"edited"
    assert remote.get("new.fits") == b"new"
    other = on.clone()
    other.storage("stage", "--all")
    assert other.files() == {**OBJECTS, "m31.fits": b"edited", "new.fits": b"new"}


def test_a_change_and_a_deletion_there_come_down(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")
    remote.put("m31.fits", b"changed there")
    remote.delete("deep/m33.fits")
    on.storage("sync")

    assert on.files() == {
        "m31.fits": b"changed there",
        "odd name %20+.fits": b"3",
    }


def test_a_deletion_here_goes_up(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")
    on.storage("rm", "data/m31.fits")
    on.storage("sync")

    assert "m31.fits" not in remote.contents()


def test_an_edit_on_both_sides_is_a_conflict_and_loses_nothing(
    lab: Lab, remote: CloudBucket
) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"ours")
    remote.put("m31.fits", b"theirs")
    on.storage("sync").fails(1).says("conflict")

    assert (on.read("data/m31.fits"), remote.get("m31.fits")) == (b"ours", b"theirs")
    on.storage("sync", "--keep", "local")
    assert remote.get("m31.fits") == b"ours"


def test_two_clones_that_create_one_name_do_not_overwrite_each_other(
    lab: Lab, remote: CloudBucket
) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("stage", "--all")
    on.write("data/new.fits", b"ours")
    remote.put("new.fits", b"theirs")
    on.storage("sync").fails(1).says("conflict")

    assert remote.get("new.fits") == b"theirs"
    assert on.read("data/new.fits") == b"ours"


def test_a_large_object_makes_the_round(lab: Lab, remote: CloudBucket) -> None:
    large = bytes(range(256)) * 40_000
    on = over(lab, remote, {"a": b"small"})
    on.storage("stage", "--all")
    on.write("data/large", large)
    on.storage("sync")
    on.commit("large")
    other = on.clone()
    other.storage("stage", "--all")

    assert other.read("data/large") == large == remote.get("large")


def test_an_old_commit_is_staged_by_generation(lab: Lab, versioned_gcs_bucket: GcsBucket) -> None:
    on = over(lab, versioned_gcs_bucket, OBJECTS)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"second")
    on.storage("sync")
    on.commit("second")
    versioned_gcs_bucket.delete("m31.fits")

    on.storage("restore", "--from", "HEAD~1", "data/m31.fits")
    assert on.read("data/m31.fits") == b"one"


def test_an_old_commit_that_the_storage_has_lost_is_said(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    remote.put("m31.fits", b"overwritten")
    result = on.storage("stage", "--all").fails(1)

    result.says("m31.fits")
    assert not on.exists("data/m31.fits")
    assert on.read("data/deep/m33.fits") == b"two two"


def test_doctor_tries_out_what_the_storage_can_do(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    result = on.storage("doctor", "survey")
    if isinstance(remote, GcsBucket):
        # Google's emulator does not look at the conditions of a deletion.
        result.says("can delete one: the storage never refuses it")

    result.says("one of many creators wins")
    assert remote.contents() == OBJECTS


def test_a_part_of_the_bucket_is_a_data_path(lab: Lab, remote: CloudBucket) -> None:
    on = over(lab, remote, OBJECTS)
    on.storage("add", "survey", "--to", "part", "--prefix", "deep/", "--access", "read")
    on.storage("stage", "part")

    assert on.files("part") == {"m33.fits": b"two two"}
