"""Generated values that several test modules share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gitstore.core.pointer import Pointer, pointer
from gitstore.core.versions import CONTENT_KINDS, PLACE_KINDS, Version, version

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For every property: a busy machine proves nothing."""

_DIGITS = {"sha256": 64, "md5": 32, "crc64nvme": 16, "crc32c": 8, "adler32": 8}
_CHARACTER = st.sampled_from("ab./ -'\"\\\n\r\t\x01\x1f\x7f\u0308\u00f6\ufeff\U0001f300<=>|*")


def _hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=digits // 2, max_size=digits // 2).map(bytes.hex)


def _values(kind: str) -> st.SearchStrategy[str]:
    if kind in CONTENT_KINDS:
        return _hexadecimal(_DIGITS[kind])
    return st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


paths: st.SearchStrategy[str] = st.text(_CHARACTER, min_size=1, max_size=8) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30
)
"""Everything that a storage can call an object."""

_kinds = st.sampled_from(CONTENT_KINDS + PLACE_KINDS) | st.from_regex(
    r"[a-z0-9]{1,32}", fullmatch=True
)


@st.composite
def versions(draw: st.DrawFn) -> Version:
    """Versions with any identifiers, also of kinds unknown here."""
    kinds = draw(st.sets(_kinds, max_size=4))
    return version(
        draw(st.integers(0, 10**19 - 1)), {kind: draw(_values(kind)) for kind in sorted(kinds)}
    )


@st.composite
def pointers(draw: st.DrawFn) -> Pointer:
    """Pointers of data paths that are directories or one object."""
    source = draw(st.sampled_from(["s3://h/bucket", "file:a b", "webdav://höst/x"]))
    if draw(st.booleans()):
        return pointer(source, draw(st.dictionaries(st.just("."), versions())))
    return pointer(source + "/", draw(st.dictionaries(paths, versions(), max_size=12)))
