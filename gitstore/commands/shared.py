"""The files that other programs look for beside the installed command: man and three shells."""

from __future__ import annotations

from pathlib import Path

from gitstore.commands.completion_bash import bash
from gitstore.commands.completion_fish import fish, fish_for_git
from gitstore.commands.completion_zsh import zsh
from gitstore.commands.manual import MAIN, manuals


def shared() -> dict[str, str]:
    """The content of every file, by path below `share`."""
    pages = manuals()
    # For `git help storage-stage` git asks man for `gitstorage-stage`, since it knows no such verb.
    others = {f"git{name[4:]}": f".so man1/{name}\n" for name in pages if name != MAIN}
    return {
        **{f"man/man1/{name}": text for name, text in (pages | others).items()},
        "bash-completion/completions/git-storage": bash(),
        "zsh/site-functions/_git-storage": zsh(),
        "fish/vendor_completions.d/git-storage.fish": fish(),
        "fish/vendor_conf.d/git-storage.fish": fish_for_git(),
    }


def write_shared(directory: Path) -> None:
    """Write every file, and remove pages of commands that are gone."""
    wanted = shared()
    for name, text in wanted.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in (directory / "man" / "man1").iterdir():
        if f"man/man1/{path.name}" not in wanted:
            path.unlink()
