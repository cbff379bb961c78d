"""Bad URLs: each says what is wrong, and no message repeats a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.errors import BadUrl
from gitstore.core.urls import parse_url

BAD = {
    "": "empty",
    "bucket/path": "no scheme",
    "s4://bucket/x": "not known",
    "gopher://host/x": "not known",
    "s3:bucket": "no '//'",
    "simplecache::file:///etc/passwd": "chain",
    "s3://b/x::file:///etc": "chain",
    "zip::s3://b/x.zip": "chain",
    "reference://x": "not known",
    "jupyter://x": "not known",
    "data:text/plain,x": "not known",
    "local:///etc": "not known",
    "s3://b/a\nb": "control",
    "s3://b/a%0ab": "control",
    "https://h/a%00b": "control",
    "https://h/a%C2%85b": "control",
    "s3://b/a\x7f": "control",
    " s3://b": "blank",
    "s3://b/x ": "blank",
    "s3://user@b/x": "user name",
    "https://me@h/x": "user name",
    "s3://b/x?versionId=1": "query",
    "s3://b/x#y": "fragment",
    "s3://": "no bucket",
    "s3:///x": "no bucket",
    "gs://": "no bucket",
    "s3://amazonaws.com/": "no bucket",
    "https://s3.eu-west-1.amazonaws.com": "no bucket",
    "s3://b*d/x": "odd characters",
    "s3://b..d/x": "odd characters",
    "s3://_b/x": "odd characters",
    "s3://ec2.eu-west-1.amazonaws.com/x": "plain one",
    "https://b.s3-accelerate.amazonaws.com/x": "plain one",
    "~/data": "'~'",
    "file:~/data": "'~'",
    "file://~/data": "names a host",
    "sftp://h/~/data": "'~'",
    "C:\\data": "backslash",
    "C:/data": "not known",
    "https://h/a%5cb": "backslash",
    "https://h/a%2Fb": "slash",
    "https://h/100%": "two hex digits",
    "https://h/%ff": "UTF-8",
    "s3://-oProxyCommand=x/b": "begins with '-'",
    "sftp://-oProxyCommand=x/b": "begins with '-'",
    "sftp://h:0/x": "port",
    "sftp://h:99999/x": "port",
    "sftp://h:x/x": "port",
    "sftp:///x": "no host",
    "hdfs:///x": "no host",
    "https://ex ample.org/x": "odd characters",
    "s3://b/a/../c": "'..'",
    "s3://b//c": "empty part",
    "/a/../b": "'..'",
    "a/../b": "no scheme",
    "../a/../b": "'..'",
    ".": "the work tree",
    "/": "the root",
    "file://host/x": "names a host",
    "adl://c/x": "shut down",
    "https://console.cloud.google.com/storage/browser/bkt/a;tab=objects?project=p": "for people",
    "https://s3.console.aws.amazon.com/s3/buckets/bkt?region=x&prefix=a/": "for people",
    "https://eu-west-1.console.aws.amazon.com/s3/home": "for people",
    "https://portal.azure.com/#view/x": "for people",
    "https://storage.googleapis.com/storage/v1/b/bkt/o/a": "interface",
    "https://storage.googleapis.com/download/storage/v1/b/bkt/o/a": "interface",
    "az://acct.z12.blob.core.windows.net/c/x": "account",
    "az://cont/x": "account",
    "abfs://c@example.org/x": "not Azure's",
    "s3://" + "x" * 3000: "longer",
}


@pytest.mark.parametrize("url", BAD)
def test_a_bad_url_says_what_is_wrong(url: str) -> None:
    with pytest.raises(BadUrl) as raised:
        parse_url(url)

    assert BAD[url] in raised.value.message
    assert not raised.value.message.endswith(".")


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ("https://console.cloud.google.com/storage/browser/bkt/a/b;tab=objects", "gs://bkt/a/b"),
        ("https://console.cloud.google.com/storage/browser/_details/bkt/a?x=y", "gs://bkt/a"),
        ("https://console.cloud.google.com/storage", "gs://BUCKET/PATH"),
        ("https://s3.console.aws.amazon.com/s3/buckets/bkt?region=x", "s3://bkt"),
        ("https://portal.azure.com/", "az://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"),
    ],
)
def test_the_page_of_a_console_is_answered_with_the_url_to_write(page: str, url: str) -> None:
    with pytest.raises(BadUrl) as raised:
        parse_url(page)

    assert raised.value.hint == f"write {url}"


def test_a_scheme_that_is_nearly_right_is_named() -> None:
    with pytest.raises(BadUrl) as raised:
        parse_url("s4://bucket/x")

    assert str(raised.value.hint).startswith("did you mean s3://?")
    assert "provider: s4" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("s3://b/x", {"endpoint": "ftp://h"}),
        ("s3://b/x", {"endpoint": "https://u@h"}),
        ("s3://b/x", {"endpoint": "https://h/path"}),
        ("s3://b/x", {"endpoint": "https://-h"}),
        ("s3://b/x", {"endpoint": "https://h?x"}),
        ("s3://b/x", {"region": "evil.org/#"}),
        ("az://c/x", {"account": "evil.org/"}),
        ("az://acct.blob.core.windows.net/c", {"account": "other"}),
        ("https://h/x", {"endpoint": "https://other"}),
        ("https://s3.amazonaws.com/b", {"endpoint": "https://other"}),
        ("s3://127.0.0.1:1/b", {"endpoint": "http://127.0.0.1:2"}),
    ],
)
def test_options_that_contradict_or_inject_are_refused(url: str, options: dict[str, str]) -> None:
    with pytest.raises(BadUrl):
        parse_url(url, **options)


secrets = st.text(st.characters(codec="utf-8"), min_size=6).map(lambda s: "S3CR3T" + s + "S3CR3T")


@given(
    st.sampled_from(
        [
            "s3://AKIAIOSFODNN7EXAMPLE:{}@b/x",
            "https://me:{}@h/x",
            "sftp://me:{}@h/x",
            "webdavs://me:{}@h",
            "xx://me:{}@h",
            "me:{}@h/x",
            "https://h/x?X-Amz-Signature={}",
            "https://acct.blob.core.windows.net/c?sv=1&sig={}",
        ]
    ),
    secrets,
)
def test_no_message_repeats_a_secret(form: str, secret: str) -> None:
    with pytest.raises(BadUrl) as raised:
        parse_url(form.format(secret))

    assert "S3CR3T" not in f"{raised.value} {raised.value.hint}"
    assert raised.value.__cause__ is None
