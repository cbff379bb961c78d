"""Fifty objects of Messier's catalogue, and the catalogue as CSV.

Positions are of the equinox J2000, magnitudes visual and rounded, as in the usual printed lists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = ("messier", "ngc", "type", "constellation", "ra", "dec", "magnitude")


@dataclass(frozen=True, slots=True)
class SkyObject:
    """One row of the catalogue.

    Attributes:
        messier: its number in Messier's catalogue.
        ngc: its number in the New General Catalogue; 0 if it has none.
        kind: what it is.
        constellation: the abbreviation of the International Astronomical Union.
        hours: right ascension, hours and minutes.
        degrees: declination, degrees and minutes, with its sign.
        magnitude: visual.
    """

    messier: int
    ngc: int
    kind: str
    constellation: str
    hours: str
    degrees: str
    magnitude: float

    @property
    def name(self) -> str:
        """As astronomers say it."""
        return f"M{self.messier}"

    @property
    def ra(self) -> float:
        """Right ascension in degrees."""
        hours, minutes = self.hours.split()
        return 15 * (int(hours) + float(minutes) / 60)

    @property
    def dec(self) -> float:
        """Declination in degrees."""
        whole, minutes = self.degrees.split()
        size = abs(int(whole)) + float(minutes) / 60
        return -size if whole.startswith("-") else size


def by_number(number: int) -> SkyObject:
    """The object with this number in Messier's catalogue."""
    return next(each for each in MESSIER if each.messier == number)


def row(each: SkyObject) -> str:
    """The object's line of the catalogue, without its end."""
    return as_csv([each]).splitlines()[1]


def as_csv(objects: Iterable[SkyObject]) -> str:
    """The catalogue of some objects, with a line of column names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in objects:
        ngc = each.ngc or ""
        where = (each.constellation, each.hours, each.degrees)
        writer.writerow((each.name, ngc, each.kind, *where, each.magnitude))
    return text.getvalue()


_TABLE = """
  1 1952 supernova remnant  Tau 05 34.5 +22 01  8.4
  2 7089 globular cluster   Aqr 21 33.5 -00 49  6.3
  3 5272 globular cluster   CVn 13 42.2 +28 23  6.2
  4 6121 globular cluster   Sco 16 23.6 -26 32  5.6
  5 5904 globular cluster   Ser 15 18.6 +02 05  5.6
  6 6405 open cluster       Sco 17 40.1 -32 13  4.2
  7 6475 open cluster       Sco 17 53.9 -34 49  3.3
  8 6523 diffuse nebula     Sgr 18 03.8 -24 23  6.0
 10 6254 globular cluster   Oph 16 57.1 -04 06  6.6
 11 6705 open cluster       Sct 18 51.1 -06 16  6.3
 13 6205 globular cluster   Her 16 41.7 +36 28  5.8
 15 7078 globular cluster   Peg 21 30.0 +12 10  6.2
 16 6611 open cluster       Ser 18 18.8 -13 47  6.0
 17 6618 diffuse nebula     Sgr 18 20.8 -16 11  6.0
 22 6656 globular cluster   Sgr 18 36.4 -23 54  5.1
 27 6853 planetary nebula   Vul 19 59.6 +22 43  7.4
 31  224 galaxy             And 00 42.7 +41 16  3.4
 32  221 galaxy             And 00 42.7 +40 52  8.1
 33  598 galaxy             Tri 01 33.9 +30 39  5.7
 34 1039 open cluster       Per 02 42.0 +42 47  5.5
 35 2168 open cluster       Gem 06 08.9 +24 20  5.3
 36 1960 open cluster       Aur 05 36.1 +34 08  6.3
 37 2099 open cluster       Aur 05 52.4 +32 33  6.2
 38 1912 open cluster       Aur 05 28.4 +35 50  7.4
 41 2287 open cluster       CMa 06 46.0 -20 44  4.6
 42 1976 diffuse nebula     Ori 05 35.4 -05 27  4.0
 43 1982 diffuse nebula     Ori 05 35.6 -05 16  9.0
 44 2632 open cluster       Cnc 08 40.1 +19 59  3.7
 45    0 open cluster       Tau 03 47.0 +24 07  1.6
 46 2437 open cluster       Pup 07 41.8 -14 49  6.0
 51 5194 galaxy             CVn 13 29.9 +47 12  8.4
 57 6720 planetary nebula   Lyr 18 53.6 +33 02  8.8
 63 5055 galaxy             CVn 13 15.8 +42 02  8.6
 64 4826 galaxy             Com 12 56.7 +21 41  8.5
 65 3623 galaxy             Leo 11 18.9 +13 05  9.3
 66 3627 galaxy             Leo 11 20.2 +12 59  8.9
 67 2682 open cluster       Cnc 08 50.4 +11 49  6.1
 74  628 galaxy             Psc 01 36.7 +15 47  9.4
 76  650 planetary nebula   Per 01 42.4 +51 34 10.1
 77 1068 galaxy             Cet 02 42.7 -00 01  8.9
 78 2068 diffuse nebula     Ori 05 46.7 +00 03  8.3
 81 3031 galaxy             UMa 09 55.6 +69 04  6.9
 82 3034 galaxy             UMa 09 55.8 +69 41  8.4
 83 5236 galaxy             Hya 13 37.0 -29 52  7.6
 87 4486 galaxy             Vir 12 30.8 +12 24  8.6
 92 6341 globular cluster   Her 17 17.1 +43 08  6.4
 97 3587 planetary nebula   UMa 11 14.8 +55 01  9.9
101 5457 galaxy             UMa 14 03.2 +54 21  7.9
104 4594 galaxy             Vir 12 40.0 -11 37  8.0
110  205 galaxy             And 00 40.4 +41 41  8.5
"""


def _read(line: str) -> SkyObject:
    numbers, kind, rest = line[:8].split(), line[9:27].strip(), line[28:].split()
    constellation, hours, minutes, degrees, arcminutes, magnitude = rest
    return SkyObject(
        messier=int(numbers[0]),
        ngc=int(numbers[1]),
        kind=kind,
        constellation=constellation,
        hours=f"{hours} {minutes}",
        degrees=f"{degrees} {arcminutes}",
        magnitude=float(magnitude),
    )


MESSIER = tuple(_read(line) for line in _TABLE.strip("\n").splitlines())
