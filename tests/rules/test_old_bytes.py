"""Old bytes: every commit can be staged where versions are kept; where not, that is said once."""

from __future__ import annotations

import pytest

from gitstore.core.old_versions import how_to_keep
from gitstore.core.urls import parse_url
from tests.cloud_servers import AzureContainer, GcsBucket
from tests.clouds.scenes import over
from tests.lab import Lab
from tests.rules.scenes import over_s3
from tests.servers import Bucket

ONE = {"m31.fits": b"one", "m33.fits": b"33", "m51.fits": b"51"}
LOST = "survey keeps no old versions: what is overwritten or erased there cannot be brought back"


def a_history(on: Lab) -> list[dict[str, bytes]]:
    """Commits in which objects are changed, erased, made again and left out; their files."""
    on.storage("stage", "--all")
    commits = [on.files()]
    for step in range(1, 4):
        on.write("data/m31.fits", f"edition {step}".encode())
        if step == 1:
            on.storage("rm", "data/m33.fits")
        if step == 2:
            on.write("data/m33.fits", b"made again")
            on.write("data/new.fits", b"new")
        on.storage("sync")
        on.commit(f"step {step}")
        commits.append(on.files())
    return commits


def silent(on: Lab) -> bool:
    """Whether nobody was told of losses; clones share their results."""
    return not [r for r in on.results if "old versions:" in r.err + r.out]


def edit(on: Lab) -> None:
    """An object is replaced on the storage."""
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"edited")
    on.storage("sync")


def test_every_commit_can_be_staged_and_brought_forward(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, ONE)
    commits = a_history(on)
    other = on.clone()
    for back, files in enumerate(reversed(commits)):
        other.git("checkout", "--quiet", f"main~{back}")
        other.storage("stage", "--all")
        assert other.files() == files
    other.git("checkout", "--quiet", "main")
    other.storage("stage", "--all")
    other.storage("restore", "--from", "main~3", "data")
    assert other.files() == commits[0] | {"new.fits": b"new"}
    other.storage("sync")
    assert versioned_bucket.contents() == commits[0] | {"new.fits": b"new"}
    on.storage("doctor")
    assert silent(on)


def test_add_says_once_what_is_lost_and_how_that_is_changed(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, ONE)
    edit(on)
    on.storage("add", "survey", "--to", "again", "--prefix", "m31.fits", "--access", "read")
    told = [r for r in on.results if LOST in r.err]
    assert [r.command.split()[2] for r in told] == ["add"]
    command = f"aws s3api put-bucket-versioning --endpoint-url {bucket.server.endpoint} --bucket"
    told[0].says(f"to keep them: {command} {bucket.name}")


def test_sync_says_it_in_a_clone_that_has_not_heard_it(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, ONE)
    other = on.clone()
    other.storage("stage", "--all").never_says(LOST)
    other.write("data/new.fits", b"new")
    other.storage("sync").never_says(LOST)  # nothing is lost by that
    other.write("data/m31.fits", b"edited")
    other.storage("sync").says(LOST)
    other.storage("rm", "data/m33.fits")
    other.storage("sync").never_says(LOST)


def test_a_directory_says_it_too_and_doctor_repeats_it(lab: Lab) -> None:
    lab.storage("add", "survey", "../bucket", "--to", "data").says(LOST, "snapshots")
    lab.storage("doctor").says(f"note    {LOST}", "hint: take snapshots of its file system")


def test_azure_says_it_before_anything_is_written(lab: Lab, container: AzureContainer) -> None:
    on = over(lab, container, ONE)
    assert any(LOST in r.err for r in on.results)
    on.storage("doctor").says("az storage account blob-service-properties update --account-name")


def test_google_says_it_once_it_is_written_to(lab: Lab, gcs_bucket: GcsBucket) -> None:
    # Every object has a generation, so that nobody sees whether older ones are kept.
    on = over(lab, gcs_bucket, ONE)
    edit(on)
    told = [r for r in on.results if LOST in r.err]
    assert [r.command.split()[-1] for r in told] == ["sync"]
    told[0].says(f"gcloud storage buckets update gs://{gcs_bucket.name} --versioning")


def test_a_versioned_bucket_of_google_s_has_every_commit(
    lab: Lab, versioned_gcs_bucket: GcsBucket
) -> None:
    on = over(lab, versioned_gcs_bucket, ONE)
    commits = a_history(on)
    assert silent(on)
    other = on.clone()
    for back, files in enumerate(reversed(commits)):
        other.git("checkout", "--quiet", f"main~{back}")
        other.storage("stage", "--all")
        assert other.files() == files


@pytest.mark.parametrize(
    ("url", "how"),
    [
        ("s3://sky", "aws s3api put-bucket-versioning --bucket sky --versioning-configuration"),
        ("gs://sky", "gcloud storage buckets update gs://sky --versioning"),
        ("https://acc.blob.core.windows.net/sky", "--account-name acc --enable-versioning true"),
        ("../sky", "snapshots of its file system"),
        ("sftp://host/sky", "ask whoever runs the server"),
        ("davs://host/sky", "ask whoever runs the server"),
    ],
)
def test_every_provider_has_its_way(url: str, how: str) -> None:
    assert how in how_to_keep(parse_url(url))
