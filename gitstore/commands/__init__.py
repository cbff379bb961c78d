"""The commands of `git storage`: one module per verb, imported only when it runs.

The docstring of a module is the help of its verb: the first line says in the imperative what it
does, and headings in capitals begin sections. `arguments` declares what can be typed, `run` does it
and returns the exit status.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from gitstore.commands.parser import Parser, common
from gitstore.ui.screen import Screen

GROUPS: Mapping[str, Mapping[str, str]] = {
    "describe data": {
        "add": "gitstore.commands.add",
        "ls": "gitstore.commands.ls",
        "mv": "gitstore.commands.mv",
        "forget": "gitstore.commands.forget",
    },
    "bring data here": {
        "clone": "gitstore.commands.clone",
        "start": "gitstore.commands.start",
        "stage": "gitstore.commands.stage",
        "unstage": "gitstore.commands.unstage",
        "mount": "gitstore.commands.mount",
        "umount": "gitstore.commands.umount",
        "restore": "gitstore.commands.restore",
    },
    "use data elsewhere": {
        "cat": "gitstore.commands.cat",
        "url": "gitstore.commands.url",
    },
    "see what changed": {
        "status": "gitstore.commands.status",
        "diff": "gitstore.commands.diff",
    },
    "take changes back": {
        "record": "gitstore.commands.record",
        "sync": "gitstore.commands.sync",
        "rm": "gitstore.commands.rm",
        "resolve": "gitstore.commands.resolve",
    },
    "open storages": {
        "trust": "gitstore.commands.trust",
        "login": "gitstore.commands.login",
        "logout": "gitstore.commands.logout",
    },
    "find and mend": {
        "undo": "gitstore.commands.undo",
        "verify": "gitstore.commands.verify",
        "doctor": "gitstore.commands.doctor",
        "install": "gitstore.commands.install",
        "help": "gitstore.commands.help",
    },
    "for git": {
        "hook": "gitstore.commands.hook",
        "merge-driver": "gitstore.commands.merge_driver",
    },
    "for shells": {
        "complete": "gitstore.commands.complete",
    },
    "for mounts": {
        "serve-mount": "gitstore.commands.serve_mount",
    },
}
"""What the verbs are for, and the module of each."""

COMMANDS: Mapping[str, str] = {
    name: module for group in GROUPS.values() for name, module in group.items()
}
"""The module of every verb."""

ALIASES: Mapping[str, str] = {"unmount": "umount"}
"""Other spellings of verbs."""


@dataclass(frozen=True, slots=True)
class Command:
    """One verb.

    Attributes:
        name: the verb.
        text: its help, the docstring of its module.
        parser: what can be typed behind it.
        run: does it, and returns the exit status.
    """

    name: str
    text: str
    parser: Parser
    run: Callable[[argparse.Namespace, Screen], int]

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return self.text.partition("\n")[0]


def command(name: str) -> Command:
    """The command of a verb; imports its module.

    Args:
        name: one of `COMMANDS`.
    """
    module = import_module(COMMANDS[name])
    parser = Parser(name)
    module.arguments(parser)
    common(parser)
    return Command(name, inspect.cleandoc(module.__doc__ or ""), parser, module.run)
