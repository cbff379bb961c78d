"""Completion for zsh, whose own completion of git calls `_git-storage`."""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.commands.completion import SUMMARY, Verb, Word, verbs

_START = r"""#compdef git-storage
#description {summary}
# Made by: python -m gitstore.commands.pages

_git-storage-ask () {
  local -a found ended open
  found=( ${(0)"$(git storage complete -- $1 "$PREFIX" 2>/dev/null)"} )
  ended=( ${found:#*/} )
  open=( ${(M)found:#*/} )
  compadd -a ended
  compadd -S '' -a open
}

_git-storage-storage () { _git-storage-ask storage }
_git-storage-target () { _git-storage-ask target }
_git-storage-revision () {
  local format='%(refname:short)'
  compadd -- ${(f)"$(git for-each-ref --format=$format refs/heads refs/tags 2>/dev/null)"}
  _git-storage-ask target
}

"""
_MAIN = r"""
_git-storage () {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  _arguments -C \
    '*-C[run in another directory]:directory:_files -/' \
    '--version[print the version]' \
    '--json[print one JSON document]' \
    '(-q --quiet)'{-q,--quiet}'[say nothing but errors and what was asked for]' \
    '(-v --verbose)'{-v,--verbose}'[say more]' \
    '(-h --help)'{-h,--help}'[print help]' \
    '1: :_git-storage-verb' \
    '*:: :->rest' && ret=0
  [[ $state == rest ]] || return ret
  case $line[1] in
"""
_END = r"""  esac
  return ret
}

_git-storage "$@"
"""
_ACTIONS = {
    "storage": "_git-storage-storage",
    "target": "_git-storage-target",
    "revision": "_git-storage-revision",
    "verb": "_git-storage-verb",
    "file": "_files",
    "none": " ",
}


def zsh() -> str:
    """The file `_git-storage`."""
    known = verbs()
    named = "\n".join(f"    {_quoted(f'{verb.name}:{verb.summary}')}" for verb in known)
    verb = f"_git-storage-verb () {{\n  local -a verbs=(\n{named}\n  )\n"
    verb += "  _describe -t commands 'command' verbs\n}\n"
    cases = "".join(f"  {v.name})\n{_case(v)}    ;;\n" for v in known)
    return _START.replace("{summary}", SUMMARY) + verb + _MAIN + cases + _END


def _case(verb: Verb) -> str:
    lines = ["    _arguments -s -S", *_options(verb), *_words(verb)]
    return " \\\n      ".join(lines) + " && ret=0\n"


def _options(verb: Verb) -> Iterator[str]:
    for option in verb.options:
        told = option.help.replace("[", "(").replace("]", ")").replace(":", r"\:")
        value = f":{option.names[-1].lstrip('-')}:{_action(option)}" if option.kind else ""
        for name in option.names:
            joined = "=" if option.kind and name.startswith("--") else ""
            yield _quoted(f"*{name}{joined}[{told}]{value}")


def _words(verb: Verb) -> Iterator[str]:
    for number, word in enumerate(verb.words, 1):
        place = "*" if number == len(verb.words) else str(number)
        yield _quoted(f"{place}: :{_action(word)}")


def _action(word: Word) -> str:
    return f"({' '.join(word.choices)})" if word.kind == "choice" else _ACTIONS[word.kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", r"'\''") + "'"
