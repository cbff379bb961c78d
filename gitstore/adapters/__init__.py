"""Adapters to the world: git, work tree, state on disk, stores. None imports another."""
