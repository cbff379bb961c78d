"""Every URL form means one place, and one place has one identity."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitstore.core.errors import BadUrl
from gitstore.core.urls import Place, parse_url

AWS_FORMS = (
    "s3://sky-survey/release-3",
    "s3://sky-survey/release-3/",
    "S3://sky-survey/release-3",
    "s3://amazonaws.com/sky-survey/release-3",
    "s3://s3.amazonaws.com/sky-survey/release-3",
    "s3://s3.eu-central-1.amazonaws.com/sky-survey/release-3",
    "https://s3.eu-central-1.amazonaws.com/sky-survey/release-3",
    "https://s3.eu-central-1.amazonaws.com:443/sky-survey/release-3",
    "https://s3-eu-west-1.amazonaws.com/sky-survey/release-3",
    "https://s3.dualstack.eu-central-1.amazonaws.com/sky-survey/release-3",
    "s3://sky-survey.s3.eu-central-1.amazonaws.com/release-3",
    "https://sky-survey.s3.eu-central-1.amazonaws.com/release-3",
    "https://sky-survey.s3.amazonaws.com/release-3",
    "https://SKY-survey.S3.amazonaws.com/release-3",
)


@pytest.mark.parametrize("url", AWS_FORMS)
def test_every_form_of_plain_aws_has_one_identity(url: str) -> None:
    place = parse_url(url)

    assert place.identity == "s3://amazonaws.com/sky-survey/release-3"
    assert place.storage_id == "s3/amazonaws.com/sky-survey"
    assert place.endpoint is None


def test_the_region_is_read_from_the_host_or_given() -> None:
    assert parse_url("s3://b.s3.eu-central-1.amazonaws.com").region == "eu-central-1"
    assert parse_url("s3://b", region="eu-west-1").region == "eu-west-1"
    with pytest.raises(BadUrl, match="is in eu-central-1, not in eu-west-1"):
        parse_url("s3://b.s3.eu-central-1.amazonaws.com", region="eu-west-1")


def test_an_endpoint_of_aws_itself_is_plain_aws() -> None:
    place = parse_url("s3://b/x", endpoint="https://s3.eu-central-1.amazonaws.com")

    assert place == Place("s3", "amazonaws.com", "b", "x", None, "eu-central-1")


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/prefix",
        "s3://127.0.0.1:9305/bucket/prefix",
        "http://127.0.0.1:9305/bucket/prefix/",
        "s3://bucket/prefix/",
    ],
)
def test_a_declared_endpoint_gives_the_host(url: str) -> None:
    place = parse_url(url, endpoint="http://127.0.0.1:9305/")

    assert place.identity == "s3://127.0.0.1:9305/bucket/prefix"
    assert place.endpoint == "http://127.0.0.1:9305"


def test_the_first_part_is_a_bucket_unless_it_is_a_known_endpoint() -> None:
    url = "s3://s3.example.org/sky-survey/x"

    assert parse_url(url).container == "s3.example.org"
    known = parse_url(url, known_endpoints=["https://S3.example.org/"])
    assert (known.host, known.container, known.prefix) == ("s3.example.org", "sky-survey", "x")
    assert known.endpoint == "https://s3.example.org"


def test_the_storage_id_names_provider_host_and_bucket() -> None:
    for url, named in {
        "s3://giab/x": "s3/amazonaws.com/giab",
        "gs://giab/x": "gcs/storage.googleapis.com/giab",
        "az://lab.dfs.core.windows.net/giab/x": "azure/lab.blob.core.windows.net/giab",
        "az://127.0.0.1:10000/lab1/giab/x": "azure/127.0.0.1:10000/lab1/giab",
        "s3://127.0.0.1:9000/giab/x": "s3/127.0.0.1:9000/giab",
    }.items():
        assert parse_url(url).storage_id == named


def test_a_web_address_is_s3_only_where_its_host_is_known() -> None:
    url = "https://s3.example.org/sky-survey/x"

    assert parse_url(url).identity == "https://s3.example.org/sky-survey/x"
    assert parse_url(url).provider == "http"
    assert parse_url(url, known_endpoints=["s3.example.org"]).provider == "s3"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("az://cont/a/b", {"account": "acct"}),
        ("azure://cont/a/b", {"endpoint": "https://acct.blob.core.windows.net"}),
        ("az://acct.blob.core.windows.net/cont/a/b", {}),
        ("azure://acct.dfs.core.windows.net/cont/a/b", {}),
        ("https://acct.blob.core.windows.net/cont/a/b", {}),
        ("abfs://cont@acct.dfs.core.windows.net/a/b", {}),
        ("abfss://cont/a/b", {"account": "acct"}),
    ],
)
def test_every_form_of_azure_has_one_identity(url: str, options: dict[str, str]) -> None:
    place = parse_url(url, **options)

    assert place.identity == "azure://acct.blob.core.windows.net/cont/a/b"
    assert place.account == "acct"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("az://cont/x", {"endpoint": "http://127.0.0.1:10000/devstoreaccount1"}),
        ("az://cont/x", {"endpoint": "http://127.0.0.1:10000", "account": "devstoreaccount1"}),
        ("az://127.0.0.1:10000/devstoreaccount1/cont/x", {"endpoint": "http://127.0.0.1:10000"}),
    ],
)
def test_an_azure_service_of_ones_own_has_its_account_in_the_path(
    url: str, options: dict[str, str]
) -> None:
    place = parse_url(url, **options)

    assert place.identity == "azure://127.0.0.1:10000/devstoreaccount1/cont/x"
    assert place.endpoint == "http://127.0.0.1:10000/devstoreaccount1"


@pytest.mark.parametrize(
    "url",
    [
        "gs://bkt/a",
        "gs://storage.googleapis.com/bkt/a",
        "https://storage.googleapis.com/bkt/a",
        "https://bkt.storage.googleapis.com/a/",
    ],
)
def test_every_form_of_google_has_one_identity(url: str) -> None:
    assert parse_url(url).identity == "gs://storage.googleapis.com/bkt/a"


@pytest.mark.parametrize(
    ("url", "identity", "root"),
    [
        ("../store", "file:../store", "../store"),
        ("./store//x/", "file:store/x", "store/x"),
        ("file:../store", "file:../store", "../store"),
        ("/srv/data/", "file:///srv/data", "/srv/data"),
        ("file:///srv/data", "file:///srv/data", "/srv/data"),
        ("file://localhost/srv/data", "file:///srv/data", "/srv/data"),
        ("file:///a%20b", "file:///a b", "/a b"),
        ("/a%20b", "file:///a%2520b", "/a%20b"),
        ("../what?", "file:../what%3F", "../what?"),
    ],
)
def test_directories_are_absolute_or_relative_to_the_work_tree(
    url: str, identity: str, root: str
) -> None:
    place = parse_url(url)

    assert (place.identity, place.root) == (identity, root)
    assert parse_url(identity) == place


@pytest.mark.parametrize(
    ("url", "identity", "endpoint", "account"),
    [
        ("webdav://Dav.org:80/a b/", "webdav://dav.org/a b", "http://dav.org", None),
        ("webdavs://dav.org/a%20b", "webdavs://dav.org/a b", "https://dav.org", None),
        ("davs://dav.org:443/a", "webdavs://dav.org/a", "https://dav.org", None),
        ("sftp://me@host:22/srv", "sftp://host/srv", "sftp://host", "me"),
        ("sftp://host:2222/srv", "sftp://host:2222/srv", "sftp://host:2222", None),
        ("http://host:8080/~me/x", "http://host:8080/~me/x", "http://host:8080", None),
        ("https://[::1]:8443/x", "https://[::1]:8443/x", "https://[::1]:8443", None),
        ("hdfs://name:9000/x", "hdfs://name:9000/x", "hdfs://name:9000", None),
    ],
)  # fmt: skip
def test_servers_are_named_by_host_and_path(
    url: str, identity: str, endpoint: str, account: str | None
) -> None:
    place = parse_url(url)

    assert (place.identity, place.endpoint, place.account) == (identity, endpoint, account)


def test_an_s3_url_names_its_key_literally_and_a_web_address_encodes_it() -> None:
    assert parse_url("s3://b/a%20b+c").prefix == "a%20b+c"
    assert parse_url("https://b.s3.amazonaws.com/a%20b+c").prefix == "a b+c"


part = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"], exclude_characters="/\\?#:\ufeff"
    ),
    min_size=1,
    max_size=6,
).filter(lambda p: p not in (".", "..") and p == p.strip() and "%" not in p)  # fmt: skip
prefixes = st.lists(part, max_size=3).map("/".join)
buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,10}[a-z0-9]", fullmatch=True)


@given(buckets, prefixes, st.sampled_from(["eu-central-1", "us-east-1", "ap-southeast-2"]))
def test_equivalent_forms_of_one_bucket_give_one_identity(
    bucket: str, prefix: str, region: str
) -> None:
    web = quote(prefix)
    forms = [
        f"s3://{bucket}/{prefix}",
        f"s3://s3.{region}.amazonaws.com/{bucket}/{prefix}",
        f"https://s3.{region}.amazonaws.com/{bucket}/{web}",
        f"s3://{bucket}.s3.{region}.amazonaws.com/{prefix}",
        f"https://{bucket}.s3.{region}.amazonaws.com/{web}",
    ]

    assert {parse_url(form).identity for form in forms} == {
        f"s3://amazonaws.com/{bucket}/{prefix}".rstrip("/")
    }


@given(
    st.sampled_from(
        [
            "s3://{b}/{p}",
            "gs://{b}/{p}",
            "https://storage.cloud.google.com/{b}/{w}",
            "wasbs://{b}@acct.blob.core.windows.net/{p}",
            "az://acct.z7.dfs.storage.azure.net/{b}/{p}",
            "az://acct.dfs.core.windows.net/{b}/{p}",
            "https://{b}.s3.amazonaws.com/{w}",
            "https://{b}.org/{w}",
            "webdav://{b}.org/{w}",
            "webdavs://{b}.org:8443/{w}",
            "sftp://me@{b}/{w}",
            "hdfs://{b}:9000/{w}",
            "../{b}/{p}",
            "/{b}/{p}",
            "file:///{b}/{w}",
            "file:{b}/{w}",
        ]
    ),
    buckets,
    prefixes,
)
def test_an_identity_is_a_url_of_the_same_place(form: str, bucket: str, prefix: str) -> None:
    place = parse_url(form.format(b=bucket, p=prefix, w=quote(prefix)))

    assert parse_url(place.identity).identity == place.identity
    assert not place.identity.endswith("/")
    assert not place.prefix.startswith("/")


@given(buckets, prefixes)
def test_equivalent_forms_of_google_and_azure_give_one_identity(bucket: str, prefix: str) -> None:
    web = quote(prefix)
    google = [
        f"gs://{bucket}/{prefix}",
        f"gcs://{bucket}/{prefix}/",
        f"https://storage.googleapis.com/{bucket}/{web}",
        f"https://{bucket}.storage.googleapis.com/{web}",
        f"https://storage.cloud.google.com/{bucket}/{web}",
    ]
    azure = [
        f"az://lab.blob.core.windows.net/{bucket}/{prefix}",
        f"https://lab.dfs.core.windows.net/{bucket}/{web}",
        f"abfss://{bucket}@lab.dfs.core.windows.net/{prefix}",
        f"wasbs://{bucket}@lab.blob.core.windows.net/{prefix}",
    ]

    for forms in (google, azure):
        places = {parse_url(form) for form in forms}
        assert len(places) == 1
        (place,) = places
        assert (place.container, place.prefix) == (bucket, prefix)
    assert parse_url(f"az://{bucket}/{prefix}", account="lab") == parse_url(azure[0])


@given(buckets, prefixes, st.sampled_from(["http://127.0.0.1:9305", "https://s3.example.org"]))
def test_an_identity_at_an_endpoint_is_a_url_there(bucket: str, prefix: str, endpoint: str) -> None:
    place = parse_url(f"s3://{bucket}/{prefix}", endpoint=endpoint)

    assert parse_url(place.identity, endpoint=endpoint) == place


@given(st.text(st.sampled_from("s3:/@.-%aA0?#~[]\\ :\n") | st.characters(), max_size=30))
def test_any_text_is_a_place_or_a_bad_url(text: str) -> None:
    for url in (text, f"s3://{text}", f"https://{text}", f"file:{text}", f"sftp://{text}"):
        try:
            place = parse_url(url)
        except BadUrl as error:
            assert "\n" not in error.message  # noqa: PT017  (it may also be a place)
        else:
            assert parse_url(place.identity).identity == place.identity
