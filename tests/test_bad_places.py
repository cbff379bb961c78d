"""What is broken, full, locked or forbidden around a command changes nothing either."""

from __future__ import annotations

import json
import os
import sys
import uuid
from dataclasses import replace

import pytest

from tests import servers
from tests.lab import Lab, Result
from tests.refusals import FATAL, OBJECTS, refused, told
from tests.signing_in import signed_in

# Permissions and room


def stranger(server: servers.S3Server, actions: list[str]) -> servers.S3Server:
    """The server for a new user who may do only these things."""
    iam = server.client("iam")
    name = f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    allowed = {"Effect": "Allow", "Action": actions or ["sts:GetCallerIdentity"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    access, secret = key["AccessKeyId"], key["SecretAccessKey"]
    return replace(server, access_key=access, secret_key=secret)


def test_a_bucket_that_may_not_be_listed(lab: Lab, bucket: servers.Bucket) -> None:
    seeing = signed_in(lab, stranger(bucket.server, []), bucket.name)
    endpoint = bucket.server.endpoint
    result = refused(seeing, "add", "s", bucket.url, "--endpoint", endpoint, "--to", "data")
    result.says("denied", bucket.name)


def test_a_bucket_that_may_not_be_written(lab: Lab, bucket: servers.Bucket) -> None:
    bucket.put("a", b"x")
    reader = stranger(bucket.server, ["s3:GetObject", "s3:ListBucket"])
    seeing = signed_in(lab, reader, bucket.name)
    endpoint = bucket.server.endpoint
    seeing.storage("add", "s", bucket.url, "--endpoint", endpoint, "--to", "data")
    seeing.storage("stage", "--all")
    seeing.write("data/a", b"edited")
    pointer = seeing.read("data.storage")
    result = seeing.storage("sync")
    result.expected = True
    assert result.code in (1, FATAL), result
    result.says("denied").never_says("defect")
    assert seeing.read("data.storage") == pointer
    assert (seeing.read("data/a"), bucket.contents()) == (b"edited", {"a": b"x"})


def powerless(lab: Lab, *args: str) -> Result:
    """Run `git storage` so that permissions hold, even for root."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [sys.executable, "-m", "gitstore", *args]
    return lab.run(*(drop if os.geteuid() == 0 else []), *command)


def test_a_storage_that_may_not_be_read(lab: Lab) -> None:
    lab.bucket.put("a", b"x")
    before = lab.snapshot()
    lab.bucket.root.chmod(0)
    result = powerless(lab, "add", "survey", "../bucket", "--to", "data").fails(FATAL)
    lab.bucket.root.chmod(0o700)
    told(result)
    assert lab.snapshot() == before


def test_a_part_of_a_storage_that_may_not_be_read(described: Lab) -> None:
    before = described.snapshot()
    (described.bucket.root / "sub").chmod(0)
    result = powerless(described, "sync").fails(FATAL)
    (described.bucket.root / "sub").chmod(0o700)
    told(result)
    result.says("sub")
    assert described.snapshot() == before


def test_a_git_directory_that_may_not_be_written(described: Lab) -> None:
    before = described.snapshot()
    (described.top / ".git/storage").chmod(0o500)
    (described.top / ".git/storage/lock").chmod(0o400)
    result = powerless(described, "sync").fails(FATAL)
    (described.top / ".git/storage").chmod(0o700)
    told(result)
    assert described.snapshot() == before


def test_a_state_that_is_no_database(described: Lab) -> None:
    (described.top / ".git/storage/state.db").write_bytes(b"garbage" * 1000)
    refused(described, "status")


# A full disk


def on_a_small_disk(lab: Lab, script: str) -> Result:
    """Run a shell script at a file system of 512 KiB of its own, which ends with it."""
    (lab.root / "small").mkdir()
    mount = 'mount -t tmpfs -o size=512k tmpfs "$0" && cd "$0"\n'
    own = ["--mount", *(["--map-root-user"] if os.geteuid() else [])]
    shell = ["sh", "-ec", mount + script, str(lab.root / "small")]
    return lab.run("unshare", *own, *shell)


CLONE = "git clone --quiet --template= ../remote.git .\n"
FILL = "dd if=/dev/zero of=.git/full bs=1k 2>../talk || true\n"


def test_a_disk_without_room_for_one_object(lab: Lab) -> None:
    lab.describe({**OBJECTS, "big": bytes(1 << 20)})
    script = (
        CLONE + "git storage stage --all || code=$?; git storage -q stage data/a.txt data/sub\n"
    )
    result = on_a_small_disk(lab, f"{script}find data -type f; exit $code").fails(FATAL)
    result.says("do not fit", "git storage stage data/PART", "data/a.txt\n", "data/sub/b.txt\n")
    result.never_says("defect", "data/big\n", "tmp")


@pytest.mark.parametrize(
    "command", ["stage --all", "sync", "add more ../bucket/sub --access read --to more"]
)
def test_a_disk_without_any_room(lab: Lab, command: str) -> None:
    lab.describe(OBJECTS)
    script = f"{CLONE}{FILL}git storage {command} || code=$?; exit $code"
    told(on_a_small_disk(lab, script).fails(FATAL))


def test_a_status_does_not_need_room(lab: Lab) -> None:
    lab.describe(OBJECTS)
    on_a_small_disk(lab, f"{CLONE}{FILL}git storage status").says("0 of 2 objects here")


def test_a_disk_that_becomes_full_between_two_commands(lab: Lab) -> None:
    lab.describe(OBJECTS)
    edit = "echo edited >data/a.txt; echo new >data/new\n"
    script = f"{CLONE}git storage -q stage --all\n{edit}{FILL}git storage sync || code=$?\n"
    after = "cat data/a.txt data/new; rm .git/full; git storage sync"
    on_a_small_disk(lab, f"{script}{after}").says("edited\nnew\n").never_says("defect")
    assert lab.bucket.objects() == {"a.txt": b"edited\n", "new": b"new\n", "sub/b.txt": b"two"}


def test_a_storage_without_room(lab: Lab) -> None:
    script = """
    mkdir bucket; echo one >bucket/a; cd ../project
    git storage -q add survey ../small/bucket --to data; git storage -q stage --all
    head -c 1000000 /dev/zero >data/big; echo two >data/a
    git storage sync || code=$?; find ../small -type f; cat ../small/bucket/a; exit $code
    """
    result = on_a_small_disk(lab, script).fails(1)
    result.says("data/big", "small/bucket/a\n", "two\n").never_says("defect", "tmp", "bucket/big")
    assert len(lab.read("data/big")) == 1_000_000


# Somebody in the way


@pytest.mark.parametrize("command", ["sync", "add survey --prefix sub/ --access read --to more"])
def test_another_git_process_is_changing_the_index(described: Lab, command: str) -> None:
    described.bucket.put("new", b"x")
    described.write(".git/index.lock", b"")
    refused(described, *command.split()).says("index")
    described.remove(".git/index.lock")
    described.storage(*command.split())
    assert "??" not in described.git("status", "--porcelain").out


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_is_no_directory_is_not_taken_for_deletions(described: Lab, kind: str) -> None:
    described.root.joinpath("elsewhere").mkdir()
    described.run("rm", "-r", "data")
    if kind == "link":
        (described.top / "data").symlink_to("../elsewhere")
    else:
        described.write("data", b"x")
    described.storage("status").says(kind).never_says("--delete", "missing")
    refused(described, "stage", "--all").says(kind)
    described.storage("sync", "--delete").fails(1).says(kind)
    assert described.bucket.objects() == OBJECTS


# The manifest


MANIFEST = """version: 1
storages:
  survey:
    url: ../bucket
data:
  data:
    storage: survey
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\nstorages: [\n", 3),
        (MANIFEST.replace("url:", "uri:"), 4),
        (MANIFEST + "  data:\n    storage: survey\n", 8),
        (MANIFEST.replace("    url: ../bucket\n", "    url: ../bucket\n    secret: abc\n"), 5),
        (MANIFEST.replace("../bucket", "s3://AKIA:secret@bucket"), 4),
        (MANIFEST.replace("storage: survey", "storage: other"), 7),
        (MANIFEST.replace("version: 1", "version: 2"), 1),
        (MANIFEST.replace("version: 1\n", ""), 1),
        (MANIFEST.replace("  data:\n", "  ../data:\n"), 6),
        (MANIFEST.replace("  survey:", "\tsurvey:"), 3),
        (MANIFEST.replace("../bucket", "*anchor"), 4),
        ("just words\n", 1),
    ],
)
def test_a_manifest_that_cannot_be_read(described: Lab, text: str, line: int) -> None:
    described.write(".storage.yaml", text.encode())
    for args in (["status"], ["sync"], ["stage", "--all"], ["ls"]):
        refused(described, *args).says(f".storage.yaml:{line}: ")


def test_a_manifest_in_a_merge(described: Lab) -> None:
    described.write(".storage.yaml", f"<<<<<<< HEAD\n{MANIFEST}=======\n".encode())
    refused(described, "status").says(".storage.yaml:1: ", "merge", "git add")


def test_a_manifest_that_is_no_text(described: Lab) -> None:
    described.write(".storage.yaml", b"\xff\xfe")
    refused(described, "status").says(".storage.yaml")


def test_a_manifest_that_is_a_link(described: Lab) -> None:
    described.write("else", MANIFEST.encode())
    described.remove(".storage.yaml")
    (described.top / ".storage.yaml").symlink_to("else")
    refused(described, "status").says(".storage.yaml")


# The pointer


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"git-storage pointer 1\n",
        b"git-storage pointer 2\nfrom file:../bucket/\n",
        b"git-storage pointer 1\nfrom file:../bucket/\n<<<<<<< HEAD\na.txt\t3\n=======\n",
        b"git-storage pointer 1\nfrom file:../bucket/\na.txt\tmany\n",
        b"git-storage pointer 1\nfrom file:../bucket/\nb\t1\na\t1\n",
        b"git-storage pointer 1\r\nfrom file:../bucket/\r\n",
        b"git-storage pointer 1\nfrom file:../bucket/\nsliced\n",
    ],
)
def test_a_pointer_that_cannot_be_read(described: Lab, text: bytes) -> None:
    described.write("data.storage", text)
    for args in (["status"], ["sync"], ["stage", "--all"], ["ls", "data"], ["record"], ["diff"]):
        refused(described, *args).says("data.storage")


def test_a_pointer_that_is_missing(described: Lab) -> None:
    described.remove("data.storage")
    for args in (["status"], ["sync"], ["stage", "--all"], ["ls"]):
        refused(described, *args).says("data.storage", "git restore data.storage")


def test_a_pointer_that_is_a_directory(described: Lab) -> None:
    described.remove("data.storage")
    described.write("data.storage/x", b"x")
    refused(described, "status").says("data.storage")


@pytest.mark.parametrize("url", ["..", "./data", "./data/below"])
def test_a_storage_and_a_data_path_in_one_another(lab: Lab, url: str) -> None:
    (lab.top / "data" / "below").mkdir(parents=True)

    refused(lab, "add", "survey", f"{url}/", "--to", "data").says("in one another")


def test_a_directory_just_below_the_root_that_is_not_there(lab: Lab) -> None:
    refused(lab, "add", "survey", "/no-such-directory", "--to", "data").says("no-such-directory")
