"""Adapters to the world: git, the work tree, the state on disk, the stores. None imports another."""
