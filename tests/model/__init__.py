"""A random model of several clones, one bucket and one git history, around the real code."""
