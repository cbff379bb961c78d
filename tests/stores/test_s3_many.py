"""Many small reads in one thread: what is sent, and what becomes of odd answers."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3 import S3Store
from gitstore.core.errors import Missing, Refused, StorageError, Unreachable
from gitstore.core.many import Given, Wanted, Whole, read_many, write_many
from gitstore.core.versions import Version, version
from tests.servers import Bucket, S3Server
from tests.stores.opening import s3_store
from tests.waiting import until

Said = tuple[int, dict[str, str], bytes]

ANY = version(3, {"etag": "e"})
KEYS = (
    *("a", "a b", "a+b", "a//b", "/lead", "folder/", "ä", "e\u0301", "a%41", "a?b", "a#b", "a&b=c"),
    *("~t", "a\nb", "x*y", "(z)", "[q]", "a;b", "a:b@c", "\U0001f600", "'q\"", "a%2Fb", "a\\b"),
    *("a=b", "{x}", "^`|<>", "...", "..a", "a..", ".a"),
)


@dataclass(slots=True)
class Listener:
    """A server that keeps what it is asked.

    Attributes:
        answers: what it says, one after the other: status, headers, body; then the last for ever.
        seen: the paths and headers that were asked for.
        bodies: what was sent along.
    """

    answers: list[Said]
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0

    def store(self) -> S3Store:
        server = S3Server(f"http://127.0.0.1:{self.port}", "AKID", "SECR:ET/+", "eu-west-3")
        return s3_store(Bucket(server, "bucket", None))


@contextmanager
def listening(*answers: Said) -> Iterator[Listener]:
    listener = Listener(list(answers))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.bodies.append(self.rfile.read(int(headers.get("content-length", 0))))
                listener.seen.append((self.path, headers))
                told = listener.answers.pop(0) if len(listener.answers) > 1 else listener.answers[0]
            status, extra, body = told
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_PUT = do_HEAD = do_GET  # noqa: N815 - the names that the library asks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield listener
        finally:
            server.shutdown()


FINE = (200, {"ETag": '"e"'}, b"abc")


def results(store: S3Store, *wanted: Wanted) -> dict[str, Whole | StorageError]:
    return {one.key: found for batch in read_many(store, wanted) for one, found in batch}


def botocores(path: str, headers: dict[str, str], method: str = "GET") -> str:
    """The signature that botocore gives to a request like this one."""
    signed = re.search("SignedHeaders=([^,]+)", headers["authorization"])
    assert signed is not None
    named = {n: headers[n] for n in signed[1].split(";") if n != "host"}
    auth = S3SigV4Auth(Credentials("AKID", "SECR:ET/+"), "s3", "eu-west-3")
    request: Any = AWSRequest(method, f"http://{headers['host']}{path}", headers=named)
    request.context["timestamp"] = headers["x-amz-date"]
    canonical = auth.canonical_request(request)
    text: str = auth.signature(auth.string_to_sign(request, canonical), request)
    return text


@pytest.mark.parametrize("identity", [{"etag": "e"}, {"version": "3/L4kqtJ+l=", "etag": "e"}])
def test_any_key_is_asked_for_and_signed_as_botocore_does(identity: dict[str, str]) -> None:
    expect = version(3, identity)
    with listening((200, {"ETag": '"e"', "x-amz-version-id": "3/L4kqtJ+l="}, b"abc")) as listener:
        found = results(listener.store(), *(Wanted(key, expect) for key in KEYS))
        assert all(isinstance(one, Whole) and one.data == b"abc" for one in found.values())
        assert len(listener.seen) == len(KEYS)
        for path, headers in listener.seen:
            assert headers["authorization"].endswith("Signature=" + botocores(path, headers))


@pytest.mark.parametrize("expect", [None, version(3, {"etag": "old"})])
def test_any_key_is_written_and_signed_as_botocore_does(expect: Version | None) -> None:
    with listening(FINE) as listener:
        given = [Given(key, BytesSource(key.encode()), expect) for key in KEYS]
        done = {o.key: r for batch in write_many(listener.store(), given) for o, r in batch}
        assert done == {key: version(len(key.encode()), {"etag": "e"}) for key in KEYS}
        assert sorted(listener.bodies) == sorted(key.encode() for key in KEYS)
        for path, headers in listener.seen:
            assert headers["authorization"].endswith(botocores(path, headers, "PUT"))
            condition = "if-none-match" if expect is None else "if-match"
            assert headers[condition] == ("*" if expect is None else '"old"')
            signed = headers["authorization"]
            assert "x-amz-content-sha256" in signed
            assert condition in signed


def test_a_write_of_which_the_answer_was_lost_is_looked_up_and_no_conflict() -> None:
    digest = hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    lost: Said = (500, {}, b"")
    ours: Said = (200, {"ETag": f'"{digest}"', "Content-Length": "3"}, b"")
    refused: Said = (412, {}, b"<Error><Code>PreconditionFailed</Code></Error>")
    with listening(lost, refused, ours) as listener:
        [[(_, made)]] = write_many(listener.store(), [Given("a", BytesSource(b"abc"), None)])
        assert made == version(3, {"etag": digest})


def test_only_the_version_that_is_expected_is_asked_for_and_taken() -> None:
    with listening(FINE, (200, {"ETag": '"f"'}, b"abd")) as server:
        store = server.store()
        assert isinstance(results(store, Wanted("a", ANY))["a"], Whole)
        # A server that does not look at the condition, and gives what it has.
        assert isinstance(results(store, Wanted("a", ANY))["a"], Refused)
        assert [headers["if-match"] for _, headers in server.seen] == ['"e"', '"e"']


def test_a_refusal_at_once_is_one() -> None:
    with listening((412, {}, b"<Error><Code>PreconditionFailed</Code></Error>")) as listener:
        [[(_, made)]] = write_many(listener.store(), [Given("a", BytesSource(b"abc"), None)])
        assert isinstance(made, Refused)
        assert len(listener.seen) == 1


def test_a_key_with_components_of_dots_is_read_in_the_other_way() -> None:
    with listening(FINE) as listener:
        found = results(listener.store(), Wanted("a/../b", version(3, {"etag": "e"})))
        assert isinstance(found["a/../b"], Whole)
        assert [path for path, _ in listener.seen] == ["/bucket/a/../b"]


def test_a_redirect_is_no_reason_to_ask_anybody_else() -> None:
    with listening(FINE) as other:
        elsewhere = {"Location": f"http://127.0.0.1:{other.port}/bucket/a"}
        with listening((307, elsewhere, b"")) as listener:
            found = results(listener.store(), Wanted("a", ANY))
        assert isinstance(found["a"], Unreachable)
        assert other.seen == []


def test_a_busy_server_is_asked_again_after_the_pause_that_it_wishes() -> None:
    busy = (503, {"Retry-After": "1"}, b"<Error><Code>SlowDown</Code></Error>")
    with listening(busy, FINE) as listener:
        assert isinstance(results(listener.store(), Wanted("a", ANY))["a"], Whole)
        assert len(listener.seen) == 2


def test_a_server_that_stays_busy_is_given_up() -> None:
    with listening((500, {}, b"")) as listener:
        found = results(listener.store(), Wanted("a", ANY))
        assert isinstance(found["a"], Unreachable)
        assert len(listener.seen) == 4


def test_the_next_request_is_on_its_way_while_somebody_works_with_an_answer() -> None:
    with listening(FINE) as listener:
        some = (Wanted(key, ANY) for key in ("a", "b", "c"))
        answers = listener.store().read_many(some, most=1)
        [(first, _)] = next(answers)
        until(lambda: len(listener.seen) == 2)

        assert [first.key, *(one.key for batch in answers for one, _ in batch)] == ["a", "b", "c"]


def test_an_answer_that_is_far_too_long_is_not_kept() -> None:
    with listening((200, {"ETag": '"e"'}, bytes(3 << 20))) as listener:
        assert isinstance(results(listener.store(), Wanted("a", ANY))["a"], Unreachable)


def test_an_error_is_told_by_its_code() -> None:
    with listening((404, {}, b"<Error><Code>NoSuchBucket</Code></Error>")) as listener:
        found = results(listener.store(), Wanted("a", ANY))["a"]
        assert isinstance(found, Missing)
        assert "no such bucket" in found.message


def test_the_connections_are_kept_and_the_answers_belong_to_their_keys(bucket: Bucket) -> None:
    contents = {f"many/{number}": str(number).encode() for number in range(200)}
    for key, data in contents.items():
        bucket.put(key, data)
    store = s3_store(bucket)
    wanted = [Wanted(found.key, found.version) for found in store.list("many/")]
    found = results(store, *wanted)
    assert {key: one.data for key, one in found.items() if isinstance(one, Whole)} == contents
