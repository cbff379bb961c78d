"""Every row of the tables in docs/urls.md is what the parser does."""

from __future__ import annotations

import itertools
import re

import pytest

from gitstore.core.urls import parse_url
from tests.sources import ROOT

WORDS = {
    "BUCKET": "sky-survey",
    "CONTAINER": "sky",
    "PATH": "release-3/x",
    "REGION": "eu-central-1",
    "HOST": "storage.example.org",
    "PORT": "9000",
    "ACCOUNT": "lab1",
    "USER": "ada",
}
_ROW = re.compile(r"^\| `([^`]+)` \| (?:`([^`]+)` )?\| `([^`]+)` \|$", re.MULTILINE)
_CHOICE = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]")


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "urls.md").read_text()
    return [(form, keys or "", identity) for form, keys, identity in _ROW.findall(text)]


def spelled(form: str) -> list[str]:
    """Every URL that a form with its choices means."""
    parts = _CHOICE.split(form.replace("\\|", "|"))
    fixed, choices = parts[::3], list(zip(parts[1::3], parts[2::3], strict=True))
    options = [one.split("|") if one else ["", other] for one, other in choices]
    urls = []
    for chosen in itertools.product(*options):
        pieces = itertools.chain.from_iterable(itertools.zip_longest(fixed, chosen, fillvalue=""))
        urls.append("".join(pieces))
    return [filled(url) for url in urls if url.count("BUCKET") < 2]


def filled(text: str) -> str:
    for word, value in WORDS.items():
        text = text.replace(word, value)
    return text


CASES = [(url, keys, identity) for form, keys, identity in rows() for url in spelled(form)]


@pytest.mark.parametrize(("url", "keys", "identity"), CASES)
def test_every_form_of_the_table_has_its_identity(url: str, keys: str, identity: str) -> None:
    name, _, value = filled(keys).partition(": ")
    options = {name: value} if name else {}
    place = parse_url(url, **options)

    assert place.identity == filled(identity)
    if place.provider != "sftp":
        again = {} if name == "account" else options
        assert parse_url(place.identity, **again).identity == place.identity


def test_the_tables_are_read() -> None:
    text = (ROOT / "docs" / "urls.md").read_text()
    assert len(rows()) == len(re.findall("^[|] `", text, re.MULTILINE)) > 25
    assert "https://lab1.dfs.core.windows.net/sky/release-3/x" in {url for url, _, _ in CASES}
