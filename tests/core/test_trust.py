"""Which hosts belong to a cloud and to nobody else, and by which name a place is approved."""

from __future__ import annotations

import pytest

from gitstore.core.place import Place
from gitstore.core.provided_urls import parse_provided
from gitstore.core.trust import approved_as, endpoint_of, own_cloud
from gitstore.core.urls import parse_url

# A URL, options of it, and the endpoint that requests go to: all of them the clouds' own.
_OWN: list[tuple[str, dict[str, str], str]] = [
    ("s3://b", {}, "https://s3.us-east-1.amazonaws.com"),
    ("s3://b", {"region": "eu-central-1"}, "https://s3.eu-central-1.amazonaws.com"),
    ("s3://b", {"region": "us-gov-west-1"}, "https://s3.us-gov-west-1.amazonaws.com"),
    ("s3://b", {"region": "ap-southeast-4"}, "https://s3.ap-southeast-4.amazonaws.com"),
    ("s3://s3.cn-north-1.amazonaws.com.cn/b", {}, "https://s3.cn-north-1.amazonaws.com.cn"),
    ("https://b.s3.us-west-2.amazonaws.com/k", {}, "https://s3.us-west-2.amazonaws.com"),
    ("gs://b", {}, "https://storage.googleapis.com"),
    ("https://storage.googleapis.com/b/k", {}, "https://storage.googleapis.com"),
    ("az://c", {"account": "sky"}, "https://sky.blob.core.windows.net"),
    ("az://sky.dfs.core.windows.net/c", {}, "https://sky.blob.core.windows.net"),
    ("az://sky.blob.core.chinacloudapi.cn/c", {}, "https://sky.blob.core.chinacloudapi.cn"),
]
# The same for places that are somebody else's, or may be.
_FOREIGN: list[tuple[str, dict[str, str], str]] = [
    ("s3://b", {"endpoint": "https://s3.example.org"}, "https://s3.example.org"),
    ("s3://127.0.0.1:9000/b", {}, "https://127.0.0.1:9000"),
    ("s3://169.254.169.254/b", {}, "https://169.254.169.254"),
    (
        "s3://b",
        {"endpoint": "https://amazonaws.com.example.org"},
        "https://amazonaws.com.example.org",
    ),
    ("s3://b", {"endpoint": "https://s3.amazonaws.org"}, "https://s3.amazonaws.org"),
    # A region that makes the name of a host in which anybody can have a service.
    (
        "s3://b",
        {"region": "x.execute-api.us-east-1"},
        "https://s3.x.execute-api.us-east-1.amazonaws.com",
    ),
    ("s3://b", {"region": "us-east-1.elb"}, "https://s3.us-east-1.elb.amazonaws.com"),
    ("s3://b", {"region": "cn-north-1.x"}, "https://s3.cn-north-1.x.amazonaws.com.cn"),
    ("s3://b", {"region": "auto"}, "https://s3.auto.amazonaws.com"),
    ("az://127.0.0.1:10000/sky/c", {}, "https://127.0.0.1:10000/sky"),
    ("az://c", {"account": "sky", "endpoint": "http://127.0.0.1:1"}, "http://127.0.0.1:1/sky"),
    ("webdavs://h/p", {}, "https://h"),
    ("webdav://10.0.0.1/p", {}, "http://10.0.0.1"),
    ("https://h/p", {}, "https://h"),
    ("http://localhost:8080/p", {}, "http://localhost:8080"),
    ("https://sky.z6.web.core.windows.net/p", {}, "https://sky.z6.web.core.windows.net"),
    (
        "https://b.s3-website-us-east-1.example.org/p",
        {},
        "https://b.s3-website-us-east-1.example.org",
    ),
    ("sftp://ada@h/p", {}, "sftp://h"),
    ("hdfs://h:8020/p", {}, "hdfs://h:8020"),
    ("../bucket", {}, "/srv/bucket"),
    ("/etc", {}, "/srv/bucket"),
]


@pytest.mark.parametrize(("url", "options", "endpoint"), _OWN)
def test_the_clouds_own_hosts(url: str, options: dict[str, str], endpoint: str) -> None:
    place = parse_url(url, **options)

    assert endpoint_of(place, None) == endpoint
    assert own_cloud(place, endpoint)
    assert approved_as(place, endpoint) == place.identity


@pytest.mark.parametrize(("url", "options", "endpoint"), _FOREIGN)
def test_everybody_elses_hosts(url: str, options: dict[str, str], endpoint: str) -> None:
    place = parse_url(url, **options)

    assert endpoint_of(place, None, "/srv/bucket") == endpoint
    assert not own_cloud(place, endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://s3.us-east-1.amazonaws.com",
        "https://s3.us-east-1.amazonaws.com:8443",
        "https://s3.us-east-1.amazonaws.com.example.org",
        "https://s3.us-east-1.amazonaws.com/x",
        "https://s3.us-east-1.amazonaws.com\n",
        "https://S3.us-east-1.amazonaws.com",
        "https://evil-s3.us-east-1.amazonaws.com",
        "https://b.s3.us-east-1.amazonaws.com",
        "https://s3.us-east-1.amazonaws.com@example.org",
        "https://s3xus-east-1.amazonaws.com",
    ],
)
def test_only_the_exact_host_over_https_is_the_clouds(endpoint: str) -> None:
    assert not own_cloud(parse_url("s3://b"), endpoint)


def test_another_clouds_host_is_a_foreign_one() -> None:
    assert not own_cloud(parse_url("s3://b"), "https://storage.googleapis.com")
    assert not own_cloud(parse_url("gs://b"), "https://s3.us-east-1.amazonaws.com")
    other = parse_url("az://c", account="sky")
    assert not own_cloud(other, "https://other.blob.core.windows.net")
    # A place that says it is at another host is not AWS's, wherever its requests would go.
    minio = parse_url("s3://b", endpoint="https://s3.example.org")
    assert not own_cloud(minio, "https://s3.us-east-1.amazonaws.com")


def test_the_region_of_the_environment_counts_where_the_url_says_none() -> None:
    assert endpoint_of(parse_url("s3://b"), "eu-west-3") == "https://s3.eu-west-3.amazonaws.com"
    told = parse_url("s3://b", region="eu-west-1")
    assert endpoint_of(told, "eu-west-3") == "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "options", "name"),
    [
        ("s3://b/p", {"endpoint": "https://h"}, "s3://h/b/p"),
        ("s3://b/p", {"endpoint": "http://h"}, "s3://h/b/p at http://h"),
        (
            "s3://b",
            {"region": "us-east-1.elb"},
            "s3://amazonaws.com/b at https://s3.us-east-1.elb.amazonaws.com",
        ),
        (
            "az://127.0.0.1:1/sky/c",
            {"endpoint": "http://127.0.0.1:1"},
            "azure://127.0.0.1:1/sky/c at http://127.0.0.1:1/sky",
        ),
        ("webdav://h/p", {}, "webdav://h/p"),
        ("webdavs://h/p", {}, "webdavs://h/p"),
        ("http://h/p", {}, "http://h/p"),
        ("../bucket", {}, "file:///srv/bucket"),
        ("sftp://h/p", {}, "sftp://h/p"),
        ("sftp://ada@h/p", {}, "sftp://h/p as ada"),
        ("webdavs://h/p", {"account": "ada"}, "webdavs://h/p as ada"),
    ],
)
def test_the_name_changes_with_the_place_and_with_the_way_there(
    url: str, options: dict[str, str], name: str
) -> None:
    place = parse_url(url, **options)
    assert approved_as(place, endpoint_of(place, None, "/srv/bucket")) == name


def tape(endpoint: str | None) -> Place:
    return parse_provided("tape://h/p", "tape", endpoint=endpoint, region=None, account=None)


def test_what_a_package_is_told_is_part_of_the_name() -> None:
    told = ("server=one", "slow=yes")

    assert approved_as(tape(None), "https://h") == "tape://h/p"
    assert approved_as(tape("https://i"), "https://i") == "tape://h/p at https://i"
    assert approved_as(tape(None), "https://h", told) == "tape://h/p with server=one slow=yes"
