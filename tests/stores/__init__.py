"""Stores, against the contract suite and on their own."""
