"""Whole scenarios over the emulators of the clouds."""
