"""What a transfer would move, as values that commands print and the Python API returns. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests a transfer takes.

    Attributes:
        listing: pages of the listing that it begins with.
        reading: for bytes that come.
        writing: for bytes that go.
        erasing: for objects that go.
        measuring: to find out, once for this clone, what the storage can do.
    """

    listing: int
    reading: int
    writing: int
    erasing: int
    measuring: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.listing + self.reading + self.writing + self.erasing + self.measuring


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan would move.

    Attributes:
        data_path: where.
        down: the objects that would come.
        bytes_down: their bytes.
        up: the objects that would be given.
        bytes_up: their bytes.
        erased: the objects that would be erased on the storage.
        free: bytes that are free here.
        requests: None where nobody counts them.
    """

    data_path: str
    down: int
    bytes_down: int
    up: int
    bytes_up: int
    erased: int
    free: int
    requests: Requests | None
