"""What `git storage doctor` says of configuration and storages, and what it leaves behind."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email.utils import formatdate
from fnmatch import fnmatchcase

import pytest

from gitstore.adapters.stores.clock import ahead
from gitstore.repo.config_found import KEYS
from tests.clouds.scenes import over
from tests.lab import NAME, Lab, approving
from tests.servers import Bucket
from tests.signing_in import signed_in
from tests.sources import ROOT
from tests.stores.faults import answer, answering
from tests.test_bad_places import stranger

FILES = {"m31.fits": b"one", "sub/m33.fits": b"two"}


def test_the_versions_of_what_is_at_work_are_told(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("doctor").says("ok      git-storage 0.", " with asyncssh ", "urllib3 ")


def test_configuration_that_means_nothing_or_something_wrong_is_told(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", "storage.job", "4")
    lab.git("config", "storage.prePush", "maybe")
    secrets = lab.root / "home" / ".config" / "git-storage" / "credentials.json"
    secrets.parent.mkdir(parents=True)
    secrets.write_text("{}")
    secrets.chmod(0o644)

    lab.storage("doctor").fails(1).says(
        "note    git's configuration has storage.job, which means nothing to git storage",
        "did you mean storage.jobs?",
        "problem storage.prePush is 'maybe'",
        f"problem others can read {secrets}",
        f"hint: chmod 600 {secrets}",
    )


def test_every_key_that_is_documented_is_known() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    documented = re.findall(r"^\| `(storage\.[^`]+)`", page, re.MULTILINE)
    spelled = {name.replace("<name>", "x").lower() for name in documented}

    assert len(spelled) > 5
    assert {key for key in KEYS if not any(fnmatchcase(s, key) for s in spelled)} == set()
    assert {s for s in spelled if not any(fnmatchcase(s, key) for key in KEYS)} == set()


def test_a_storage_that_is_not_approved_is_not_asked(lab: Lab) -> None:
    lab.describe(FILES)
    with answering(answer(200)) as server:
        text = (lab.top / ".storage.yaml").read_text()
        site = f"storages:\n  site:\n    url: http://127.0.0.1:{server.port}/x\n"
        (lab.top / ".storage.yaml").write_text(text.replace("storages:\n", site))
        result = lab.storage("doctor").fails(1)
        assert server.asked == []
    result.says("problem site: ", "is not approved for reading", "hint: git storage trust site")
    result.says(f"ok      {NAME}: ")


def test_all_asks_every_storage_and_nothing_else(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.root / "second").mkdir()
    lab.storage("add", "other", "../second", "--to", "more")
    lab.storage("doctor", "--all").says("survey: ", "other: ").never_says("hook", "Python")

    lab.bucket.root.rename(lab.root / "away")
    result = lab.storage("doctor", "--all").fails(1)
    result.says("problem survey: ", "ok      other: ")
    found = lab.storage("doctor", "--all", "--json").fails(1).json()["findings"]
    assert [each["level"] for each in found if each["text"].startswith("survey: ")] == ["problem"]


def dated(seconds: float) -> bytes:
    return answer(404, date=formatdate(time.time() + seconds, usegmt=True))


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_clock_of_a_server_is_compared_with_ours(hours: int) -> None:
    with answering(dated(hours * 3600)) as server:
        found = ahead(server.url)
    assert found is not None
    assert abs(found - hours * 3600) < 60


def test_a_server_without_a_clock_or_an_answer_says_nothing_of_time() -> None:
    with answering(answer(200)) as server:
        assert ahead(server.url) is None
    assert ahead(server.url) is None


def test_a_clock_that_is_wrong_is_a_problem(lab: Lab) -> None:
    with answering(dated(-3600)) as server:
        url = f"http://127.0.0.1:{server.port}/x"
        (lab.top / ".storage.yaml").write_text(f"version: 1\nstorages:\n  site:\n    url: {url}\n")
        lab.seeing(**approving(url)).storage("doctor").fails(1).says(
            "problem site: its clock is 60 minutes behind ours", "hint: timedatectl"
        )


@pytest.fixture
def remote(request: pytest.FixtureRequest) -> Bucket:
    bucket: Bucket = request.getfixturevalue("versioned_bucket")
    return bucket


def test_a_bucket_with_versions_is_left_as_it_was_but_for_old_versions(
    lab: Lab, remote: Bucket
) -> None:
    on = over(lab, remote, FILES)
    on.storage("doctor", NAME).says(
        "ok      survey: its clock and ours agree",
        "ok      survey: approved for reading and writing, with access key ",
        "ok      survey: can replace one: the storage refuses it if somebody else was first",
        "ok      survey: can give old versions",
        "note    survey: keeps the old versions of what was tried, below .git-storage-probe-*",
    )
    assert remote.contents() == FILES
    assert remote.uploads() == []


def test_what_is_approved_for_reading_only_is_only_read(lab: Lab) -> None:
    lab.describe(FILES)
    place = lab.environment["GIT_STORAGE_TRUST_WRITE"].split("\n")[0]
    lab.storage("trust", "--revoke", NAME)
    reader = replace(lab, environment={**lab.environment, "GIT_STORAGE_TRUST": place})
    del reader.environment["GIT_STORAGE_TRUST_WRITE"]
    before = lab.snapshot()

    reader.storage("doctor", NAME).says(
        "note    survey: approved for reading only",
        "hint: git storage trust --write survey",
        "note    survey: can only be read; nothing was written there",
    )
    assert lab.snapshot() == before


def test_credentials_that_may_only_read_are_told_so(lab: Lab, bucket: Bucket) -> None:
    bucket.put("a", b"x")
    reader = stranger(bucket.server, ["s3:GetObject", "s3:ListBucket"])
    on = signed_in(lab, reader, bucket.name)
    on.storage("add", NAME, bucket.url, "--endpoint", bucket.server.endpoint, "--to", "data")

    on.storage("doctor", NAME).fails(1).says(
        "ok      survey: can be read, in parts too",
        "problem survey: cannot be written to: ",
    )
    assert bucket.contents() == {"a": b"x"}
