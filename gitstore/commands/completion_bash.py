"""Completion for bash, as git's own completion looks for it: the function `_git_storage`."""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.commands.completion import Verb, Word, verbs

_START = r"""# bash completion for git storage; made by: python -m gitstore.commands.pages
#
# Git's completion calls _git_storage; so does bash for the program git-storage.

_git_storage ()
{
	# What git has put together already; without git it is put together here.
	if [ -z "${words+x}" ]; then
		local words cword cur
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]}
	fi
	local at=1 verb="" kind="" count=0 only=""
	local common="-C --version --json --quiet --verbose --help"
	case "${words[0]}" in
	git|*/git)
		while [ $at -lt $cword ] && [ "${words[at]}" != storage ]; do at=$((at + 1)); done
		at=$((at + 1))
		;;
	esac
	while [ $at -lt $cword ]; do
		case "${words[at]}" in
		-C) at=$((at + 1)) ;;
		-*) ;;
		*) verb=${words[at]}; break ;;
		esac
		at=$((at + 1))
	done
	COMPREPLY=()
	if [ -z "$verb" ]; then
		case "${words[cword-1]}" in
		-C) ;;
		*) __git_storage_choose "$__git_storage_verbs $common" ;;
		esac
		return
	fi
	at=$((at + 1))
	while [ $at -lt $cword ]; do
		kind=$(__git_storage_value "$verb" "${words[at]}")
		case "${words[at]}" in
		--) only=words ;;
		-*) [ -n "$kind" ] && [ -z "$only" ] && at=$((at + 1)) ;;
		*) count=$((count + 1)) ;;
		esac
		at=$((at + 1))
	done
	kind=""
	if [ -z "$only" ]; then
		case "$cur" in
		--*=*)
			kind=$(__git_storage_value "$verb" "${cur%%=*}")
			cur=${cur#*=}
			;;
		-*)
			__git_storage_choose "$(__git_storage_options "$verb")"
			return
			;;
		*)
			# One more than the options before have taken is the value of the last one.
			[ $at -gt $cword ] && kind=$(__git_storage_value "$verb" "${words[cword-1]}")
			;;
		esac
	fi
	[ -n "$kind" ] || kind=$(__git_storage_word "$verb" $count)
	case "$kind" in
	choice\ *) __git_storage_choose "${kind#choice }" ;;
	verb) __git_storage_choose "$__git_storage_verbs" ;;
	revision)
		__git_storage_choose "$(__git_storage_revisions)"
		__git_storage_ask target
		;;
	storage|target) __git_storage_ask "$kind" ;;
	esac
}

__git_storage_revisions ()
{
	git for-each-ref --format='%(refname:short)' refs/heads refs/tags 2>/dev/null
}

# Of the words in $1, those that begin as typed.
__git_storage_choose ()
{
	local word
	for word in $1; do
		case "$word" in
		"$cur"*) COMPREPLY+=("$word ") ;;
		esac
	done
}

# Of the storages and paths of this project, those that begin as typed.
__git_storage_ask ()
{
	local word typed=$cur
	typed=${typed//\\/}
	while IFS= read -r -d '' word; do
		case "$word" in
		*/) COMPREPLY+=("$(printf %q "$word")") ;;
		*) COMPREPLY+=("$(printf %q "$word") ") ;;
		esac
	done < <(git storage complete -- "$1" "$typed" 2>/dev/null)
}
"""

_END = """
# git pads nothing, and neither do we: a directory can be gone on with.
complete -o bashdefault -o default -o nospace -F _git_storage git-storage
"""


def bash() -> str:
    """The file `git-storage` for bash-completion."""
    return _START + "\n" + "\n".join(_tables()) + "\n" + _END


def _tables() -> Iterator[str]:
    known = verbs()
    yield f'__git_storage_verbs="{" ".join(verb.name for verb in known)}"'
    yield '\n# The options of a verb.\n__git_storage_options ()\n{\n\tcase "$1" in'
    for verb in known:
        names = " ".join(name for option in verb.options for name in option.names)
        yield f'\t{verb.name}) echo "{names}" ;;'
    yield "\tesac\n}"
    yield "\n# What the value of an option of a verb can be; nothing for one without a value."
    yield '__git_storage_value ()\n{\n\tcase "$1 $2" in'
    for verb in known:
        yield from (f"\t{line}" for line in _values(verb))
    yield "\tesac\n}"
    yield "\n# What a verb's word number $2 can be, counted from 0."
    yield '__git_storage_word ()\n{\n\tcase "$1 $2" in'
    for verb in known:
        yield from (f"\t{line}" for line in _words(verb))
    yield "\tesac\n}"


def _values(verb: Verb) -> Iterator[str]:
    for option in verb.options:
        if option.kind:
            names = "|".join(rf"{verb.name}\ {name}" for name in option.names)
            yield f'{names}) echo "{_kind(option)}" ;;'


def _words(verb: Verb) -> Iterator[str]:
    for number, word in enumerate(verb.words):
        last = number == len(verb.words) - 1
        yield f'{verb.name}\\ {"*" if last else number}) echo "{_kind(word)}" ;;'


def _kind(word: Word) -> str:
    return " ".join(("choice", *word.choices)) if word.kind == "choice" else word.kind
