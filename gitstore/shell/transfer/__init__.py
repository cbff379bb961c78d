"""Carrying plans out: the only package that moves bytes.

Every step keeps the order of rule B6. Down: temporary file, verify, flush, rename, fact and base.
Up: intent, write, fact and base. The pointer comes last and is written by the caller. Whatever
stops in between is finished by running the same command again.
"""

from gitstore.shell.transfer.executor import execute
from gitstore.shell.transfer.ledger import Change, Ledger, base_as_json, base_from_json
from gitstore.shell.transfer.run import Task

__all__ = ["Change", "Ledger", "Task", "base_as_json", "base_from_json", "execute"]
