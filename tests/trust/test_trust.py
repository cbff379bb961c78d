"""A cloned project says where its data is; its user says whether anything goes there."""

from __future__ import annotations

import pytest

from tests.commands.terminal import on_a_terminal
from tests.lab import Lab, approving
from tests.refusals import OBJECTS, refused
from tests.stores.faults import answer, answering
from tests.trust.scenes import begun, describing, stranger


@pytest.fixture
def place(lab: Lab) -> str:
    """The name by which the bucket of the lab is approved."""
    return f"file://{lab.root.resolve()}/bucket"


def test_a_clone_asks_nothing_before_its_user_has_approved_it(described: Lab) -> None:
    clone = stranger(described)
    for command in (["sync"], ["status", "--remote"], ["sync", "-n"]):
        refused(clone, *command).says(
            "storage survey ('../bucket') is not approved for reading in this clone",
            "git storage trust survey",
        )
    clone.storage("stage", "--all").fails(128).says("git storage trust survey")
    assert clone.files() == {}


def test_somebody_at_a_terminal_sees_where_it_goes_and_is_asked_once(
    described: Lab, place: str
) -> None:
    clone = stranger(described)
    done = on_a_terminal(clone, "stage", "--all", typed="n\n")
    assert done.code == 128
    assert "survey: ../bucket" in done.said
    assert f"the directory {place.removeprefix('file://')} of this machine" in done.said
    assert clone.files() == {}

    done = on_a_terminal(clone, "stage", "--all", typed="y\n")
    assert done.code == 0, done.said
    assert done.said.count("[y/N]") == 1
    assert clone.files() == OBJECTS
    assert "[y/N]" not in on_a_terminal(clone, "sync").said


def test_one_question_is_about_all_storages_of_a_command(lab: Lab) -> None:
    (lab.root / "archive").mkdir()
    (lab.root / "archive" / "old").write_bytes(b"old")
    lab.storage("add", "archive", "../archive", "--to", "archive")
    lab.describe(OBJECTS)
    clone = stranger(lab)
    done = on_a_terminal(clone, "stage", "--all", typed="y\n")

    assert done.code == 0, done.said
    assert done.said.count("[y/N]") == 1
    assert clone.files("archive") == {"old": b"old"}


def test_what_is_approved_is_listed_and_can_be_revoked(described: Lab, place: str) -> None:
    clone = stranger(described)
    clone.storage("trust", "--list").says(f"-      survey  {place}")
    clone.storage("trust").fails(129).says("nobody to ask", "--yes")
    clone.storage("trust", "--yes").fails(129).says("--yes approves only what is named")
    clone.storage("trust", "--yes", "data").says(f"approved to read: survey, {place}")
    clone.storage("trust", "--list").says(f"read   survey  {place}")
    clone.storage("trust", "--yes", "--write", place)
    listed = clone.storage("trust", "--list", "--json").json()
    assert listed["storages"] == [{"name": "survey", "place": place, "right": "write"}]

    clone.storage("trust", "--revoke", "survey").says(f"no longer approved: {place}")
    clone.storage("trust", "--revoke", "survey").fails(1)
    clone.storage("stage", "--all").fails(128).says("not approved")
    clone.storage("trust", "--yes", "nothing").fails(128).says("neither a storage nor a data path")


def test_trust_on_a_terminal_asks_and_no_is_no(described: Lab) -> None:
    clone = stranger(described)
    assert on_a_terminal(clone, "trust", "--write", typed="\n").code == 1
    assert on_a_terminal(clone, "trust", "--write", typed="y\n").code == 0
    assert clone.storage("trust", "--list", "--json").json()["storages"][0]["right"] == "write"


def test_an_approval_is_of_one_clone_and_its_origin(described: Lab) -> None:
    clone = stranger(described)
    clone.storage("trust", "--yes", "survey")
    clone.storage("stage", "--all")
    stranger(described).storage("stage", "--all").fails(128).says("not approved")
    clone.git("remote", "set-url", "origin", "https://example.org/other.git")

    clone.storage("sync").fails(128).says("not approved")


def test_work_trees_of_a_clone_share_its_approvals(described: Lab) -> None:
    clone = stranger(described)
    clone.storage("trust", "--yes", "survey")
    clone.git("worktree", "add", "--quiet", "../tree", "-b", "other")

    clone.run("git", "storage", "stage", "--all", at="../tree")
    assert (clone.root / "tree" / "data" / "a.txt").read_bytes() == b"one"


_CHANGES = [
    ("url: s3://sky", "url: s3://other"),
    ("url: s3://sky", "url: s3://sky/below"),
    ("url: s3://sky", "url: gs://sky"),
    ("endpoint: http://127.0.0.1", "endpoint: https://127.0.0.1"),
    ("endpoint: http://127.0.0.1", "endpoint: http://localhost"),
]


def test_a_pulled_commit_that_changes_the_place_asks_again(lab: Lab) -> None:
    with answering(answer(404)) as server:
        describing(lab, "s3://sky", server.url)
        lab.commit("describe")
        clone = stranger(lab)
        clone.storage("trust", "--yes", "survey")
        clone.storage("status", "--remote").fails(128).never_says("not approved")
        assert server.asked
        manifest = lab.read(".storage.yaml").decode()
        server.asked.clear()
        for before, after in _CHANGES:
            assert before in manifest
            lab.write(".storage.yaml", manifest.replace(before, after).encode())
            lab.commit(f"{before} becomes {after}")
            clone.pull()
            clone.storage("status", "--remote").fails(128).says("not approved for reading")
        assert server.asked == []


_NEAR_OR_FOREIGN = [
    "file:///etc",
    "../elsewhere",
    "http://{0}/latest/meta-data/",
    "webdav://{0}/p",
    "sftp://{0}/p",
    "s3://{0}/bucket",
    "az://{0}/account/container",
    "http://169.254.169.254/latest/meta-data/",
    "webdavs://10.0.0.1/p",
    "https://[fe80::1]/p/",
    "https://s3.us-east-1.amazonaws.com.example.org/bucket",
]


def test_a_place_that_is_near_or_foreign_needs_approval(lab: Lab) -> None:
    clone = stranger(lab)
    with answering(answer(200)) as server:
        for url in _NEAR_OR_FOREIGN:
            describing(clone, url.format(server.url.removeprefix("http://")))
            clone.storage("status", "--remote").fails(128).says("is not approved for reading")
        clone.storage("doctor", "survey").fails(1).says("not approved")
        assert server.asked == []


_OWN = {
    "s3://sky": "s3.us-east-1.amazonaws.com",
    "gs://sky": "storage.googleapis.com",
    "az://sky.blob.core.windows.net/c": "sky.blob.core.windows.net",
}


def test_public_data_of_a_clouds_own_host_is_read_without_a_question(lab: Lab) -> None:
    for url, host in _OWN.items():
        describing(lab, url)
        with answering(answer(403)) as proxy:
            clone = begun(lab).seeing(
                HTTPS_PROXY=proxy.url,
                AWS_EC2_METADATA_DISABLED="true",
                NO_GCE_CHECK="true",
                AZURE_TOKEN_CREDENTIALS="EnvironmentCredential",
                PYTHONWARNINGS="",
            )
            clone.storage("status", "--remote").fails(128).never_says("not approved")
        assert {(each.method, each.path) for each in proxy.asked} == {("CONNECT", f"{host}:443")}


def test_with_credentials_the_clouds_own_host_needs_approval_too(lab: Lab) -> None:
    describing(lab, "s3://sky")
    with answering(answer(403)) as proxy:
        clone = begun(lab).seeing(
            HTTPS_PROXY=proxy.url, AWS_ACCESS_KEY_ID="AKID", AWS_SECRET_ACCESS_KEY="hush"
        )
        clone.storage("status", "--remote").fails(128).says("not approved for reading")
        done = on_a_terminal(clone, "status", "--remote", typed="n\n")

    assert "with access key AKID, of the cloud's own tools" in done.said
    assert proxy.asked == []


def test_who_types_a_url_approves_it(lab: Lab) -> None:
    alone = begun(lab)
    alone.describe(OBJECTS)
    alone.storage("stage", "--all")
    alone.write("data/new.txt", b"new")
    alone.storage("sync")

    assert alone.bucket.get("new.txt") == b"new"


def test_a_name_that_somebody_else_has_described_is_not_approved_by_typing_it(lab: Lab) -> None:
    lab.describe({"2023/m31.fits": b"one"}, "--prefix", "2023/")
    stranger(lab).storage("add", "survey", "--to", "old", "--prefix", "old/").fails(128).says(
        "not approved"
    )


def test_a_machine_names_places_and_no_wildcard(described: Lab) -> None:
    described.storage("trust", "--revoke", "survey")
    for named in ("*", "file://*", "file:///", "file://", "../bucket", "survey", ""):
        machine = described.seeing(GIT_STORAGE_TRUST=named, GIT_STORAGE_TRUST_WRITE=named)
        machine.storage("status", "--remote").fails(128).says("not approved")


def test_a_machine_that_may_read_does_not_write(described: Lab, place: str) -> None:
    clone = stranger(described).seeing(GIT_STORAGE_TRUST=f"\n  s3://other\n{place}\n")
    clone.storage("stage", "--all")
    clone.write("data/new.txt", b"new")
    clone.storage("sync").fails(128).says("not approved for writing", "git storage trust --write")
    assert "new.txt" not in described.bucket.objects()

    clone.seeing(**approving(place)).storage("sync")
    assert described.bucket.get("new.txt") == b"new"
