"""Guards that no history in memory reaches, each taken away, and the tests that must notice that.

Large objects that go on, requests to S3, what others keep: their tests run in processes of their
own, each of which takes the guard away when it loads `tests.model.mutated`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from gitstore.adapters import tree_kept
from gitstore.adapters.stores import s3_many, s3_parts
from gitstore.adapters.stores.curl import Request
from gitstore.adapters.tree import Stat
from gitstore.adapters.tree_growing import Growing
from gitstore.adapters.tree_linked import LentTree
from gitstore.adapters.uploads import UploadMemo
from gitstore.core import kept
from gitstore.core.model import State
from gitstore.core.store import Source
from gitstore.core.versions import Version
from gitstore.repo import mending, trash, undoing
from gitstore.shell.transfer import begun, ranges, upload
from gitstore.shell.transfer.identifying import FirstReading, Identifying


@dataclass(frozen=True, slots=True)
class Apart:
    """A guard, taken away by `mutation`, and the `tests` of which one must fail then."""

    mutation: Callable[[], AbstractContextManager[Any]]
    tests: tuple[str, ...]


@contextmanager
def kept_bytes_are_believed() -> Iterator[None]:
    """What was kept of a large object is not held against its journal."""

    def wrong(growing: Growing) -> tuple[int, Any]:
        known = tree_kept.read(growing.entry) if growing._claimed else None
        part = None if known is None else known[1]
        if part is None:
            return 0, hashlib.sha256()
        return part.size, hashlib.sha256(growing.path.read_bytes()[: part.size])

    with patch.object(Growing, "resume", wrong):
        yield


@contextmanager
def any_version_goes_on() -> Iterator[None]:
    """What was kept of one version is gone on with for another."""

    def same(one: kept.Origin, other: object) -> bool:
        return isinstance(other, kept.Origin) and one.key == other.key

    with patch.object(kept.Origin, "__eq__", same):
        yield


@contextmanager
def parts_are_believed() -> Iterator[None]:
    """Parts that are on the storage are not held against the file."""

    def wrong(number: int, data: bytes, etag: str | None) -> s3_parts.Part | None:
        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        return None if etag is None else s3_parts.Part(number, etag, md5)

    with patch.object(s3_parts, "_known", wrong):
        yield


@contextmanager
def any_upload_goes_on() -> Iterator[None]:
    """An upload of other bytes to the same key is gone on with."""

    def wrong(memo: UploadMemo) -> str | None:
        known = memo.uploads.known(memo.upload.source, memo.upload.key)
        return None if known is None else known[1]

    with patch.object(UploadMemo, "read", wrong):
        yield


@contextmanager
def bytes_count_again() -> Iterator[None]:
    """Bytes of a large file that are read again go into its SHA-256 again."""
    right = FirstReading.take

    def wrong(reading: FirstReading, _: int, data: memoryview) -> None:
        right(reading, reading.at, data)

    with patch.object(FirstReading, "take", wrong):
        yield


def not_noted(_: object, __: object, stat: Stat, source: Source) -> Source:
    """A large file is identified on its way, and its intent is not noted."""
    return Identifying(source, FirstReading(stat.size, nothing))


def as_recorded(state: State) -> Version | None:
    """What a file should be, whether or not somebody has written to it."""
    return None if state.base is None else state.base.version


def without(name: str, headers: tuple[str, ...]) -> Callable[[], AbstractContextManager[Any]]:
    """The requests that a function of `s3_many` makes, without some headers."""
    right = getattr(s3_many, name)

    def wrong(*arguments: Any) -> Request:
        made: Request = right(*arguments)
        return replace(made, headers=tuple(h for h in made.headers if not h.startswith(headers)))

    return lambda: patch.object(s3_many, name, wrong)


def nothing(*_: Any, **__: Any) -> None:
    """Nobody looks."""


def all_of_them(_: object, bags: object, __: object) -> object:
    """All bags of the trash."""
    return bags


def never(*_: Any, **__: Any) -> bool:
    """No."""
    return False


_RANGES = ("tests/shell/test_ranges.py",)
_MANY = ("tests/stores/test_s3_many.py",)
_PARTS = ("tests/stores/test_s3_resuming.py",)
_ON_ITS_WAY = ("tests/shell/test_identifying.py",)
_ELSEWHERE = ("tests/commands/test_stage_elsewhere.py",)

APART: Mapping[str, Apart] = {
    "kept bytes are believed": Apart(kept_bytes_are_believed, _RANGES),
    "any version goes on": Apart(any_version_goes_on, _RANGES),
    "what is known is not asked": Apart(lambda: patch.object(ranges, "_is_wrong", never), _RANGES),
    "what nobody awaits is kept": Apart(
        lambda: patch.object(ranges, "let_go", nothing),
        ("tests/trouble/test_resuming.py", *_RANGES),
    ),
    "parts are believed": Apart(parts_are_believed, _PARTS),
    "any upload goes on": Apart(any_upload_goes_on, _PARTS),
    "bytes count again": Apart(bytes_count_again, _ON_ITS_WAY),
    "large uploads are not noted": Apart(
        lambda: patch.object(upload, "_identifying", not_noted), _ON_ITS_WAY
    ),
    "uploads are never let go": Apart(
        lambda: patch.object(begun, "let_go", nothing), ("tests/trouble/test_resuming.py",)
    ),
    "many are read without a condition": Apart(without("_get", ("If-Match",)), _MANY),
    "many are written without one": Apart(without("_put", ("If-Match", "If-None-Match")), _MANY),
    "many may be other versions": Apart(lambda: patch.object(s3_many, "require", nothing), _MANY),
    "what others keep is changed": Apart(
        lambda: patch.object(LentTree, "_require_ours", nothing),
        ("tests/adapters/test_tree_lent.py",),
    ),
    "undo does not wait for a disk": Apart(
        lambda: patch.object(undoing, "_require_disks", nothing), _ELSEWHERE
    ),
    "verify mends what was written to": Apart(
        lambda: patch.object(mending, "expected_here", as_recorded),
        ("tests/commands/test_verify.py",),
    ),
    "the trash goes at any age": Apart(
        lambda: patch.object(trash, "_over", all_of_them),
        ("tests/rules/test_trash.py",),
    ),
}
