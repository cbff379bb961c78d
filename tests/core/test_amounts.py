"""Ages, sizes and shares as people type them."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import pytest

from gitstore.core.amounts import moment, rate, share, size, span

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12h", DAY // 2), ("90 days", 90 * DAY), ("2w", 14 * DAY), ("1y", 365 * DAY), ("0d", 0)],
)
def test_ages(text: str, seconds: int) -> None:
    assert span(text) == seconds
    assert moment(text, 1e9) == 1e9 - seconds


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01 12:30", "2026-11-01T12:30:00+00:00"])
def test_dates(text: str) -> None:
    assert moment(text, 0) == datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("500", 500), ("3k", 3072), ("500M", 500 << 20), ("2t", 2 << 40)]
)
def test_sizes(text: str, number: int) -> None:
    assert size(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("500K", 500 << 10), ("10M", 10 << 20), ("1.5m", 3 << 19), ("0.1", 1)],
)
def test_rates(text: str, number: int) -> None:
    assert rate(text) == number


@pytest.mark.parametrize(("text", "part"), [("5%", "1/20"), ("0.5%", "1/200"), ("100%", "1")])
def test_shares(text: str, part: str) -> None:
    assert share(text) == Fraction(part)


@pytest.mark.parametrize("text", ["", "-1", "d", "30", "30m", "soon", "1.5g", "²d", "9e9g"])
def test_what_is_none_is_refused(text: str) -> None:
    for read in (span, share):
        with pytest.raises(ValueError, match="is not a"):
            read(text)
    with pytest.raises(ValueError, match="is neither"):
        moment(text, 0)


@pytest.mark.parametrize("text", ["", "-1", "k", "1.5g", "10p", "²k", "all"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size(text)


@pytest.mark.parametrize("text", ["0%", "101%", "5", "%", "-5%"])
def test_a_share_is_of_something(text: str) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        share(text)
