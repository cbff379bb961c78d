"""Providers that are not built in."""
