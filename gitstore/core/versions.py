"""Versions: a size and identifiers of some bytes, as far as somebody knows them.

*Content ids* are computed from bytes and hold anywhere. *Place ids* are issued by one storage for
one key and mean nothing elsewhere; whoever carries a version to another place calls
`content_only` first, so that everything here may assume one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

CONTENT_KINDS = ("sha256", "md5", "crc64nvme", "crc32c", "adler32")
PLACE_KINDS = ("generation", "version", "etag", "mtime")
KINDS = CONTENT_KINDS + PLACE_KINDS
"""The fixed order of identifiers in a pointer line; kinds unknown here follow, sorted."""

_ORDER = {kind: (rank, kind) for rank, kind in enumerate(KINDS)}
# 64 bits are what it takes to call two files equal without looking: a 32-bit sum agrees by chance
# once in four thousand million, which a bucket of a hundred thousand objects meets every day.
_STRONG_CONTENT = frozenset({"sha256", "md5", "crc64nvme"})
_EXACT_PLACE = ("generation", "version", "etag")
# Identifiers are asked about for every object of a project, so the common questions are answered on
# the spelled form, without taking it apart: content ids come first, place ids last.
_CONTENT_SPELLED = tuple(f"{kind}:" for kind in CONTENT_KINDS)
_EXACT_SPELLED = tuple(f"{kind}:" for kind in _EXACT_PLACE)
PLACE_SPELLED = tuple(f"{kind}:" for kind in PLACE_KINDS)
_DECIDES_ALONE = (*(f"{kind}:" for kind in _STRONG_CONTENT), *_EXACT_SPELLED, "mtime:")


class Same(Enum):
    """The answer of `compare`. Unknown is never equal and never a licence to overwrite."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Version:
    """Some bytes, as far as somebody knows them.

    Attributes:
        size: in bytes.
        ids: identifiers as `kind:value`, in the order of a pointer line, each kind at most once.
    """

    size: int
    ids: tuple[str, ...] = ()

    def get(self, kind: str) -> str | None:
        """The value of one identifier, or None."""
        prefix = kind + ":"
        for spelled in self.ids:
            if spelled.startswith(prefix):
                return spelled[len(prefix) :]
        return None

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the bytes in lower-case hexadecimal, if it is known."""
        return self.get("sha256")


def version(size: int, ids: Mapping[str, str] | None = None) -> Version:
    """A version from a mapping of kinds to values, put into the fixed order."""
    return Version(size, _ordered((ids or {}).items()))


def digested(size: int, sha256: str, md5: str | None = None) -> Version:
    """The version of bytes that were hashed."""
    ids = (f"sha256:{sha256}",)
    return Version(size, ids if md5 is None else (*ids, f"md5:{md5}"))


def contradict(a: Version, b: Version) -> bool:
    """Whether a storage has given two contents under one of its exact identifiers."""
    if a.sha256 is None or b.sha256 is None or a.sha256 == b.sha256:
        return False
    return any(a.get(kind) is not None and a.get(kind) == b.get(kind) for kind in _EXACT_PLACE)


def kind_of(spelled: str) -> str:
    """The kind of an identifier spelled `kind:value`."""
    return spelled.partition(":")[0]


def order_key(spelled: str) -> tuple[int, str]:
    """The sort key that puts identifiers into the fixed order of a pointer line."""
    kind = kind_of(spelled)
    return _ORDER.get(kind) or (len(KINDS), kind)


def has_place(v: Version) -> bool:
    """Whether a storage has ever issued an identifier for this version.

    A kind unknown here counts as a place id: a newer release wrote it, and nothing it wrote may be
    mistaken for a promise.
    """
    return bool(v.ids) and not v.ids[-1].startswith(_CONTENT_SPELLED)


def content_only(v: Version) -> Version:
    """The version as it holds anywhere: without the identifiers that one place issued (rule B5)."""
    if not v.ids or v.ids[-1].startswith(_CONTENT_SPELLED):
        return v
    return Version(v.size, tuple(i for i in v.ids if i.startswith(_CONTENT_SPELLED)))


def merged(first: Version, second: Version) -> Version:
    """Two descriptions of the same bytes as one; where both name a kind, the first one counts.

    The caller has found them equal: nothing is compared here.
    """
    if not second.ids:
        return first
    if not first.ids or order_key(first.ids[-1]) < order_key(second.ids[0]):
        return Version(first.size, first.ids + second.ids)
    known = {kind_of(i): i for i in (*second.ids, *first.ids)}
    return Version(first.size, tuple(sorted(known.values(), key=order_key)))


def compare(a: Version, b: Version) -> Same:
    """Whether two versions of one key at one place are the same bytes.

    Different if the sizes or any shared content id differ. Else equal if a shared content id of 64
    bits or more agrees, or version, generation or strong ETag agree, or the ETag of one is the
    plain MD5 of the other's bytes, or, where neither side has anything better, the time agrees.
    Else unknown. Differing place ids prove nothing: the same bytes may have been written again.
    """
    if a.size != b.size:
        return Same.DIFFERENT
    if not a.ids or not b.ids:
        return Same.UNKNOWN
    if a.ids == b.ids and a.ids[0].startswith(_DECIDES_ALONE):
        return Same.EQUAL
    if not _both_have_content(a, b) and _agree_on_place(a, b):
        return Same.EQUAL
    return _compared(a, b)


def _compared(a: Version, b: Version) -> Same:
    left = dict(i.split(":", 1) for i in a.ids)
    right = dict(i.split(":", 1) for i in b.ids)
    shared = [kind for kind in CONTENT_KINDS if kind in left and kind in right]
    if any(left[kind] != right[kind] for kind in shared):
        return Same.DIFFERENT
    if any(kind in _STRONG_CONTENT for kind in shared):
        return Same.EQUAL
    if any(kind in left and left[kind] == right.get(kind) for kind in _EXACT_PLACE):
        return Same.EQUAL
    if _etag_is_md5(left, right) or _etag_is_md5(right, left):
        return Same.EQUAL
    return Same.EQUAL if _same_time_only(left, right) else Same.UNKNOWN


def names_exactly(line: Version, v: Version) -> bool:
    """Whether a line says nothing but what is known of a version, and names it at its place."""
    if line.size != v.size or not line.ids:
        return False
    known, last = v.ids, line.ids[-1]
    if not last.startswith(_EXACT_SPELLED):
        # A time names a version only where there is nothing better.
        better = any(spelled.startswith(_EXACT_SPELLED) for spelled in known)
        if better or not last.startswith("mtime:"):
            return False
    # A loop, because this is asked of every object, and `all` would take twice as long.
    for spelled in line.ids:  # noqa: SIM110
        if spelled not in known:
            return False
    return True


def is_listed(said: Version, v: Version, line: Version) -> bool:
    """Whether a storage says nothing but what is known of a version, and what a line names it by.

    Args:
        said: what the storage says.
        v: all that is known of the version.
        line: a line of a pointer that names it.
    """
    if said.size != v.size:
        return False
    known, named = v.ids, False
    for spelled in said.ids:
        if spelled not in known:
            return False
        if spelled.startswith(_EXACT_SPELLED) and spelled in line.ids:
            named = True
    return named


def equal(a: Version | None, b: Version | None) -> bool:
    """Whether both are there and known to be the same bytes."""
    return a is not None and b is not None and compare(a, b) is Same.EQUAL


def enriched(v: Version | None, facts: Iterable[Version]) -> Version | None:
    """The version with what the facts of its key add: the content ids of a version equal to it."""
    if v is None:
        return None
    for fact in facts:
        if compare(v, fact) is Same.EQUAL:
            v = merged(v, content_only(fact))
    return v


def _ordered(items: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted((f"{kind}:{value}" for kind, value in items), key=order_key))


def _both_have_content(a: Version, b: Version) -> bool:
    return a.ids[0].startswith(_CONTENT_SPELLED) and b.ids[0].startswith(_CONTENT_SPELLED)


def _agree_on_place(a: Version, b: Version) -> bool:
    for spelled in a.ids:
        if spelled.startswith(_EXACT_SPELLED) and spelled in b.ids:
            return True
    # Times come last, so that what stands before one is exact, or a content id.
    last = a.ids[-1]
    if not last.startswith("mtime:") or last != b.ids[-1]:
        return False
    return not (
        a.ids[-2:][0].startswith(_EXACT_SPELLED) or b.ids[-2:][0].startswith(_EXACT_SPELLED)
    )


def _same_time_only(left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    if any(kind in left or kind in right for kind in _EXACT_PLACE):
        return False
    return "mtime" in left and left["mtime"] == right.get("mtime")


def _etag_is_md5(bytes_: Mapping[str, str], named: Mapping[str, str]) -> bool:
    # One way only: S3 issues the MD5 as the ETag of many objects, but an ETag that is not the MD5
    # says nothing (encryption, multipart uploads, other servers).
    return "md5" in bytes_ and named.get("etag", "").lower() == bytes_["md5"]
