"""Stores: one module per kind of remote place, each filling the seam of `gitstore.core.store`."""
