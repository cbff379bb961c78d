"""Ages, sizes and shares as people type them. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_SPAN = re.compile(r"([0-9]+) ?(h|hours?|d|days?|w|weeks?|y|years?)")
_SECONDS = {"h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
_SIZE = re.compile(r"([0-9]+)([kmgt]?)", re.IGNORECASE)
_RATE = re.compile(r"([0-9]+)(?:\.([0-9]+))?([kmgt]?)", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")


def span(text: str) -> int:
    """A length of time such as `12h`, `30d`, `90 days`, `2w` or `1y`, in seconds.

    Not in git's words for dates: there `30d` is the thirtieth of this month.

    Raises:
        ValueError: it is none.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a time such as 30d, 12h or 2w")
    return int(found[1]) * _SECONDS[found[2][0]]


def moment(text: str, now: float) -> float:
    """A date such as `2026-11-01`, a date with a time, or an age as `span` has it.

    Args:
        now: seconds since 1970.

    Returns:
        Seconds since 1970; a date without a zone is of the zone of this machine.

    Raises:
        ValueError: it is neither.
    """
    try:
        return now - span(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is neither an age such as 30d nor a date") from error


def size(text: str) -> int:
    """A number of bytes, with `k`, `m`, `g` or `t` for powers of 1,024, as git has them.

    Raises:
        ValueError: it is none.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a size such as 500m or 10g")
    return int(found[1]) << 10 * " kmgt".index(found[2].lower() or " ")


def rate(text: str) -> int:
    """Bytes per second such as `500K`, `10M` or `1.5M`; letters as those of `size`.

    Returns:
        A whole number, 0 for no limit.

    Raises:
        ValueError: it is none.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a rate such as 500K or 10M")
    whole, decimals, letter = found[1], found[2] or "", found[3].lower() or " "
    digits = int(whole + decimals) << 10 * " kmgt".index(letter)
    # Whoever asks for next to nothing does not mean as much as there is.
    return max(1, digits // 10 ** len(decimals)) if digits else 0


def share(text: str) -> Fraction:
    """A share such as `5%` or `0.5%`.

    Raises:
        ValueError: it is none, or not above 0 and at most 100%.
    """
    from fractions import Fraction  # late: hardly any command knows shares

    found = _SHARE.fullmatch(text.strip())
    value = Fraction(0) if found is None else Fraction(found[1]) / 100
    if not 0 < value <= 1:
        raise ValueError(f"{text!r} is not a share such as 5%")
    return value
