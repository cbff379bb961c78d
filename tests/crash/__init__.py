"""Killing the real `git storage` at every system call that has an effect, and at named steps."""
