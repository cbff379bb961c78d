"""Completion for fish: for `git-storage`, and what leads fish's own completion of git there."""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.commands.completion import SUMMARY, Verb, Word, verbs

_START = r"""# fish completion for git storage; made by: python -m gitstore.commands.pages

function __git_storage_ask
    git storage complete -- $argv[1] (commandline -ct) 2>/dev/null | string split0
end

function __git_storage_revisions
    git for-each-ref --format='%(refname:short)' refs/heads refs/tags 2>/dev/null
    __git_storage_ask target
end

complete -c git-storage -f
"""
_FOR_GIT = r"""# git storage in fish's completion of git; made by: python -m gitstore.commands.pages
#
# fish looks for programs called git-NAME by itself, but not in every version as they are called
# (3.6 asks for that of `git git-storage`). Where it does, saying it again changes nothing.

complete -c git -n __fish_git_needs_command -a storage -d {summary}
complete -c git -f -n '__fish_git_using_command storage' \
    -a '(__fish_git_complete_custom_command storage)'
"""
_VALUES = {
    "storage": "-x -a '(__git_storage_ask storage)'",
    "target": "-x -a '(__git_storage_ask target)'",
    "revision": "-x -a '(__git_storage_revisions)'",
    "file": "-r -F",
    "none": "-x",
}


def fish() -> str:
    """The file `git-storage.fish`."""
    known = verbs()
    names = " ".join(verb.name for verb in known)
    lines = [_START + f"set -l __git_storage_verbs {names}"]
    without = f'-n "not __fish_seen_subcommand_from {names}"'
    lines.append(f"complete -c git-storage {without} -s C -x -a '(__fish_complete_directories)'")
    for verb in known:
        lines.append(f"complete -c git-storage {without} -a {verb.name} -d {_quoted(verb.summary)}")
    for verb in known:
        lines += _verb(verb, names)
    return "\n".join(line for line in lines if not line.startswith("set -l")) + "\n"


def fish_for_git() -> str:
    """What fish reads when it starts."""
    return _FOR_GIT.replace("{summary}", _quoted(SUMMARY))


def _verb(verb: Verb, names: str) -> Iterator[str]:
    start = f'complete -c git-storage -n "__fish_seen_subcommand_from {verb.name}"'
    for option in verb.options:
        yield f"{start} {_named(option)} -d {_quoted(option.help)} {_value(option, names)}".rstrip()
    for kind in dict.fromkeys(word.kind for word in verb.words):
        word = next(word for word in verb.words if word.kind == kind)
        if kind != "none":
            yield f"{start} {_value(word, names).replace('-x ', '').replace('-r ', '')}"


def _named(option: Word) -> str:
    return " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)


def _value(word: Word, names: str) -> str:
    if word.kind == "choice":
        return f"-x -a {_quoted(' '.join(word.choices))}"
    return f"-x -a {_quoted(names)}" if word.kind == "verb" else _VALUES.get(word.kind, "")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", r"\'") + "'"
