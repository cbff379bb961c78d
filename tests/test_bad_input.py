"""What a mistake costs: one sentence, one thing to do about it, and nothing that has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import servers
from tests.lab import Lab
from tests.refusals import FATAL, USAGE, refused, told
from tests.signing_in import signed_in

# URLs


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3://",
        "s3:///key",
        "s4://bucket",
        "s3:bucket",
        "http://",
        "s3://key:secret@bucket/x",
        "https://example.org/?X-Amz-Signature=abc",
        "s3://bucket/../other",
        "s3://bu cket/x",
        "s3://bucket/\x1b[31m",
        "file://host/else",
        "ftp://example.org/x",
        "://",
        "gs://",
        "az://",
    ],
)
def test_a_url_that_cannot_be_understood(lab: Lab, url: str) -> None:
    refused(lab, "add", "survey", "--to", "data", "--", url)


def test_an_endpoint_that_is_none(lab: Lab) -> None:
    refused(lab, "add", "survey", "s3://bucket", "--endpoint", "localhost:9000", "--to", "data")


def test_a_storage_without_a_url(lab: Lab) -> None:
    refused(lab, "add", "survey", "--to", "data", code=USAGE).says("survey", "URL")


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "a\nb", "ä" * 300, "..", "a:b"])
def test_a_name_that_no_storage_can_have(lab: Lab, name: str) -> None:
    lab.bucket.put("a", b"x")
    result = refused(lab, "add", "--to", "data", "--", name, "../bucket", code=USAGE)
    result.never_says(".storage.yaml")


# Storages that do not answer


def test_a_directory_that_is_not_there(lab: Lab) -> None:
    refused(lab, "add", "survey", "../nowhere", "--to", "data").says("nowhere")


def test_a_directory_that_has_gone(described: Lab) -> None:
    described.bucket.root.rename(described.root / "moved")
    for args in (["sync"], ["status", "--remote"], ["sync", "-n"]):
        refused(described, *args).says("bucket")


def test_a_bucket_that_is_not_there(lab: Lab, ministack: servers.S3Server) -> None:
    seeing = signed_in(lab, ministack)
    url, endpoint = "s3://no-such-bucket", ministack.endpoint
    refused(seeing, "add", "survey", url, "--endpoint", endpoint, "--to", "data").says(
        "no-such-bucket"
    )


def test_no_credentials(lab: Lab, bucket: servers.Bucket) -> None:
    endpoint = bucket.server.endpoint
    refused(lab, "add", "survey", bucket.url, "--endpoint", endpoint, "--to", "data").says(
        "credentials"
    )


def test_credentials_that_are_wrong(lab: Lab, bucket: servers.Bucket) -> None:
    seeing = signed_in(lab, replace(bucket.server, access_key="AKIDNOBODYNOBODY0000"))
    endpoint = bucket.server.endpoint
    refused(seeing, "add", "survey", bucket.url, "--endpoint", endpoint, "--to", "data")


def test_no_network(lab: Lab, ministack: servers.S3Server) -> None:
    seeing = signed_in(lab, ministack)
    endpoint = f"http://127.0.0.1:{servers.free_port()}"
    refused(seeing, "add", "survey", "s3://any-bucket", "--endpoint", endpoint, "--to", "data")


def test_a_name_that_no_server_has(lab: Lab, ministack: servers.S3Server) -> None:
    seeing = signed_in(lab, ministack)
    endpoint = "http://nowhere.invalid"
    refused(seeing, "add", "survey", "s3://any-bucket", "--endpoint", endpoint, "--to", "data")


# Names of things


@pytest.mark.parametrize(
    "args",
    [
        ["stage", "nothing"],
        ["sync", "nothing"],
        ["status", "nothing"],
        ["ls", "nothing"],
        ["unstage", "nothing"],
        ["record", "nothing"],
        ["forget", "nothing"],
        ["diff", "--", "nothing"],
        ["diff", "nothing..HEAD"],
        ["doctor", "nothing"],
        ["restore", "data/nothing"],
        ["restore", "--from", "nothing", "data/a.txt"],
        ["rm", "data/nothing"],
        ["mv", "nothing", "else"],
        ["status", "--explain", "nothing"],
        ["status", "--explain", "data/nothing"],
        ["sync", "/etc"],
        ["sync", "../else"],
        ["stage", "nothing", "--to", "more"],
    ],
)
def test_something_that_is_not_described(described: Lab, args: list[str]) -> None:
    refused(described, *args)


def test_an_operation_that_nobody_did(lab: Lab) -> None:
    refused(lab, "undo")


# Data paths


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("data/inner", "data"),
        ("data", "data"),
        (".git/x", "git"),
        (".git", "git"),
        ("../else", "outside"),
        ("/srv/else", "outside"),
        (".", "."),
        ("", ""),
        ("x.storage", "x.storage"),
        ("sub/.GIT/x", "git"),
        ("a\nb", "control"),
        ("x" * 250, "240"),
    ],
)
def test_a_path_that_cannot_be_a_data_path(described: Lab, path: str, says: str) -> None:
    refused(described, "add", "survey", "--prefix", "sub/", "--to", path).says(says)


def test_a_data_path_around_another(lab: Lab) -> None:
    lab.bucket.put("a", b"x")
    lab.storage("add", "survey", "../bucket", "--to", "deep/data")
    refused(lab, "add", "survey", "--to", "deep", "--access", "read").says("deep/data")


def test_a_data_path_through_a_link(lab: Lab) -> None:
    lab.bucket.put("a", b"x")
    (lab.root / "elsewhere").mkdir()
    (lab.top / "link").symlink_to("../elsewhere")
    for path in ("link", "link/data"):
        refused(lab, "add", "survey", "../bucket", "--to", path).says("link")


def test_a_data_path_below_a_file(lab: Lab) -> None:
    lab.write("file", b"x")
    refused(lab, "add", "survey", "../bucket", "--to", "file/data").says("file")


def test_a_data_path_with_tracked_files(lab: Lab) -> None:
    lab.write("data/code.py", b"x")
    lab.commit("code")
    refused(lab, "add", "survey", "../bucket", "--to", "data").says("data/code.py", "git rm")


@pytest.mark.parametrize("name", [".storage.yaml", "data.storage"])
def test_a_manifest_or_pointer_that_git_ignores(lab: Lab, name: str) -> None:
    lab.write(".gitignore", f"# ours\n{name}\n".encode())
    refused(lab, "add", "survey", "../bucket", "--to", "data").says(name, ".gitignore:2")


def test_a_name_that_is_another_place(described: Lab) -> None:
    (described.root / "second").mkdir()
    refused(described, "add", "survey", "../second", "--to", "more", code=USAGE).says("../bucket")


def test_two_writable_data_paths_on_one_key_range(described: Lab) -> None:
    for prefix in ([], ["--prefix", "sub/"], ["--prefix", "sub/b.txt"]):
        refused(described, "add", "survey", "--to", "more", *prefix).never_says(".yaml:")


def test_two_names_for_one_key_range(described: Lab) -> None:
    refused(described, "add", "other", "../bucket/sub", "--to", "more").says("data")


# The command line


@pytest.mark.parametrize(
    "args",
    [
        ["add"],
        ["stage"],
        ["stage", "--all", "data"],
        ["restore"],
        ["rm"],
        ["mv", "data"],
        ["forget"],
        ["sync", "--keep", "everything"],
        ["sync", "--allow-deletes", "-1"],
        ["sync", "-j", "0"],
        ["stage", "-j", "many", "--all"],
        ["no-such-verb"],
        ["statsu"],
        ["status", "--no-such-option"],
        ["--no-such-option"],
        ["status", "--explain", "data/a.txt", "data"],
        ["diff", "HEAD", "HEAD", "HEAD", "--"],
        ["-C"],
    ],
)
def test_a_wrong_command_line(described: Lab, args: list[str]) -> None:
    refused(described, *args, code=USAGE)


def test_no_command_at_all(lab: Lab) -> None:
    lab.storage().fails(USAGE).says("git storage help COMMAND").never_says("error:")


def test_outside_of_any_repository(lab: Lab) -> None:
    (lab.root / "plain").mkdir()
    told(lab.storage("status", at="../plain").fails(FATAL).says("git repository"))
