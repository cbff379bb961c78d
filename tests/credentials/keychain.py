"""A keychain: a tiny credential helper of git that keeps what it is given in a directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# The protocol of git-credential(1). It remembers which questions it was asked.
_PROGRAM = """\
#!/bin/sh
fields=$(cat)
get() { printf '%s\\n' "$fields" | sed -n "s/^$1=//p"; }
kept="$(dirname "$0")/kept-$(printf %s "$(get protocol)@$(get host)@$(get path)" | tr / %)"
echo "$1 $(get protocol)://$(get host)/$(get path)" >>"$(dirname "$0")/questions"
case $1 in
get) test ! -e "$kept" || cat "$kept" ;;
store) printf 'username=%s\\npassword=%s\\n' "$(get username)" "$(get password)" >"$kept" ;;
erase) rm -f "$kept" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Keychain:
    """The helper's directory."""

    root: Path

    @property
    def program(self) -> Path:
        """What `credential.helper` is set to."""
        return self.root / "helper"

    def kept(self) -> str:
        """Everything that is kept."""
        return "".join(path.read_text() for path in sorted(self.root.glob("kept-*")))

    def questions(self) -> list[str]:
        """What was asked so far, each as `verb protocol://host/path`; forgotten with the answer."""
        log = self.root / "questions"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found


def keychain(root: Path) -> Keychain:
    """A new, empty keychain in a directory that is made for it."""
    root.mkdir()
    made = Keychain(root)
    made.program.write_text(_PROGRAM)
    made.program.chmod(0o755)
    return made
