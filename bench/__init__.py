"""Measurements beside other tools: `make bench`. Ratios of one run, no assertions."""
