"""One project in every setting that git knows, made once and copied for each test.

The history, with what `deep/data.storage` says at each commit as `NAME:SIZE`:

    begin --- describe (m31:1 m33:1) --- main (m31:2 m33:1) --- ahead (m31:2 m33:1 m42:4)
                 |                          `-- code (the same, and a program)
                 |-- side (m31:1 m33:3)
                 |-- clash (m31:5 m33:1)
                 |-- other (another data path's pointer)
                 `-- tools (a program)

A world has `main` checked out and all of its data staged. Since then somebody has edited m33.fits
and made a file; neither is recorded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gitstore.core.drivers import DRIVERS
from tests.hooks.scenes import script
from tests.lab import Bucket, Lab, make

POINTER = "deep/data.storage"
BEGIN, MAIN = "m31:1 m33:1", "m31:2 m33:1"
AHEAD, SIDE, BOTH = "m31:2 m33:1 m42:4", "m31:1 m33:3", "m31:2 m33:3"
NONE = ""
WORK = {"deep/data/m33.fits": b"hours of work", "deep/data/new.fits": b"not recorded"}
BRANCHES = ("ahead", "code", "side", "clash", "other", "tools")
FOREIGN = (
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
)


@dataclass(frozen=True, slots=True)
class World:
    """A project in one setting.

    Attributes:
        lab: the clone that is used.
        paths: the files that name the directory of the world, relative to it.
    """

    lab: Lab
    paths: tuple[str, ...] = ()

    def copy(self, root: Path) -> Lab:
        """The same somewhere else."""
        old = str(self.lab.root)
        shutil.copytree(
            self.lab.root, root, symlinks=True, dirs_exist_ok=True, copy_function=_copied
        )
        for path in self.paths:
            text = (root / path).read_text()
            (root / path).write_text(text.replace(old, str(root)))
        environment = {k: v.replace(old, str(root)) for k, v in self.lab.environment.items()}
        top = root / self.lab.top.relative_to(self.lab.root)
        return Lab(root, top, Bucket(root / "bucket"), environment)


def _copied(old: str, new: str) -> None:
    # Nobody writes to git's objects, so that they can be shared.
    if "/objects/" in old:
        os.link(old, new)
    else:
        shutil.copy2(old, new)


def history(root: Path) -> World:
    """The remote with its branches, and the bucket."""
    lab = make(root)
    dates = {f"GIT_{role}_DATE": "2026-01-01T00:00:00Z" for role in ("AUTHOR", "COMMITTER")}
    lab.environment |= dates  # the same commit has the same name in every world
    # Copies have other inodes and times of change; git shall not look at the files again for that.
    lab.git("config", "--global", "core.checkStat", "minimal")
    lab.git("config", "--global", "core.trustctime", "false")
    lab.git("config", "--global", "advice.detachedHead", "false")
    lab.git("config", "--global", "merge.suppressDest", "*")
    lab.git("config", "--global", "protocol.file.allow", "always")
    lab.run("git", "config", "uploadpack.allowFilter", "true", at="../remote.git")
    lab.run("git", "config", "uploadpack.allowAnySHA1InWant", "true", at="../remote.git")
    for key in ("m31.fits", "m33.fits"):
        lab.bucket.put(key, b"1")
    script(root / "library" / "x", "")
    lab.storage("add", "survey", "../bucket", "--to", "deep/data")
    lab.storage("add", "library", "../library", "--to", "more")
    lab.storage("stage", "--all")
    lab.commit("describe")
    _recorded(lab, "side", "deep/data/m33.fits", b"333")
    _recorded(lab, "clash", "deep/data/m31.fits", b"55555")
    _recorded(lab, "other", "more/x", b"333")
    _program(lab, "tools", "main")
    lab.git("switch", "--quiet", "main")
    lab.storage("restore", "deep/data", "more")
    lab.write("deep/data/m31.fits", b"22")
    lab.storage("sync", "deep")
    lab.commit("main")
    _program(lab, "code", "main")
    lab.git("switch", "--quiet", "-c", "ahead", "main")
    lab.bucket.put("m42.fits", b"4444")
    lab.storage("sync", "deep")
    lab.commit("ahead")
    lab.git("push", "--quiet", "origin", *BRANCHES)
    lab.git("switch", "--quiet", "main")
    return _settled(lab)


def _recorded(lab: Lab, branch: str, path: str, content: bytes) -> None:
    """A branch of `main` with one object recorded in another version."""
    lab.git("switch", "--quiet", "-c", branch, "main")
    lab.storage("restore", "deep/data", "more")
    lab.write(path, content)
    lab.storage("record")
    lab.git("commit", "--quiet", "--message", branch)


def _program(lab: Lab, branch: str, start: str) -> None:
    lab.git("switch", "--quiet", "-c", branch, start)
    lab.write(f"code/{branch}.py", b"pass\n")
    lab.git("add", "code")
    lab.git("commit", "--quiet", "--message", branch)


def _settled(lab: Lab) -> World:
    """What was made, in few files, with those that name its directory."""
    for sample in lab.root.rglob("*.sample"):
        sample.unlink()
    lab.git("gc", "--quiet")
    lab.run("git", "gc", "--quiet", at=os.path.relpath(lab.root / "remote.git", lab.top))
    old = str(lab.root).encode()
    paths: list[str] = []
    for path in lab.root.rglob("*"):
        text = path.is_file() and "objects" not in path.parts and path.suffix != ".db"
        if text and old in path.read_bytes():
            paths.append(str(path.relative_to(lab.root)))
    return World(lab, tuple(paths))


# The settings: each a way to the clone that is used, in a copy of the history


def _cloned(lab: Lab, *options: str, name: str = "work") -> Lab:
    url = f"file://{lab.root}/remote.git"
    lab.git("clone", "--quiet", "--no-single-branch", *options, url, f"../{name}")
    return replace(lab, top=lab.root / name)


def plain(lab: Lab) -> Lab:
    return _cloned(lab)


def autostage(lab: Lab) -> Lab:
    lab.git("config", "--global", "storage.autoStage", "true")
    return _cloned(lab)


def foreign(lab: Lab) -> Lab:
    work = _cloned(lab)
    noting(work.top / ".git" / "hooks")
    return work


def hooks_path(lab: Lab) -> Lab:
    work = _cloned(lab)
    noting(lab.root / "my hooks")
    work.git("config", "core.hooksPath", str(lab.root / "my hooks"))
    return work


def worktree(lab: Lab) -> Lab:
    work = _cloned(lab)
    work.git("switch", "--quiet", "--detach")
    work.git("worktree", "add", "--quiet", "../tree", "main")
    return replace(work, top=lab.root / "tree")


def submodule(lab: Lab) -> Lab:
    (lab.root / "outer").mkdir()
    for name in ("bucket", "library"):
        (lab.root / "outer" / name).symlink_to(f"../{name}")
    outer = replace(lab, top=lab.root / "outer")
    outer.git("init", "--quiet")
    url = f"file://{lab.root}/remote.git"
    outer.git("submodule", "--quiet", "add", url, "inner")
    outer.git("commit", "--quiet", "--message", "inner")
    return replace(lab, top=lab.root / "outer" / "inner")


def shallow(lab: Lab) -> Lab:
    return _cloned(lab, "--depth=3")


def sparse(lab: Lab) -> Lab:
    work = _cloned(lab)
    work.git("sparse-checkout", "set", "code")
    return work


def partial(lab: Lab) -> Lab:
    return _cloned(lab, "--filter=blob:none")


SETTINGS: dict[str, Callable[[Lab], Lab]] = {
    "plain": plain,
    "foreign hooks": foreign,
    "hooks path": hooks_path,
    "worktree": worktree,
    "submodule": submodule,
    "shallow": shallow,
    "sparse": sparse,
    "partial": partial,
    "autostage": autostage,
}


def world(past: World, setting: str, root: Path) -> World:
    """The project in a setting, with hooks, staged data and unrecorded work."""
    lab = SETTINGS[setting](past.copy(root))
    shutil.rmtree(root / "project")
    for branch in BRANCHES:
        lab.git("branch", "--quiet", branch, f"origin/{branch}")
    lab.storage("install")
    lab.storage("stage", "--all")
    for path, content in WORK.items():
        lab.write(path, content)
    return _settled(lab)


def without_ours(one: World, root: Path) -> World:
    """The same world without our hooks: what happens there is what git does."""
    lab = one.copy(root)
    lab.storage("install", "--uninstall")
    for key, value in DRIVERS:
        lab.git("config", key, value)
    return _settled(lab)


def noting(hooks: Path) -> None:
    """Hooks of another tool, which note their event, arguments and standard input."""
    for event in FOREIGN:
        body = f'echo "foreign {event}" >&2\n'
        body += f'{{ echo "{event} $*"; sed "s/^/  /"; }} >>"$FOREIGN_LOG"'
        script(hooks / event, body)
