"""Git, asked through its own binary; the only module that runs it, one method per question.

Paths go in and come out relative to the top level of the work tree, with `/`, and are never
patterns. The caller's environment is passed on, because hooks name their index there.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitstore.core.errors import Locked, NotARepository, StorageError, UnknownName

# Newlines are allowed in paths and rev-parse cannot end its answers with NUL, so answers that can
# only be true or false stand between the paths, in an order that no sane path contains.
_BETWEEN = ("--is-bare-repository", "--is-inside-work-tree", "--is-bare-repository")
_FIND = (
    *("--is-bare-repository", "--show-toplevel", *_BETWEEN, "--git-dir"),
    *(*_BETWEEN, "--git-common-dir", *_BETWEEN, "--show-prefix"),
)
_FOUND = re.compile(
    r"false\n(?P<top>/.*)\n{0}(?P<git_dir>/.*)\n{0}(?P<common_dir>/.*)\n{0}(?P<prefix>.*)\n".format(
        r"false\n(?:true|false)\nfalse\n"
    ),
    re.DOTALL,
)

_REGULAR = frozenset({"100644", "100755"})
_SUBMODULE = "160000"


class Git:
    """A git work tree, asked through the git binary.

    Attributes:
        top: the top level of the work tree, without symbolic links.
        git_dir: the git directory of this work tree.
        common_dir: the git directory that all work trees of the clone share.
        prefix: where the caller stands, relative to `top`; `''` at the top.
    """

    def __init__(self, top: Path, git_dir: Path, common_dir: Path, prefix: str) -> None:
        self.top = top
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.prefix = prefix
        self._sections: dict[str, dict[str, str]] = {}

    @classmethod
    def find(cls, start: Path) -> Git:
        """The work tree that a directory belongs to, as git itself would find it.

        Raises:
            NotARepository: there is none, it is bare, or git does not trust its owner.
        """
        arguments = ["rev-parse", "--path-format=absolute", *_FIND]
        done = _run(arguments, start, _environment(os.environ))
        if done.returncode != 0:
            raise _not_a_work_tree(start, done)
        found = _FOUND.fullmatch(os.fsdecode(done.stdout))
        if found is None:
            raise NotARepository(f"git describes the repository at {start} in an unknown way")
        return cls(
            Path(found["top"]),
            Path(found["git_dir"]),
            Path(found["common_dir"]),
            found["prefix"].removesuffix("/"),
        )

    @property
    def may_write(self) -> bool:
        """Whether a reader may keep what it has learnt (see GIT_OPTIONAL_LOCKS in git(1))."""
        return os.environ.get("GIT_OPTIONAL_LOCKS", "1") != "0"

    def version(self) -> str:
        """The version of the git binary, e.g. `2.39.5`."""
        return self._asked("version").decode().removeprefix("git version ").strip()

    def config(self, name: str) -> str | None:
        """A configuration value, or None when it is not set."""
        done = self._run("config", "-z", "--get", name)
        return _first(done) if _answered(done, {1}) else None

    def config_bool(self, name: str, default: bool) -> bool:
        """A configuration value as git understands booleans.

        Raises:
            StorageError: the value is not a boolean.
        """
        done = self._run("config", "-z", "--type=bool", "--get", name)
        return _first(done) == "true" if _answered(done, {1}) else default

    def section(self, name: str) -> Mapping[str, str]:
        """Every value below a section of the configuration by key; asked once.

        Of several values of a key the last one counts. Section and last part of a key are lower
        case, as git spells them; a key without a value has `''`.
        """
        if name not in self._sections:
            done = self._run("config", "-z", "--get-regexp", rf"^{re.escape(name)}\.")
            lines = _split(done.stdout) if _answered(done, {1}) else []
            entries = (line.partition("\n") for line in lines)
            self._sections[name] = {entry[0]: entry[2] for entry in entries}
        return self._sections[name]

    def config_origins(self) -> list[tuple[str, str, str]]:
        """Every value of the configuration: where it comes from, as git says it, its key, it."""
        out = _split(self._asked("config", "-z", "--list", "--show-origin"))
        entries = (line.partition("\n") for line in out[1::2])
        return [(o, e[0], e[2]) for o, e in zip(out[::2], entries, strict=True)]

    def ask_anew(self) -> None:
        """The configuration was written: what was asked before counts no more."""
        self._sections.clear()

    def exclude_file(self) -> Path:
        """The ignore file of this clone that no branch carries."""
        done = self._asked("rev-parse", "--path-format=absolute", "--git-path", "info/exclude")
        return Path(os.fsdecode(done).removesuffix("\n"))

    def has_head(self) -> bool:
        """Whether there is any commit on the current branch."""
        done = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return done.returncode == 0

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names.

        Raises:
            UnknownName: there is no such commit.
        """
        unknown = UnknownName(f"git knows no commit {revision}", hint="git log --oneline")
        if not revision or "\0" in revision:
            raise unknown
        name = f"{revision}^{{commit}}"
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if done.returncode != 0:
            raise unknown
        return done.stdout.decode().strip()

    def tracked(self, path: str) -> list[str]:
        """The files in the index at or below a path; `''` asks for all."""
        out = self._asked("ls-files", "-z", "--", path or ".")
        return list(dict.fromkeys(_split(out)))  # a path in conflict is listed three times

    def keeps_out(self, path: str) -> bool:
        """Whether a sparse checkout keeps a tracked file out of the work tree."""
        return any(line == f"S {path}" for line in _split(self._asked(*_TAGGED, path)))

    def is_submodule_path(self, path: str) -> bool:
        """Whether a path is a submodule or lies in one."""
        parts = path.split("/")
        above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        out = self._asked("ls-files", "-s", "-z", "--", *above)
        entries = (line.partition("\t") for line in _split(out))
        return any(e[0].startswith(_SUBMODULE) and e[2] in above for e in entries)

    def ignored_by(self, path: str) -> str | None:
        """The pattern that makes git ignore a path, as `file:line:pattern`, or None."""
        arguments = ("check-ignore", "-z", "-v", "--no-index", "--stdin")
        done = self._run(*arguments, feed=os.fsencode(path) + b"\0")
        if not _answered(done, {1}):
            return None
        source, line, pattern, _ = _split(done.stdout)
        # Verbose answers name the deciding pattern, also one that takes a path back in.
        return None if pattern.startswith("!") else f"{source}:{line}:{pattern}"

    def files(self, commit: str, prefix: str) -> dict[str, str]:
        """The regular files of a commit at or below a path, with their blob ids.

        Args:
            commit: a full id, as `commit` gives it.
            prefix: a path; `''` asks for all.
        """
        out = self._asked("ls-tree", "-r", "-z", "--full-tree", commit, "--", *_some(prefix))
        entries = (line.partition("\t") for line in _split(out))
        return {e[2]: e[0].split(" ")[2] for e in entries if e[0][:6] in _REGULAR}

    def index_files(self, prefix: str) -> dict[str, str]:
        """The regular files of the index at or below a path, with their blob ids.

        Files in conflict have no one blob and are left out.
        """
        out = self._asked("ls-files", "-s", "-z", "--", prefix or ".")
        found: dict[str, str] = {}
        for line in _split(out):
            entry, _, path = line.partition("\t")
            mode, blob, stage = entry.split(" ")
            if mode in _REGULAR and stage == "0":
                found[path] = blob
        return found

    def blobs(self, ids: Sequence[str]) -> list[bytes]:
        """The contents of blobs, in the order asked for.

        Raises:
            StorageError: the repository, or in a partial clone its remote, has not got one of them.
        """
        if not ids:
            return []
        out = self._asked("cat-file", "--batch", feed="".join(f"{i}\n" for i in ids).encode())
        contents: list[bytes] = []
        at = 0
        for blob in ids:
            end = out.find(b"\n", at)
            head = out[at:end].split(b" ")
            if len(head) != 3:
                raise StorageError(f"git has not got the blob {blob}", hint="git fsck")
            size = int(head[2])
            contents.append(out[end + 1 : end + 1 + size])
            at = end + 1 + size + 1
        return contents

    def who_added(self, path: str, text: str) -> str | None:
        """Author and short id of the newest commit that brought a text into a file, or None."""
        # The diff driver of pointers may show them in other words than they contain.
        plain = ("--no-textconv", "--no-ext-diff", "--no-show-signature", "--no-color")
        done = self._run("log", "-1", "-z", *plain, "--format=%an, %h", f"-S{text}", "--", path)
        return (_first(done) or None) if done.returncode == 0 else None

    def add(self, paths: Sequence[str]) -> None:
        """Bring files into the index as they are in the work tree; what is gone there goes.

        Raises:
            Locked: another git process is changing the index.
        """
        if paths:
            names = b"".join(os.fsencode(path) + b"\0" for path in paths)
            self._asked("update-index", "--add", "--remove", "-z", "--stdin", feed=names)

    def _asked(self, *arguments: str, feed: bytes | None = None) -> bytes:
        done = self._run(*arguments, feed=feed)
        _answered(done, set())
        return done.stdout

    def _run(
        self, *arguments: str, feed: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        environment = _environment(os.environ)
        if arguments[0] == "check-ignore":
            # It knows no pathspec magic, and takes its paths literally anyway.
            del environment["GIT_LITERAL_PATHSPECS"]
        if arguments[0] == "update-index":
            # Our hook is told whose change it is, so that it does not call it news.
            environment["GIT_STORAGE_WRITES"] = "1"
        if "GIT_DIR" in environment or "GIT_WORK_TREE" in environment:
            # They may be relative to where the caller stood; we stand at the top.
            environment |= {"GIT_DIR": str(self.git_dir), "GIT_WORK_TREE": str(self.top)}
        return _run(arguments, self.top, environment, feed)


_TAGGED = ("ls-files", "-t", "-z", "--")


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    # Literal pathspecs cannot be combined with the other ways to read one.
    others = {"GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"}
    kept = {name: value for name, value in given.items() if name not in others}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1"}


def _run(
    arguments: Sequence[str], where: Path, environment: Mapping[str, str], feed: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    # An empty input instead of none: git must never read what the user types at us.
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=where,
            env=environment,
            input=b"" if feed is None else feed,
            capture_output=True,
            check=False,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        if not where.is_dir() or not os.access(where, os.X_OK):
            raise NotARepository(f"{where} is not a directory that can be entered") from error
        raise StorageError(
            "git cannot be started", hint="install git, or put it on PATH"
        ) from error


def _answered(done: subprocess.CompletedProcess[bytes], no: set[int]) -> bool:
    """Whether git answered; false for the exit codes that mean no.

    Raises:
        StorageError: it failed.
    """
    if done.returncode == 0:
        return True
    if done.returncode in no:
        return False
    said = _said(done)
    if "index.lock': File exists" in said:
        raise Locked(
            "another git process is changing the index",
            hint="wait until it has ended, then try again",
        )
    raise StorageError(f"git {done.args[1]} failed: {' '.join(said.split())}", hint="git status")


def _not_a_work_tree(start: Path, done: subprocess.CompletedProcess[bytes]) -> NotARepository:
    said = _said(done)
    # What was answered before the failure tells how far git came.
    if done.stdout.startswith(b"true\n"):
        return NotARepository(
            f"{start} is in a bare repository, which has no work tree for data",
            hint="git worktree add ../work  # then work there",
        )
    if done.stdout.startswith(b"false\n"):
        return NotARepository(
            f"{start} is in a git directory, not in a work tree", hint="cd to the work tree"
        )
    if "not a git repository" in said:
        return NotARepository(f"{start} is not in a git repository", hint="git init")
    summary, _, advice = said.partition("\n")
    typed = [line.strip() for line in advice.splitlines() if line.strip().startswith("git ")]
    return NotARepository(
        f"git refuses the repository at {start}: {summary}", hint=typed[0] if typed else None
    )


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode(errors="replace").strip()
    return text.removeprefix("fatal: ").removeprefix("error: ") or f"exit code {done.returncode}"


def _split(out: bytes) -> list[str]:
    return [os.fsdecode(part) for part in out.split(b"\0")[:-1]]


def _first(done: subprocess.CompletedProcess[bytes]) -> str:
    return os.fsdecode(done.stdout.partition(b"\0")[0])


def _some(path: str) -> list[str]:
    return [path] if path else []
