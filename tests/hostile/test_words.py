"""What others have named is data: not a command, not an option, not for the terminal to obey."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress

from gitstore.adapters.stores.registry import StorePlace, open_store
from gitstore.core.errors import StorageError
from tests.lab import DATA, Lab
from tests.refusals import OBJECTS
from tests.stores.faults import answer, answering
from tests.trust.scenes import describing

_NAME = "a; touch ran; $(touch ran) 'b"
_ESCAPES = ("\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202egpj", "\r", "\x07", "\x7f")


def test_a_hint_is_one_command_whatever_the_names_are(lab: Lab) -> None:
    lab.bucket.put("a.txt", b"one")
    lab.storage("add", "survey", "../bucket", "--to", _NAME)
    lab.commit("odd")
    lab.git("rm", "--cached", "--quiet", "--", f"{_NAME}.storage")
    (lab.top / f"{_NAME}.storage").unlink()
    for command in (
        ["add", "survey", "--to", _NAME],
        ["status", _NAME],
        ["stage", "--all"],
        ["sync"],
        ["doctor"],
        ["mv", f"{_NAME}/a.txt", "elsewhere"],
    ):
        lab.storage(*command).expected = True
        said = lab.results[-1].out + lab.results[-1].err
        for hint in re.findall(r"^\s*hint: (.*)$", said, re.MULTILINE):
            words = shlex.split(hint, comments=True)
            assert "touch" not in words, hint
    assert not lab.exists("ran")


def test_nothing_that_a_storage_says_steers_the_terminal(lab: Lab) -> None:
    names = [f"a{escape}b.txt" for escape in _ESCAPES if "\r" not in escape]
    lab.describe({**OBJECTS, **dict.fromkeys(names, b"x")})
    for command in (
        ["ls", "data"],
        ["status"],
        ["stage", "--all", "-v"],
        ["status", "--explain", f"data/{names[0]}"],
        ["sync", "-n"],
        ["rm", f"data/{names[0]}"],
        ["sync", "-v"],
    ):
        lab.storage(*command)
        said = lab.results[-1].out + lab.results[-1].err
        assert not [escape for escape in _ESCAPES if escape in said], said


def test_nothing_that_a_server_or_a_url_says_steers_the_terminal(lab: Lab) -> None:
    owned = b"<Error><Code>\xc2\x9b31mOwned</Code><Message>\x07</Message></Error>"
    reason = b"HTTP/1.1 400 \x1b[2J\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    for said in (answer(400, owned), reason, answer(200, b"\x1b[2J")):
        with answering(said) as server:
            for url in (f"s3://{server.url[7:]}/b", f"http://{server.url[7:]}/x/"):
                end = ["--endpoint", server.url] if url.startswith("s3") else []
                lab.storage("add", "s", url, *end, "--to", "x").expected = True
                told = lab.results[-1].err
                assert not [escape for escape in _ESCAPES if escape in told], told
    describing(lab, '"s3://sky/\\e[2J"')
    lab.storage("status").fails(128).never_says("\x1b")


_LISTING = """<?xml version="1.0"?>
<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>3</Size>
<ETag>a&#13;&#10;X-Evil: 1</ETag></Contents></ListBucketResult>"""


def test_an_identifier_never_becomes_a_header_of_its_own() -> None:
    listed, content = answer(200, _LISTING.encode()), answer(200, b"abc", etag='"abc"')
    with answering(listed, content) as server:
        place = StorePlace("s3", "here", server.url, "sky", region="us-east-1")
        store = open_store(place, lambda: None)
        found = next(iter(store.list("")))
        with suppress(StorageError):
            list(store.read("a", found.version).chunks)

    assert found.version.ids == ()
    assert not [asked for asked in server.asked if "x-evil" in asked.headers]


def test_a_pointer_with_a_line_end_in_an_identifier_is_refused(described: Lab) -> None:
    head = b"\n".join(described.read(f"{DATA}.storage").split(b"\n")[:2])
    for end in (b"\r", b"\x0b", b"\x1b", b" ", "\u2028".encode()):
        described.write(f"{DATA}.storage", head + b"\na.txt\t3\tetag:a" + end + b"b\n")
        described.storage("status").fails(128).says("data.storage:3")


def test_names_that_look_like_options_are_names(lab: Lab) -> None:
    lab.bucket.put("--upload-pack=touch ran", b"x")
    lab.bucket.put("-rf", b"x")
    lab.storage("add", "survey", "../bucket", "--to=-data")
    lab.commit("odd")
    lab.storage("stage", "--all")
    lab.storage("stage", "--", "-data/-rf")
    lab.storage("status")

    assert set(lab.files("-data")) == {"--upload-pack=touch ran", "-rf"}
    assert not lab.exists("ran")
