"""How git merges and shows pointers: the configuration that `git storage install` writes.

`.gitattributes` travels with a clone and only names the drivers (`blocks.ATTRIBUTES`). What they
run is configuration, which git takes from nobody but the user. All of it is constant, and none of
it can stop git where this tool is missing. See gitattributes(5), *Defining a custom merge driver*
and *Performing text diffs of binary files*.
"""

from __future__ import annotations

CONFLICT = 3
"""The exit status of `git-storage merge-driver` once it has written conflict markers.

Not 1, which is also how Python ends when it cannot even start the program: then nothing was
written, git would take "ours" for the result, and somebody would commit it.
"""

_MERGE = (
    "git-storage merge-driver -- %O %A %B %L %P; "
    f"case $? in 0) exit 0;; {CONFLICT}) exit 1;; esac; "
    # Missing, killed or broken: what git does without a driver. A status above 128 is no conflict
    # to git but a failure of its own, so it ends as 1.
    "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B || exit 1"
)

# Runs of 32 characters and more are hashes or random: their first eight tell them apart. Shorter
# ones may be times and counters, which differ in their last digits, and stay. `sed` because git
# dies where the program is missing, and because it runs twice for each file of each commit.
_SHOW = (
    r"""LC_ALL=C sed 's/\([[:cntrl:]][a-z0-9]*:"\{0,1\}[0-9A-Za-z._]\{8\}\)"""
    r"""[0-9A-Za-z._]\{24,\}/\1/g'"""
)

DRIVERS: tuple[tuple[str, str], ...] = (
    ("merge.git-storage.name", "git storage: object by object"),
    ("merge.git-storage.driver", _MERGE),
    ("diff.git-storage.textconv", _SHOW),
    # A slice is named by a hash; its first line says which objects are in it.
    ("diff.git-storage.xfuncname", "^((from|until)( .*)?)$"),
)
"""Configuration keys of git and their values."""
