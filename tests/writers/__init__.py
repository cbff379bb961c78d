"""Many clones that write the same objects at the same time, and a count of what became of it."""
