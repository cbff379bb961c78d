"""`git storage doctor --bundle`: a report that helps, and in which no planted secret is found."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from gitstore.adapters.credentials_file import CredentialsFile
from gitstore.core.credentials import slot
from gitstore.core.urls import parse_url
from tests.lab import NAME, Lab, approving
from tests.stores.faults import Faulty, answer, answering

FILES = {"m31.fits": b"one"}
REPORT = "report.txt"


def plant(number: int) -> str:
    """A secret that looks like none."""
    return f"opensesame{'abcdefghijklmnopqrstuvwxyz'[number]}"


def report(lab: Lab) -> str:
    lab.storage("doctor", "--bundle", REPORT).says(f"written: {REPORT}")
    return (lab.top / REPORT).read_text()


def planted(lab: Lab, server: Faulty) -> Lab:
    """Secrets wherever people leave them, and a storage whose server repeats what it was sent."""
    url = f"http://127.0.0.1:{server.port}/data"
    for key, value in {
        "remote.origin.pushurl": f"https://bob:{plant(0)}@git.example.org/x.git",
        "remote.second.url": f"https://{plant(1)}@git.example.org/x.git",
        f"url.https://bob:{plant(2)}@example.org/.insteadOf": "example:",
        "http.https://git.example.org/.extraHeader": f"Authorization: Basic {plant(3)}",
        "credential.helper": f"!f() {{ test $1 = get && echo username=eve"
        f" && echo password={plant(4)}; }}; f",
        "storage.survey.secret": plant(5),
        "user.signingKey": plant(6),
    }.items():
        lab.git("config", key, value)
    file = lab.root / "home" / ".config" / "git-storage" / "credentials.json"
    place = parse_url(url)
    kept_at = slot(place)
    assert kept_at is not None
    CredentialsFile(file).put(kept_at, ("ada", plant(7)))
    described = f"    description: eve opens it with {plant(4)}, ada with {plant(7)}\n"
    manifest = lab.top / ".storage.yaml"
    manifest.write_text(
        manifest.read_text().replace(
            "storages:\n", f"storages:\n  site:\n    url: {url}\n{described}"
        )
    )
    (lab.root / "home" / ".netrc").write_text(f"machine example.org password {plant(8)}\n")
    return lab.seeing(
        AWS_SECRET_ACCESS_KEY=plant(9),
        AZURE_STORAGE_CONNECTION_STRING=f"AccountKey={plant(10)};x",
        HTTPS_PROXY=f"http://eve:{plant(11)}@127.0.0.1:9",
        MY_PASSWORD=plant(12),
        GIT_CONFIG_PARAMETERS=f"'http.proxy=http://eve:{plant(13)}@127.0.0.1:9'",
        GIT_STORAGE_TRUST_WRITE="\n".join(
            [*approving(f"file://{lab.bucket.root.resolve()}", place.identity).values()]
        ),
    )


def test_no_secret_that_lies_around_is_in_the_report(lab: Lab) -> None:
    lab.describe({**FILES, f"token={plant(14)}.fits": b"two"})
    (lab.top / "data").mkdir()
    repeated = " ".join(plant(number) for number in range(20)).encode()
    with answering(answer(401, repeated, www_authenticate=plant(4))) as server:
        told = report(planted(lab, server))
        assert len(server.asked) > 0
    found = [number for number in range(20) if plant(number) in told]

    assert found == [], told
    assert "a login of the kind '<removed>'" in told
    assert "AWS_SECRET_ACCESS_KEY\n" in told
    assert "data: 2 objects, 6 bytes; 2 with mtime" in told
    assert "    1 add: " in told
    assert stat.S_IMODE((lab.top / REPORT).stat().st_mode) == 0o600


def test_the_secrets_that_are_planted_would_be_found(lab: Lab) -> None:
    # The same search finds what the files do hold: it is not blind.
    lab.describe(FILES)
    with answering(answer(403)) as server:
        told = planted(lab, server)
    told.git("config", "--list").says(*(plant(number) for number in (0, 1, 2, 3, 4, 5, 6)))
    kept = lab.root / "home" / ".config" / "git-storage" / "credentials.json"
    assert plant(7) in json.dumps(json.loads(kept.read_text()))


def test_a_manifest_with_a_secret_is_named_and_not_shown(lab: Lab) -> None:
    (lab.top / ".storage.yaml").write_text(
        f"version: 1\nstorages:\n  s:\n    url: https://ada:{plant(0)}@example.org/x\n"
    )
    told = report(lab)

    assert plant(0) not in told
    assert "problem .storage.yaml:4: " in told


def test_without_a_repository_the_report_is_about_the_installation(
    lab: Lab, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    told = report(replace(lab, top=tmp_path / "elsewhere"))

    assert "ok      git-storage " in told
    assert "problem " in told


@pytest.mark.parametrize("there", ["file", "link"])
def test_a_report_replaces_nothing(lab: Lab, there: str) -> None:
    lab.describe(FILES)
    target = lab.top / REPORT
    if there == "file":
        target.write_text("mine")
    else:
        target.symlink_to(lab.top / "elsewhere.txt")

    lab.storage("doctor", "--bundle", REPORT).fails(128).says("error: report.txt cannot be written")
    assert not lab.exists("elsewhere.txt")
    assert there == "link" or lab.read(REPORT) == b"mine"


def test_one_thing_at_a_time(lab: Lab) -> None:
    lab.describe(FILES)
    for words in (("--all", NAME), ("--all", "--bundle", REPORT), (NAME, "--bundle", REPORT)):
        lab.storage("doctor", *words).fails(129).says("three different things")
    assert not lab.exists(REPORT)
