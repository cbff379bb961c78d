"""No secret leaves for a host that it does not belong to, and none is seen on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.credentials.scenes import approved, fields, options, url, with_keychain
from tests.lab import Lab, Result, approving
from tests.servers import Bucket, free_port
from tests.stores.faults import Faulty, answer, answering

_SECRETS = ("hush", "aHVza")
_AMBIENT = {
    "AWS_ACCESS_KEY_ID": "AKIDAMBIENT",
    "AWS_SECRET_ACCESS_KEY": "hush",
    "AWS_SESSION_TOKEN": "hush-token",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AZURE_STORAGE_ACCOUNT": "sky",
    "AZURE_STORAGE_KEY": "aHVzaA==",
    "AZURE_STORAGE_SAS_TOKEN": "sig=hush",
}
_FOREIGN = {
    "s3": ["s3://bucket/p", "--endpoint", "{0}"],
    "s3-host": ["s3://{1}/bucket", "--endpoint", "{0}"],
    "gcs": ["gs://bucket/p", "--endpoint", "{0}"],
    "azure": ["az://container", "--account", "sky", "--endpoint", "{0}"],
    "webdav": ["webdav://{1}/p"],
    "http": ["http://{1}/p/"],
}


@pytest.fixture
def stranger() -> Iterator[Faulty]:
    """Somebody else's server, which wants to know who asks."""
    with answering(answer(401, www_authenticate="Basic")) as server:
        yield server


@pytest.mark.parametrize("kind", _FOREIGN)
def test_keys_of_the_environment_go_to_no_strange_server(
    lab: Lab, stranger: Faulty, kind: str
) -> None:
    home = Path(lab.environment["HOME"])
    (home / "key.json").write_text('{"type": "service_account", "private_key": "hush"}')
    (home / ".netrc").write_text("default login ada password hush\n")
    (home / ".netrc").chmod(0o600)
    on = lab.seeing(**_AMBIENT, GOOGLE_APPLICATION_CREDENTIALS=str(home / "key.json"))
    host = stranger.url.removeprefix("http://")
    typed = [word.format(stranger.url, host) for word in _FOREIGN[kind]]
    on.storage("add", "survey", *typed, "--to", "data").fails(128).says("git storage login")

    assert stranger.asked
    for asked in stranger.asked:
        assert "authorization" not in asked.headers
        said = f"{asked.path} {asked.headers}"
        assert not [word for word in (*_SECRETS, "AKIDAMBIENT") if word in said]


_WATCH = """\
#!/bin/sh
printf '%s\\n' "$*" >>"{log}"
env >>"{log}"
exec "{real}" "$@"
"""


def watched(lab: Lab) -> tuple[Lab, Path]:
    """The lab with a git that notes its arguments and environment, and every trace there is."""
    programs, log = lab.root / "programs", lab.root / "log"
    programs.mkdir()
    real = next(
        str(Path(p) / "git") for p in os.environ["PATH"].split(":") if (Path(p) / "git").exists()
    )
    (programs / "git").write_text(_WATCH.format(log=log, real=real))
    (programs / "git").chmod(0o755)
    on = lab.seeing(
        PATH=f"{programs}:{lab.environment['PATH']}",
        GIT_TRACE=str(lab.root / "trace"),
        GIT_TRACE2_EVENT=str(lab.root / "trace2"),
        GIT_TRACE_CURL=str(lab.root / "trace-curl"),
        GIT_STORAGE_TRACE="1",
    )
    return on, log


def test_no_command_line_log_trace_or_commit_holds_a_secret(lab: Lab, bucket: Bucket) -> None:
    with_keychain(lab)
    lab.bucket.put("near.txt", b"near")
    bucket.put("m31.fits", b"one")
    on, log = watched(lab)
    on.storage("login", "--stdin", url(bucket), *options(bucket), tell=fields(bucket))
    on.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")
    on.storage("stage", "--all", "-v")
    on.write("data/new.fits", b"new")
    on.storage("sync", "-v", "--json")
    on.storage("login", "--show", "survey", "--json")
    on.storage("doctor").expected = True
    on.storage("logout", "survey")
    on.storage("sync").fails(128)
    on.commit("all of it")

    secret = bucket.server.secret_key
    assert "credential approve" in log.read_text()
    for folder in (on.top, on.root):
        found = [p for p in folder.rglob("*") if p.is_file() and "home/" not in str(p)]
        assert [p for p in found if secret.encode() in p.read_bytes()] == []
    for result in on.results:
        result.never_says(secret)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["s3://sky", "--endpoint", "{0}"], "access=A\nsecret=hush\ntoken=hush\n"),
        (["gs://sky", "--endpoint", "{0}"], "token=hush\n"),
        (["az://sky", "--account", "sky", "--endpoint", "{0}"], "sas=sv=1&sig=hush\n"),
        (["az://sky", "--account", "sky", "--endpoint", "{0}"], "account=sky\nkey=hush\n"),
        (["webdav://{1}/sky"], "user=ada\npassword=hush\n"),
        (["http://{1}/sky/"], "token=hush\n"),
        (["gs://sky"], 'service-account={"private_key": "hush"}\n'),
    ],
)
def test_a_failure_with_its_traceback_holds_no_secret(
    lab: Lab, typed: list[str], told: str
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    words = [word.format(f"http://{nobody}", nobody) for word in typed]
    on = lab.seeing(GIT_STORAGE_TRACE="1", PATIENCE="1")
    done = on.run(
        sys.executable, "-m", "tests.trouble.impatient", "login", "--stdin", *words, tell=told
    )
    done.expected = True
    assert done.code == 128, done
    done.says("Traceback").never_says("hush", "aHVza")


def test_what_a_server_says_of_a_secret_is_not_repeated(lab: Lab) -> None:
    echoed = b"<Error><Code>SignatureDoesNotMatch</Code><Message>hush</Message></Error>"
    with answering(answer(403, echoed)) as server:
        host = server.url.removeprefix("http://")
        on = lab.seeing(GIT_STORAGE_TRACE="1", **approving(f"s3://{host}/sky at {server.url}"))
        typed = ["s3://sky", "--endpoint", server.url]
        tell = "access=A\nsecret=hush\n"
        done: Result = on.storage("login", "--stdin", *typed, tell=tell)
        done.fails(128).never_says("hush")


def test_a_git_that_answers_for_every_host_is_shown_before_anything_is_sent(lab: Lab) -> None:
    lab.git(
        "config",
        "--global",
        "credential.helper",
        "!f() { echo username=ci; echo password=hush; }; f",
    )
    lab.storage("login", "--show", "https://data.example.org/sky").says(
        "user ci, stored with git's credential helper"
    ).never_says("hush")


def test_what_was_stored_comes_before_a_git_that_answers_for_every_host(
    lab: Lab, bucket: Bucket
) -> None:
    helper = "!f() { echo username=ci; echo password=hush; }; f"
    lab.git("config", "--global", "credential.helper", helper)
    lab.storage("login", "--stdin", url(bucket), *options(bucket), tell=fields(bucket)).says(
        "credentials.json, because no credential helper"
    )
    lab.storage("login", "--show", url(bucket), *options(bucket)).says("in a file of yours")
    bucket.put("m31.fits", b"one")
    lab.storage("add", "survey", url(bucket), *options(bucket), "--to", "data")


def test_nobody_else_is_given_what_is_kept_for_a_bucket(lab: Lab, bucket: Bucket) -> None:
    other = bucket.server.make_bucket()
    lab.storage("login", "--stdin", url(bucket), *options(bucket), tell=fields(bucket))

    lab.storage("login", "--show", url(other), *options(other)).says("no credentials")
    on = lab.seeing(**approving(approved(other)))
    on.storage("add", "other", url(other), *options(other)).fails(128).says("none are known")
