"""Repositories that describe the objects of a `Data`, for each tool that keeps a project.

What a tool's remote must hold is put there by copying files, which is faster than the tool; and
only its way to the server is set anew where there are several.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.peers import DVC, GIT_STORAGE
from bench.scene import BUCKET, Data, Scene, upload

ANNEX_REMOTE = "bench"
_LINKED_FROM = 1 << 28
_JOBS = "-J8"


def git_storage(scene: Scene, data: Data, top: str) -> Path:
    """A project of ours with one data path, `data/NAME`, fed by `TOP/NAME` of the bucket."""
    project = scene.own / f"git-storage-{top}-{data.name}"
    if project.exists():
        return project
    scene.repository(project)
    endpoint = ["--endpoint", scene.server.endpoint]
    keys = f"access={scene.server.access_key}\nsecret={scene.server.secret_key}\n"
    program = str(GIT_STORAGE)
    scene.do([program, "login", "--stdin", f"s3://{BUCKET}", *endpoint], project, keys)
    url = f"s3://{BUCKET}/{top}/{data.name}"
    scene.do([program, "add", data.name, url, "--to", f"data/{data.name}", *endpoint], project)
    scene.commit(project)
    return project


def dvc(scene: Scene, data: Data) -> Path:
    """A project of DVC's with everything in its cache; `dvc` of the bucket is its remote."""
    project = scene.root / f"dvc-{data.name}"
    if not project.exists():
        scene.repository(project)
        run = str(DVC)
        _copy(scene.source(data), project / "tree", data)
        scene.do([run, "init", "--quiet"], project)
        scene.do([run, "config", "cache.type", "hardlink,copy"], project)
        scene.do([run, "remote", "add", "--default", "bench", f"s3://{BUCKET}/dvc"], project)
        scene.do([run, "add", "--quiet", "tree"], project)
        scene.commit(project)
    point_dvc(scene, project)
    return project


def point_dvc(scene: Scene, project: Path) -> None:
    """Let a project or clone of DVC's take this way to the server."""
    text = f"['remote \"bench\"']\n    endpointurl = {scene.server.endpoint}\n"
    (project / ".dvc" / "config.local").write_text(text)


def fill_dvc(scene: Scene, data: Data) -> None:
    """Put on the server what `dvc push` would put there."""
    upload(scene, dvc(scene, data) / ".dvc" / "cache" / "files", "dvc/files")


def annex(scene: Scene, data: Data) -> Path:
    """A project of git-annex's with all content.

    Its remote is a directory beside it: git-annex 10.20230126 signs requests of S3 for a host
    without a port and a region of the host's name, which servers of this machine refuse.
    """
    project = scene.root / f"annex-{data.name}"
    if not project.exists():
        scene.repository(project)
        scene.do(["git", "annex", "init", "bench"], project)
        _copy(scene.source(data), project / "tree", data)
        scene.do(["git", "annex", "add", "--quiet", _JOBS, "tree"], project)
        scene.commit(project)
        _annexed(scene).mkdir(exist_ok=True)
        options = ["type=directory", f"directory={_annexed(scene)}", "encryption=none"]
        scene.do(["git", "annex", "initremote", "--quiet", ANNEX_REMOTE, *options], project)
    return project


def fill_annex(scene: Scene, data: Data) -> None:
    """Let git-annex copy everything to its remote."""
    argv = ["git", "annex", "copy", "--quiet", "--fast", _JOBS, "--to", ANNEX_REMOTE, "tree"]
    scene.do(argv, annex(scene, data))


def enable_annex(scene: Scene, clone: Path) -> None:
    """Let a clone of git-annex's reach its remote."""
    directory = f"directory={_annexed(scene)}"
    scene.do(["git", "annex", "enableremote", "--quiet", ANNEX_REMOTE, directory], clone)


def empty_annex(scene: Scene) -> None:
    """Remove what git-annex has copied to its remote."""
    for each in _annexed(scene).glob("*"):
        scene.do(["chmod", "-R", "u+w", str(each)], scene.root)
        shutil.rmtree(each)


def annexed(scene: Scene) -> int:
    """How many objects git-annex has copied to its remote."""
    return sum(each.is_file() for each in _annexed(scene).glob("*/*/*/*"))


def lfs(scene: Scene, data: Data) -> Path:
    """A project of git-lfs's with everything in its own store."""
    project = scene.root / f"lfs-{data.name}"
    if not project.exists():
        scene.repository(project)
        scene.do(["git", "lfs", "install", "--local", "--skip-repo"], project)
        (project / ".gitattributes").write_text("*.dat filter=lfs diff=lfs merge=lfs -text\n")
        _copy(scene.source(data), project / "tree", data)
        scene.commit(project)
    return project


def fill_lfs(scene: Scene, data: Data) -> None:
    """Put on the server what `git lfs push` would put there."""
    lfs(scene, data)
    flat = scene.root / f"lfs-objects-{data.name}"
    flat.mkdir(exist_ok=True)
    for number in range(data.files):
        file = scene.source(data) / data.path(number)
        link = flat / scene.digest(file).hex()
        if not link.exists():
            link.symlink_to(file)
    upload(scene, flat, "lfs")


def _annexed(scene: Scene) -> Path:
    return scene.root / "annexed"


def _copy(source: Path, target: Path, data: Data) -> None:
    # Links where a copy would not fit the RAM disk; nobody writes to files that have their bytes.
    link = data.files * data.size >= _LINKED_FROM
    shutil.copytree(source, target, copy_function=os.link if link else shutil.copyfile)
