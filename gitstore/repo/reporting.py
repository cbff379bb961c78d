"""A bug report: what somebody who helps has to know, and nothing that anybody has to keep secret.

What goes in is chosen here, one fact at a time; nothing is copied whole but `.storage.yaml`, which
is refused if it holds a secret. Names of objects, remotes, commits, the values of variables and of
configuration other than ours stay out. All of it goes through `redacted` in the end.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gitstore.adapters.stores.registry import providers
from gitstore.core.errors import LocalFailure, StorageError
from gitstore.core.redacting import redacted
from gitstore.repo.config_found import ours
from gitstore.repo.examining import doctor, installation
from gitstore.repo.findings import Finding, Level
from gitstore.repo.history import past
from gitstore.repo.project import Project, open_project
from gitstore.shell.signing import every_secret

_VARIABLES = re.compile(
    r"GIT_|AWS_|AZURE_|GOOGLE_|GCS_|CLOUDSDK_|(HTTPS?|NO|ALL)_PROXY$", re.IGNORECASE
)
_TELLING = frozenset({"GIT_STORAGE_TRACE", "GIT_TERMINAL_PROMPT", "GIT_CONFIG_NOSYSTEM"})
_SECRET = re.compile(r"key|secret|token|passw|.pwd|cred|sas|auth|cookie|signature", re.IGNORECASE)
_PLACES = frozenset({"OLDPWD", "SSH_AUTH_SOCK"})


def report(start: Path) -> str:
    """The text of a bug report about the project that a directory is in, if it is in one."""
    sections: list[tuple[str, list[str]]] = []
    secrets = set(_secret_variables(os.environ))
    try:
        project = open_project(start)
    except StorageError as error:
        # What cannot be opened is what the report is about.
        problem = Finding(Level.BAD, error.message, error.hint)
        sections.append(("Findings", _told([*installation(None), problem])))
    else:
        secrets |= {*_stored(project), *_in_remotes(project)}
        sections += _about(project)
    sections += [("Machine", list(_machine())), ("Variables that are set", _variables(os.environ))]
    text = "".join(f"## {title}\n\n{_block(lines)}\n" for title, lines in sections)
    head = "# git storage: a bug report\n\nRead it before you send it.\n\n"
    return head + redacted(text, secrets, str(Path.home()))


def write_report(path: Path, text: str) -> None:
    """Write a report to a new file that only its owner can read.

    Raises:
        LocalFailure: there is such a file, or it cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
    except OSError as error:
        raise LocalFailure(
            f"{path} cannot be written: {(error.strerror or 'refused').lower()}",
            hint="git storage doctor --bundle ANOTHER-NAME.txt",
        ) from error


def _about(project: Project) -> Iterator[tuple[str, list[str]]]:
    # Nobody is asked anything: a report tells how things are.
    yield "Findings", _told(doctor(project))
    yield ".storage.yaml", project.text.splitlines()
    yield "Pointers", list(_pointers(project))
    yield "Configuration", [f"{key} = {value}" for key, value in ours(project).items()]
    yield "Operations", list(_operations(project))


def _told(findings: Iterable[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.value:<8}{finding.text}")
        lines += [f"        hint: {finding.hint}"] if finding.hint else []
    return lines


def _block(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines) or "    nothing\n"


def _pointers(project: Project) -> Iterator[str]:
    for data in project.manifest.data.values():
        try:
            entries = project.pointer(data).entries
        except StorageError as error:
            yield f"{data.path}: {error.message}"
            continue
        size = sum(version.size for version in entries.values())
        kinds = Counter(id_.partition(":")[0] for v in entries.values() for id_ in v.ids)
        named = ", ".join(f"{number:,} with {kind}" for kind, number in kinds.most_common())
        yield f"{data.path}: {len(entries):,} objects, {size:,} bytes; {named or 'none named'}"


def _operations(project: Project) -> Iterator[str]:
    for one in past(project):
        changes = ", ".join(f"{number} {where}" for where, number in one.changed.items())
        done = "finished" if one.operation.finished else "not finished"
        yield f"{one.operation.number} {one.operation.verb}: {changes or 'nothing'}, {done}"


def _machine() -> Iterator[str]:
    yield f"{platform.platform()}, {os.cpu_count()} processors"
    yield f"names of files are {sys.getfilesystemencoding()}"
    yield f"providers: {', '.join(providers())}"


def _variables(environment: Mapping[str, str]) -> list[str]:
    """Names only, but for what holds no more than a switch."""
    found = sorted(name for name in environment if _VARIABLES.match(name))
    return [f"{name}={environment[name]}" if name in _TELLING else name for name in found]


def _secret_variables(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if _SECRET.search(name) and name not in _PLACES:
            yield value


def _stored(project: Project) -> Iterator[str]:
    """Every secret that is kept for a storage, to be looked for in what is about to be written."""
    for spec in project.manifest.storages.values():
        try:
            yield from every_secret(project.destination(spec).whose(project.access), os.environ)
        except StorageError:
            continue


def _in_remotes(project: Project) -> Iterator[str]:
    """The secrets that people leave in the URLs of remotes."""
    for url in project.git.section("remote").values():
        user, mark, _ = url.partition("://")[2].rpartition("@")
        if mark:
            yield from user.split(":")
