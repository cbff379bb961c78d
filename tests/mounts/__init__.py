"""Mounts: real ones, through FUSE, of real storages."""
