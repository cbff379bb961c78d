"""Small images in the FITS format, drawn from the catalogue.

The format is that of the FITS Standard 4.0 (IAU FITS Working Group, 2018): a header of cards of 80
ASCII characters, then big-endian numbers, each filled up to blocks of 2,880 bytes. Any program for
FITS opens the files. The pictures are drawn, not observed, and a card of the header says so.
"""

from __future__ import annotations

import math
import random
import struct

from demo.catalogue import SkyObject

BLOCK = 2880
_CARD = 80
_SIDE = 48
_SKY = 200
_PIXEL = 1 / 120  # degrees: half an arc minute
_FULL = 32767


def image(each: SkyObject, seconds: int = 300) -> bytes:
    """A FITS file with a picture of an object as a small telescope might see it.

    Args:
        each: what to draw.
        seconds: the exposure; a longer one has the same object above less noise.
    """
    cards = [
        _card("SIMPLE", "T", "conforms to the FITS standard"),
        _card("BITPIX", "16", "16-bit signed integers, big-endian"),
        _card("NAXIS", "2", "a picture"),
        _card("NAXIS1", str(_SIDE)),
        _card("NAXIS2", str(_SIDE)),
        _text("OBJECT", each.name, f"NGC {each.ngc}" if each.ngc else each.kind),
        _text("CTYPE1", "RA---TAN"),
        _text("CTYPE2", "DEC--TAN"),
        _card("CRPIX1", f"{_SIDE / 2 + 0.5:.1f}"),
        _card("CRPIX2", f"{_SIDE / 2 + 0.5:.1f}"),
        _card("CRVAL1", f"{each.ra:.4f}", "degrees, right ascension"),
        _card("CRVAL2", f"{each.dec:.4f}", "degrees, declination"),
        _card("CDELT1", f"{-_PIXEL:.6f}", "degrees"),
        _card("CDELT2", f"{_PIXEL:.6f}", "degrees"),
        _card("EQUINOX", "2000.0"),
        _card("MAGNITUD", f"{each.magnitude:.1f}", "visual"),
        _card("EXPTIME", f"{seconds:.1f}", "seconds"),
        "COMMENT   drawn from the catalogue, not observed".ljust(_CARD),
        "END".ljust(_CARD),
    ]
    header = "".join(cards).encode("ascii")
    return _filled(header, b" ") + _filled(_picture(each, seconds), b"\0")


def cards(content: bytes) -> dict[str, str]:
    """The values of the header's cards, as they are written there.

    Raises:
        ValueError: the bytes are no FITS file, or not a whole one.
    """
    if len(content) % BLOCK or not content.startswith(b"SIMPLE  = "):
        raise ValueError("not a FITS file")
    found: dict[str, str] = {}
    for at in range(0, len(content), _CARD):
        line = content[at : at + _CARD].decode("ascii")
        if line.rstrip() == "END":
            return found
        if line[8:10] == "= ":
            found[line[:8].rstrip()] = line[10:].split("/")[0].strip()
    raise ValueError("the header has no END")


def _card(keyword: str, value: str, comment: str = "") -> str:
    line = f"{keyword:<8}= {value:>20}"
    return (f"{line} / {comment}" if comment else line).ljust(_CARD)


def _text(keyword: str, value: str, comment: str = "") -> str:
    quoted = f"'{value:<8}'"
    return _card(keyword, f"{quoted:<20}", comment)


def _filled(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % BLOCK)


def _picture(each: SkyObject, seconds: int) -> bytes:
    """Light that falls off from the middle, upon the noise of the sky."""
    chance = random.Random(f"{each.name} {seconds}")  # noqa: S311 - noise of a picture, no secret
    light = 12000 * 10 ** (-0.2 * (each.magnitude - 3))
    noise = 24 / math.sqrt(seconds / 300)
    middle = (_SIDE - 1) / 2
    pixels: list[int] = []
    for y in range(_SIDE):
        for x in range(_SIDE):
            away = math.hypot(x - middle, (y - middle) * 1.4)
            value = _SKY + light * math.exp(-away / 5) + chance.gauss(0, noise)
            pixels.append(max(0, min(_FULL, round(value))))
    return struct.pack(f">{len(pixels)}h", *pixels)
