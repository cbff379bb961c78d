"""What people type, and what becomes of the pointer: one line for every operation of git.

`told` is how often the hooks say that pointers changed; `pointer` is what `deep/data.storage` says
afterwards in git's index, and `here` in the work tree where that differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.hooks.worlds import AHEAD, BEGIN, BOTH, MAIN, NONE, POINTER

P = POINTER
THEIRS = f"git show ahead:{P} >{P}"
TOLD, SILENT = 1, 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of git.

    Attributes:
        typed: a line of shell.
        told: how often it is said that pointers changed.
        pointer: what the pointer says afterwards in the index.
        here: what it says in the work tree; None where that is the same.
        before: a line of shell that prepares it.
        conflicts: how often it is said that pointers are in conflict.
        without: settings in which git itself fails, or it is something else.
    """

    typed: str
    told: int
    pointer: str
    here: str | None = None
    before: str = ""
    conflicts: int = 0
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.before}; {self.typed}" if self.before else self.typed


OPERATIONS = (
    # Going somewhere else
    Operation("git switch ahead", TOLD, AHEAD),
    Operation("git switch code", SILENT, MAIN),
    Operation("git switch -c new", SILENT, MAIN),
    Operation("git switch --detach main~1", TOLD, BEGIN),
    Operation("git switch ahead; git switch -", 2 * TOLD, MAIN),
    Operation("git switch --orphan empty", SILENT, NONE),
    Operation("git checkout ahead", TOLD, AHEAD),
    Operation("git checkout --force ahead", TOLD, AHEAD, before=THEIRS),
    Operation("git checkout -b new ahead", TOLD, AHEAD),
    Operation("git checkout --merge ahead", TOLD, AHEAD),
    Operation("git read-tree -m -u HEAD ahead", TOLD, AHEAD),
    # Single files
    Operation(f"git checkout ahead -- {P}", TOLD, AHEAD),
    Operation(f"git checkout HEAD -- {P}", TOLD, MAIN, before=f"git checkout ahead -- {P}"),
    Operation(f"git checkout -- {P}", SILENT, MAIN, before=THEIRS),
    Operation(f"git restore {P}", SILENT, MAIN, before=THEIRS),
    Operation(f"git restore --source ahead {P}", TOLD, MAIN, here=AHEAD),
    # Where the work tree leaves the pointer out, the index has the only one, and it has changed.
    Operation(
        f"git restore --source ahead --staged {P}", SILENT, AHEAD, here=MAIN, without=("sparse",)
    ),
    Operation(f"git restore --source ahead --staged --worktree {P}", TOLD, AHEAD),
    # Resetting
    Operation("git reset --hard ahead", TOLD, AHEAD),
    Operation("git reset --keep ahead", TOLD, AHEAD),
    Operation("git reset --merge ahead", TOLD, AHEAD),
    Operation("git reset --soft main~1", SILENT, MAIN),
    Operation("git reset main~1", SILENT, BEGIN, here=MAIN),
    Operation("git reset --hard", SILENT, MAIN, before=THEIRS),
    # Putting aside
    Operation("git stash", TOLD, MAIN, before=f"git checkout ahead -- {P}"),
    Operation("git stash; git stash pop", 2 * TOLD, MAIN, AHEAD, f"git checkout ahead -- {P}"),
    Operation("git stash --include-untracked", SILENT, MAIN, before="mkdir -p code; >code/x"),
    # Commits
    Operation("git commit --allow-empty -m x", SILENT, MAIN),
    Operation("git commit --amend --allow-empty -m x", SILENT, MAIN),
    Operation("git commit -a -m x", SILENT, AHEAD, before=f"git checkout ahead -- {P}"),
    Operation(f"git commit -m x -- {P}", SILENT, AHEAD, before=f"git checkout ahead -- {P}"),
    Operation("git cherry-pick ahead", TOLD, AHEAD),
    Operation("git cherry-pick side", TOLD, BOTH),
    Operation("git cherry-pick --no-commit side", TOLD, BOTH),
    Operation("git cherry-pick code", SILENT, MAIN),
    Operation("git revert --no-edit HEAD", TOLD, BEGIN),
    Operation("git revert --no-commit HEAD", TOLD, BEGIN),
    # Merging
    Operation("git merge ahead", TOLD, AHEAD),
    Operation("git merge --no-ff --no-edit ahead", TOLD, AHEAD),
    Operation("git merge --no-edit side", TOLD, BOTH),
    Operation("git merge --no-edit tools", SILENT, MAIN),
    Operation("git merge --squash side", TOLD, BOTH),
    Operation("git merge --no-edit tools other", TOLD, MAIN),
    Operation("git merge --no-edit -s ours side", SILENT, MAIN),
    Operation("git merge clash; git merge --abort", SILENT, MAIN, conflicts=1),
    # Rebasing
    Operation("git rebase ahead", TOLD, AHEAD),
    Operation("git rebase code", SILENT, MAIN),
    Operation("git rebase side", TOLD, BOTH),
    Operation("git rebase --apply side", 2 * TOLD, BOTH, without=("sparse",)),
    Operation("GIT_SEQUENCE_EDITOR=true git rebase -i side", TOLD, BOTH),
    Operation("git rebase --onto side main~1 ahead", TOLD, "m31:2 m33:3 m42:4"),
    Operation("git rebase clash; git rebase --abort", SILENT, MAIN, conflicts=1),
    # Pulling and pushing
    Operation("git fetch", SILENT, MAIN),
    Operation("git pull origin ahead", TOLD, AHEAD),
    Operation("git pull --no-rebase --no-edit origin side", TOLD, BOTH),
    Operation("git pull --rebase origin ahead", TOLD, AHEAD),
    Operation("git pull --rebase origin side", TOLD, BOTH),
    Operation("git push origin main:refs/heads/new", SILENT, MAIN),
    Operation("git push --force origin tools:code", SILENT, MAIN),
    Operation("git push --delete origin tools", SILENT, MAIN),
    Operation("git push --tags", SILENT, MAIN, before="git tag one; git tag -a -m two two"),
    # Patches
    Operation("git am patch", TOLD, AHEAD, before="git format-patch -1 --stdout ahead >patch"),
    Operation(
        "git am --3way patch",
        TOLD,
        BOTH,
        before="git format-patch -1 --stdout side >patch",
        without=("sparse",),
    ),
    # Searching
    Operation("git bisect start ahead main~2", TOLD, MAIN, before="git switch ahead"),
    Operation(
        "git bisect reset", TOLD, AHEAD, before="git switch ahead; git bisect start ahead main~2"
    ),
    # Nothing of ours
    Operation("git worktree add ../another side", SILENT, MAIN),
    Operation("git status", SILENT, MAIN),
    Operation("git gc --quiet", SILENT, MAIN),
    Operation("git add --all", SILENT, MAIN),
    Operation("git rm -q --cached .gitignore", SILENT, MAIN),
)
"""Every operation of git that moves the index or the work tree, or fires a hook of ours."""

BROKEN = f"echo broken >>{P}; git add --sparse {P}"
"""Makes a pointer that nobody can read."""

COMMITS = (
    "git commit -a -m x",
    f"git commit -m x -- {P}",
    "git commit -m x",
    "git commit --amend --no-edit",
    "git commit --amend -a --no-edit",
)
"""Commits of such a pointer; the first two make an index of their own."""

PROMISE = (
    f"git show HEAD:{P} | sed 's/^m31.*/m31.fits\t7\tsha256:{'7' * 64}/' >new; mv new {P};"
    f" git add --sparse {P}; git commit -q --no-verify -m promise"
)
"""Commits a promise that the storage does not hold."""

PUSHES = (
    "git push origin main",
    "git push origin HEAD:refs/heads/new",
    "git push --force origin main:side",
    "git push origin main side:one tools:two",
    "git push --all origin",
    "git tag -a -m x x; git push origin x",
    'git push "$(git remote get-url origin)" main',
)
"""Pushes of such a commit."""
