"""Values as people read them: paths, sizes, counts and tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitstore.core.pointer import quote_path
from gitstore.core.versions import CONTENT_KINDS, Version

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
# What a terminal obeys instead of showing: C0 and C1 controls, and Unicode's marks that turn the
# direction of what follows. Lone surrogates stand for bytes that are no UTF-8.
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SHORT = 8


def clean(text: str) -> str:
    """The text with everything that a terminal would obey spelled out; newlines stay."""
    return _CONTROL.sub(_spelled, text)


def shown(path: str) -> str:
    """A path on one line: quoted as git does it where it holds odd characters."""
    quoted = quote_path(path).replace("\n", "\\n")
    if quoted == path and _CONTROL.search(path) is None:
        return path
    inner = quoted if quoted != path else f'"{path}"'
    return clean(inner)


def below(data_path: str, path: str) -> str:
    """An object's path relative to the top level of the work tree."""
    return data_path if path == "." else f"{data_path}/{path}"


def human(size: int) -> str:
    """A number of bytes in powers of 1,024, e.g. `1.2 MiB`."""
    if size < 1024:
        return f"{size} B"
    number = float(size)
    for unit in _UNITS:
        number /= 1024
        # 1023.95 would be shown as 1024.0 of a unit that ends at 1024.
        if number < 1023.95 or unit == _UNITS[-1]:
            return f"{number:.1f} {unit}"
    raise AssertionError("unreachable")


def count(number: int, noun: str = "object") -> str:
    """A number and its noun, e.g. `1 object`, `1,234 objects`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short_id(version: Version | None) -> str:
    """The start of the most telling identifier of a version, e.g. `sha256:9f86d081`; or `-`."""
    if version is None or not version.ids:
        return "-"
    known = {spelled.partition(":")[0]: spelled for spelled in version.ids}
    best = next((known[kind] for kind in CONTENT_KINDS if kind in known), version.ids[0])
    kind, _, value = best.partition(":")
    if kind == "mtime":  # seconds since 1970, of which the first digits tell nothing
        return f"mtime:{value.partition('.')[0]}"
    return f"{kind}:{value.strip(chr(34))[:_SHORT]}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table: a head, a rule and one line per row; columns of digits to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    numeric = [bool(rows) and all(row[i][:1].isdigit() for row in rows) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = zip(row, widths, numeric, strict=True)
        return " | ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in cells).rstrip()

    rule = "-" * (sum(widths) + 3 * (len(widths) - 1))
    return [line(head), rule, *(line(row) for row in rows)]


def _spelled(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python carries it
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
