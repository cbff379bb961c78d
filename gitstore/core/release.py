"""Which release this is: what one has kept in a cache may mean something else to another."""

from __future__ import annotations

__version__ = "0.1.0"
