"""Credentials are tried, kept, shown and forgotten, and never seen anywhere."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from tests.commands.terminal import on_a_terminal
from tests.credentials.keychain import Keychain
from tests.credentials.scenes import approved, fields, options, url, with_keychain
from tests.lab import Lab
from tests.servers import Bucket
from tests.sources import ROOT
from tests.stores.faults import answer, answering

_WRONG = "access=AKIDNOBODYNOBODY0000\nsecret=hush-hush-hush\n"


@pytest.fixture
def chain(lab: Lab) -> Keychain:
    return with_keychain(lab)


def login(lab: Lab, bucket: Bucket, tell: str) -> str:
    """What is said by a login that has to work."""
    done = lab.storage("login", "--stdin", url(bucket), *options(bucket), tell=tell)
    return done.out + done.err


def test_what_works_is_kept_in_the_keychain_until_it_is_forgotten(
    lab: Lab, bucket: Bucket, chain: Keychain
) -> None:
    said = login(lab, bucket, fields(bucket))
    assert "the credentials work, and are kept with git's credential helper" in said
    kept = f"username={bucket.server.access_key}\npassword={bucket.server.secret_key}\n"
    assert chain.kept() == kept
    bucket.put("m31.fits", b"one")
    lab.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    lab.storage("login", "--show", "survey").says(
        f"survey: access key {bucket.server.access_key}, stored with git's credential helper",
        approved(bucket),
    ).never_says(bucket.server.secret_key)

    lab.storage("logout", "survey").says("forgotten")
    assert chain.kept() == ""
    lab.storage("logout", "survey").fails(1)
    assert lab.storage("login", "--show", "survey", "--json").json()["credentials"] is None
    lab.storage("sync").fails(128).says("none are known for it", "git storage login survey")


def test_what_does_not_work_is_not_kept(lab: Lab, bucket: Bucket, chain: Keychain) -> None:
    tell = ["login", "--stdin", url(bucket), *options(bucket)]
    lab.storage(*tell, tell=_WRONG).fails(128).says("the access key is not known there")
    lab.storage(*tell, tell="user=ada\npassword=hush-hush-hush\n").fails(129).says("access=")
    lab.storage(*tell, tell="hush-hush-hush\n").fails(129).says("line 1")
    assert chain.kept() == ""
    for result in lab.results:
        result.never_says("hush")


def test_without_a_keychain_they_are_in_a_file_that_only_the_user_can_read(
    lab: Lab, bucket: Bucket
) -> None:
    file = lab.root / "home" / ".config" / "git-storage" / "credentials.json"
    assert f"kept in {file}, because no credential helper" in login(lab, bucket, fields(bucket))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lab.storage("login", "--show", url(bucket), *options(bucket)).says("in a file of yours")
    lab.storage("logout", url(bucket), *options(bucket))
    assert json.loads(file.read_text())["credentials"] == {}


def test_somebody_at_a_terminal_types_them_unseen(
    lab: Lab, bucket: Bucket, chain: Keychain
) -> None:
    server = bucket.server
    typed = f"{server.access_key}\n{server.secret_key}\n\n"
    done = on_a_terminal(lab, "login", url(bucket), *options(bucket), typed=typed)

    assert done.code == 0, done.said
    assert f"at {server.endpoint}" in done.said
    assert "Secret key: " in done.said
    assert "Expires" not in done.said
    # Typed ahead, it is shown by the terminal before anybody can ask for silence.
    assert server.secret_key not in done.said.partition("Secret key: ")[2]
    assert server.secret_key in chain.kept()


def test_who_types_nothing_stores_nothing(lab: Lab, bucket: Bucket, chain: Keychain) -> None:
    done = on_a_terminal(lab, "login", url(bucket), *options(bucket), typed="\n")

    assert done.code == 1
    assert "nothing was stored" in done.said
    assert chain.kept() == ""


def test_a_script_is_never_asked(lab: Lab, bucket: Bucket) -> None:
    lab.storage("login", url(bucket), *options(bucket)).fails(129).says("login --stdin")
    quiet = lab.seeing(GIT_TERMINAL_PROMPT="0")
    refused = quiet.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    # By its URL: it is not described, so that its name would mean nothing.
    refused.fails(128).says(f"git storage login {url(bucket)} {' '.join(options(bucket))}")


def test_a_directory_needs_no_login(described: Lab) -> None:
    for command in ("login", "logout"):
        described.storage(command, "survey").fails(128).says("needs no login")


_OWN = "s3://sky-survey/2023"
_AWS = {"AWS_ACCESS_KEY_ID": "AKIDAMBIENT", "AWS_SECRET_ACCESS_KEY": "hush-hush-hush"}


@pytest.fixture
def nothing_configured(lab: Lab) -> Lab:
    """A user without any cloud's tools; the machine is in no cloud."""
    return lab.seeing(AWS_EC2_METADATA_DISABLED="true")


def test_what_is_stored_comes_first_then_the_clouds_own_then_none(
    nothing_configured: Lab, chain: Keychain
) -> None:
    lab = nothing_configured
    lab.write(
        ".storage.yaml",
        b"version: 1\nstorages:\n"
        b"  own:\n    url: s3://sky-survey/2023\n"
        b"  plain:\n    url: s3://sky-survey/2022\n    anonymous: true\n"
        b"  foreign:\n    url: s3://sky-survey\n    endpoint: https://s3.example.org\n",
    )
    lab.storage("login", "--show", "own").says("own: no credentials")
    cloud = lab.seeing(**_AWS)
    cloud.storage("login", "--show", "own").says("access key AKIDAMBIENT, of the cloud's own tools")
    for name in ("plain", "foreign"):
        cloud.storage("login", "--show", name).says(f"{name}: no credentials")
    stored = "protocol=s3\nhost=amazonaws.com\npath=sky-survey\nusername=AKIDSTORED\npassword=x\n\n"
    cloud.run("git", "credential", "approve", tell=stored)
    for name in ("own", "plain"):
        cloud.storage("login", "--show", name).says(
            f"{name}: access key AKIDSTORED, stored with git's credential helper"
        )
    cloud.storage("login", "--show", "foreign").says("foreign: no credentials")
    for result in lab.results:
        result.never_says("hush")


def test_profiles_of_the_cloud_are_its_own_tools(nothing_configured: Lab) -> None:
    lab = nothing_configured
    aws = Path(lab.environment["HOME"]) / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text(
        "[lab]\naws_access_key_id=AKIDPROFILE\naws_secret_access_key=hush\n"
    )
    lab.seeing(AWS_PROFILE="lab").storage("login", "--show", _OWN).says("AKIDPROFILE")
    lab.storage("login", "--show", _OWN).says("no credentials")


def test_a_script_sends_nothing_to_a_name_that_nobody_has_approved(
    lab: Lab, bucket: Bucket, chain: Keychain
) -> None:
    bucket.put("m31.fits", b"one")
    login(lab, bucket, fields(bucket))
    lab.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    lab.commit("describe")
    clone = lab.clone()
    with answering(answer(200)) as stranger:
        manifest = clone.read(".storage.yaml").decode()
        moved = manifest.replace(bucket.server.endpoint[7:], stranger.url[7:])
        clone.write(".storage.yaml", moved.encode())
        job = clone.seeing(GIT_STORAGE_TRUST=approved(bucket))
        job.storage("login", "--stdin", "survey", tell=fields(bucket)).fails(128).says(
            "not approved for reading"
        )
        assert stranger.asked == []
    clone.write(".storage.yaml", manifest.encode())
    job.storage("login", "--stdin", "survey", tell=fields(bucket))


_CI = (ROOT / "docs" / "ci.md").read_text()


def test_a_job_signs_in_as_its_page_says(lab: Lab, bucket: Bucket) -> None:
    bucket.put("m31.fits", b"one")
    login(lab, bucket, fields(bucket))
    lab.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    lab.commit("describe")
    lab.storage("logout", "survey")
    secrets = {
        "SURVEY_ACCESS": bucket.server.access_key,
        "SURVEY_SECRET": bucket.server.secret_key,
    }
    job = lab.clone().seeing(GIT_STORAGE_TRUST=approved(bucket), **secrets)
    job.storage("stage", "--all").expected = True
    sign_in, helper = re.findall(r"```sh\n((?:printf|git config).*?)```", _CI, re.DOTALL)

    job.run("sh", "-ec", sign_in)
    job.storage("stage", "--all")
    assert job.files() == {"m31.fits": b"one"}
    job.storage("logout", "survey")
    job.run("sh", "-ec", helper.replace("s3.example.org", bucket.server.endpoint[7:]))
    job.storage("sync")
    for result in job.results:
        result.never_says(bucket.server.secret_key)
