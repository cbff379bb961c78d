"""The manual pages in roff, one for the tool and one for every command.

Git answers `git storage --help`, `git help storage` and `git help storage-stage` itself, by
`man git-storage` and `man git-storage-stage`. The macros are those of man(7); the text is that of
the Markdown pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitstore.commands import COMMANDS, GROUPS, command
from gitstore.commands.pages import STATUS, options, page
from gitstore.commands.parser import Parser, common

MAIN = "git-storage.1"

_DESCRIPTION = """\
A git repository describes data that lies elsewhere: in a bucket, or on a file server. `git storage`
brings the recorded bytes here, takes changes back, and overwrites nobody's work on the way.

`.storage.yaml` says which storages there are and which data paths of the project they feed; beside
each data path a pointer, `PATH.storage`, names the objects that make it up. Both are committed; the
data paths themselves are ignored by git."""


def manuals() -> dict[str, str]:
    """The pages by file name."""
    found = {f"git-storage-{name}.1": roff(page(command(name))) for name in COMMANDS}
    return {MAIN: roff(overview()), **found}


def overview() -> str:
    """The page of the tool, in Markdown."""
    usage = "    git storage [-C DIR] [--json] [-q] [-v] COMMAND [ARGUMENTS]\n"
    parser = Parser()
    common(parser)
    parts = ["# git storage", "## NAME"]
    parts += ["git-storage - keep data in its own storage and its description in git"]
    parts += ["## SYNOPSIS", usage + "    git storage --version", "## DESCRIPTION", _DESCRIPTION]
    parts.append("## COMMANDS")
    for title, names in GROUPS.items():
        parts.append(f"### {title.capitalize()}")
        parts += [f"`{name}`\n: {command(name).summary}" for name in names]
    parts += ["## OPTIONS", "`-C DIR`\n: run in another directory, as git does"]
    parts += options(parser.declared)
    parts += [f"## {STATUS.partition(chr(10))[0]}", STATUS.partition("\n")[2].strip()]
    named = ", ".join(f"git-storage-{name}(1)" for name in COMMANDS)
    return "\n\n".join([*parts, "## SEE ALSO", named]) + "\n"


def roff(markdown: str) -> str:
    """A page of Markdown as roff; only what the pages of commands use of it."""
    head, _, rest = markdown.partition("\n")
    name = head.removeprefix("# ").replace(" ", "-").upper()
    lines = [f'.TH {name} 1 "" "git storage" "Git Manual"']
    lines.append(".ad l")  # stretched lines look odd on a terminal, where words are long
    for paragraph in re.split(r"\n\n+", rest.strip("\n")):
        lines += _paragraph(paragraph)
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> Iterator[str]:
    if text.startswith("### "):
        yield f".SS {_escaped(text[4:])}"
    elif text.startswith("## "):
        yield f".SH {_escaped(text[3:])}"
    elif text.startswith("    "):
        literal = [_escaped(line[4:]) or r"\&" for line in text.splitlines()]
        yield from (".PP", ".nf", ".RS", *literal, ".RE", ".fi")
    elif text.startswith("- "):
        for item in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
            yield from (r".IP \(bu 2", _escaped(_bare(item.strip())))
    elif "\n: " in text:
        term, _, told = text.partition("\n: ")
        yield from (".TP", f".B {_escaped(_bare(term))}", _escaped(_bare(told)))
    else:
        yield from (".PP", _escaped(_bare(text)))


def _bare(text: str) -> str:
    """The text without marks of code, also where a mark spans lines."""
    return re.sub(r"`([^`]+)`", r"\1", text)


def _escaped(text: str) -> str:
    lines = text.replace("\\", r"\e").replace("-", r"\-").splitlines()
    # A line that begins with a point or an apostrophe would be a request.
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in lines)
