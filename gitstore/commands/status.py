"""Show what is here, what changed, and what would happen

For every data path: which objects were edited, are new, missing or in conflict, and what `git
storage stage` would bring; with the command that acts on each group. It is the same plan that
`stage` and `sync` carry out.

Without --remote no storage is asked: then it is assumed that nothing changed there since the local
bytes were staged. With it, it is also shown how storage and pointer have drifted apart, for a
reference as for a copy.

EXIT STATUS

- 0: shown; with --exit-code also: there is nothing to do
- 1: with --exit-code: there is something to do
- 128: something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage status
    git storage status --remote data/raw
    git storage status --explain data/raw/m31.fits
    git storage status --only-here -z | xargs -0 cp --parents -t /backup
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser, targets
from gitstore.commands.status_groups import Group, grouped
from gitstore.commands.status_mounts import document as mount_document
from gitstore.commands.status_mounts import explained, show_mount, sound
from gitstore.core.errors import UsageError
from gitstore.core.location import Location, Owner
from gitstore.core.manifest import Mode
from gitstore.core.model import Base
from gitstore.core.versions import Version
from gitstore.repo.repo import Repo
from gitstore.repo.viewing import Status
from gitstore.ui import documents
from gitstore.ui.colour import BOLD, GREEN, RED, Painted
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, count, human, shown

if TYPE_CHECKING:
    from gitstore.repo.explaining import Explanation
    from gitstore.repo.mounts import Standing

_NOT_ASKED = "the storage was not asked; --remote does"


def arguments(parser: Parser) -> None:
    """What can be typed."""
    targets(parser)
    parser.add_argument("--remote", action="store_true", help="ask the storages, too")
    told = "show everything known about one object"
    parser.add_argument("--explain", metavar="PATH", help=told)
    told = "list the files whose bytes exist only here, as far as is known"
    parser.add_argument("--only-here", action="store_true", help=told)
    told = "exit with 1 if there is something to do"
    parser.add_argument("--exit-code", action="store_true", help=told)
    told = "print only paths, each ended by NUL, of what is not in order"
    parser.add_argument("-z", action="store_true", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Show."""
    repo, screen = opened(screen)
    if args.explain is not None:
        if args.targets or args.only_here or args.z:
            raise UsageError("--explain takes one path and nothing else")
        return _explain(repo.explain(args.explain, remote=args.remote), repo.mounts(), screen)
    if args.only_here:
        return _only_here(args, repo, screen)
    found, mounts = repo.status(*args.targets, remote=args.remote), repo.mounts()
    if args.z:
        screen.names(_names(found))
    elif screen.json:
        screen.document("status", data_paths=[_document(one, mounts) for one in found])
    else:
        _show(found, mounts, screen)
    clean = all(one.clean and sound(one.data, mounts) for one in found)
    return 1 if args.exit_code and not clean else 0


def _show(found: tuple[Status, ...], mounts: Mapping[str, Standing], screen: Screen) -> None:
    if not found:
        screen.talk("no data path is described yet")
        screen.hint("git storage add NAME URL --to PATH")
        return
    for one in found:
        data = one.data
        here = f"{one.staged:,} of {count(one.objects)} here, {human(one.size)} in all"
        kind = f"{data.storage}, {data.mode.value}" + (", live" if data.live else "")
        about = f" ({kind}): {here}"
        screen.line(Painted(screen.path(data.path), BOLD), about)
        if data.live:
            screen.line("  live: no version is recorded; what the storage holds now counts")
        if one.location is not None:
            screen.line(f"  {_where(one.location)}")
        show_mount(data, mounts, screen)
        for group in grouped(one):
            _show_group(group, one, screen)
        if one.clean and one.staged == one.objects and (one.objects or not data.live):
            screen.line("  nothing to do")
        elif one.clean and data.mode is Mode.COPY:
            screen.line("  nothing changed; not everything is here")
            screen.advise(f'use "git storage stage {screen.typed(data.path)}"')
        elif one.clean:
            screen.line("  nothing changed")
    if any(one.offline for one in found):
        screen.talk(_NOT_ASKED)


def _show_group(group: Group, status: Status, screen: Screen) -> None:
    screen.line(f"  {group.title}:")
    typed = screen.typed(status.data.path)
    for advice in group.advice:
        screen.advise(advice.format(path=typed))
    for action, reason in group.members:
        size = documents.size_of(action)
        told = "-" if size is None else human(size)
        path = screen.path(below(status.data.path, action.path))
        screen.line("    ", Painted(path, RED if group.bad else GREEN), f"  {told}  {reason}")


def _explain(found: Explanation, mounts: Mapping[str, Standing], screen: Screen) -> int:
    state = found.state
    if screen.json:
        names = ("local", "remote", "pointer")
        screen.document(
            "status",
            data_path=found.data.path,
            offline=found.offline,
            state=documents.state(state),
            cases=dict(zip(names, (case.lower() for case in found.cases), strict=True)),
            sync=documents.action(found.sync),
            stage=documents.action(found.stage),
            recorded_by=found.recorded_by,
            mount=list(explained(state.path, found.data, mounts)),
        )
        return 0
    screen.line(Painted(screen.path(below(found.data.path, state.path)), BOLD))
    remote = "not asked; taken to be the base" if found.offline else _version(state.remote)
    for name, told in (
        ("pointer", _version(state.pointer)),
        ("base", _base(state.base)),
        ("local", _version(state.local)),
        ("remote", remote),
        ("wanted", "yes" if state.wanted else "no"),
    ):
        screen.line(f"  {name:8} {told}")
    if found.recorded_by is not None:
        screen.line(f"  recorded {found.recorded_by}")
    for told in explained(state.path, found.data, mounts):
        screen.line(f"  mount    {shown(told)}")
    for verb, action in (("sync", found.sync), ("stage", found.stage)):
        screen.line(f"  {verb:8} {action.kind.value}: {action.reason} ({action.cell})")
    return 0


def _only_here(args: argparse.Namespace, repo: Repo, screen: Screen) -> int:
    found = repo.only_here(*args.targets, remote=args.remote)
    named = [(below(data_path, state.path), state.local) for data_path, state in found]
    if args.z:
        screen.names(path for path, _ in named)
    elif screen.json:
        listed = [{"path": path, **(documents.version(v) or {})} for path, v in named]
        screen.document("status", only_here=listed)
    else:
        for path, local in named:
            screen.line(f"{human(local.size) if local else '-':>10}  {screen.path(path)}")
        asked = "" if args.remote else f"; {_NOT_ASKED}"
        screen.talk(f"{count(len(named), 'file')} only here{asked}")
    return 1 if args.exit_code and named else 0


def _names(found: Iterable[Status]) -> Iterable[str]:
    for one in found:
        names = {a.path for group in grouped(one) for a, _ in group.members}
        yield from (below(one.data.path, name) for name in sorted(names))


def _document(one: Status, mounts: Mapping[str, Standing]) -> dict[str, object]:
    return {
        "data_path": documents.data_path(one.data),
        "offline": one.offline,
        "location": None if one.location is None else one.location.directory,
        "mount": mount_document(one.data, mounts),
        "staged": one.staged,
        "objects": one.objects,
        "size": one.size,
        "clean": one.clean,
        "groups": {
            group.title: [{**documents.action(a), "reason": reason} for a, reason in group.members]
            for group in grouped(one)
        },
    }


def _where(location: Location) -> str:
    whose = ", kept by others" if location.owner is Owner.OTHERS else ""
    return f"at {shown(location.directory)}{whose}"


def _base(base: Base | None) -> str:
    if base is None:
        return "none: not staged"
    return _version(base.version) + (", to be erased" if base.erase else "")


def _version(version: Version | None) -> str:
    if version is None:
        return "none"
    return f"{human(version.size)} {' '.join(version.ids)}".rstrip()
