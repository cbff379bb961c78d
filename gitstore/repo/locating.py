"""`stage --location`: the data of a data path on another disk, with a link at the data path.

Bytes are moved between disks by their user (`mv`), never by us: afterwards they are recognised
(rule B4). So a data path and its location are never both full, and nothing is ever overwritten.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gitstore.adapters.state_values import Effect
from gitstore.adapters.tree_linked import claim, claimed_by, is_claimed, leads_to, release
from gitstore.core.errors import LocalFailure, PathRefused, UsageError
from gitstore.core.location import Location, Owner
from gitstore.repo.project import Project
from gitstore.repo.roots import spare_of
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session


def check_places(project: Project, selections: Sequence[Selection], directory: str) -> None:
    """Whether every data path gets a place of its own in a directory.

    Raises:
        UsageError: two would get the same, or a part of one was named.
        PathRefused: the directory is not there, or cannot hold data.
    """
    if not Path(directory).is_dir():
        raise PathRefused(
            f"{directory} is no directory here", hint=f"mkdir -p {shlex.quote(directory)}"
        )
    names: dict[str, str] = {}
    for selection in selections:
        data = selection.data
        place = place_in(directory, data.path)
        other = names.setdefault(place.name, data.path)
        if other != data.path:
            raise UsageError(
                f"{other} and {data.path} would both lie at {place}",
                hint=f"git storage stage --location DIR {shlex.quote(data.path)}",
            )
        _check_apart(project, data.path, place)


def place_in(directory: str, data_path: str) -> Path:
    """Where the data of a data path lie in a directory: below their own last name."""
    return Path(directory).resolve() / data_path.rpartition("/")[2]


def locate(session: Session, selection: Selection, directory: str) -> None:
    """Let a data path lead to its place in a directory, or be that place again.

    Raises:
        PathRefused: there is something at the data path, at the former place or at the new one
            that would be hidden or mixed up; with what to type.
    """
    data = selection.data
    git = session.project.git
    link, place = git.top / data.path, place_in(directory, data.path)
    before = session.state.location(data.path)
    if before == Location(str(place), Owner.OURS):
        relink(session, data.path)
        return
    _check_left(link, before, place)
    if place == link:
        if leads_to(link) is not None:
            link.unlink()
        _remember(session, data.path, None)
        return
    _check_free(link, place)
    location = Location(str(place), Owner.OURS)
    session.state.add_spare(str(spare_of(git, data, location)))
    claim(place, link)
    make_link(link, place)
    _remember(session, data.path, location)
    if not data.single:
        place.mkdir(exist_ok=True)


def relink(session: Session, data_path: str) -> None:
    """Make the link again where something like `git clean` has removed it.

    Raises:
        PathRefused: there is a link that this work tree does not know.
    """
    location, link = session.state.location(data_path), session.project.git.top / data_path
    there = leads_to(link)
    if location is None and there is not None:
        ours = claimed_by(Path(there)) == link
        words = ["--location", str(Path(there).parent)] if ours else ["--existing", there]
        raise PathRefused(
            f"{data_path} is a symbolic link to {there}, which this work tree knows nothing of",
            hint=f"{shlex.join(['git', 'storage', 'stage', *words, data_path])}  # or rm the link",
        )
    if location is not None and not os.path.lexists(link):
        make_link(link, Path(location.directory))


def reclaim(session: Session, data_path: str) -> None:
    """Note the new name of a data path beside its location, so that nobody else takes that."""
    location = session.state.location(data_path)
    if location is not None and location.owner is Owner.OURS:
        place = Path(location.directory)
        # Where the disk is away, a claim would say that it is there; the old one stays on it.
        if is_claimed(place):
            claim(place, session.project.git.top / data_path)


def make_link(link: Path, place: Path) -> None:
    """Make a data path lead to a place; an empty directory, or a link, makes way.

    Raises:
        LocalFailure: the system refused.
    """
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        if leads_to(link) is not None:
            link.unlink()
        elif link.is_dir():
            link.rmdir()
        link.symlink_to(place)
    except OSError as error:
        raise LocalFailure(f"{link} cannot be made a link: {error.strerror}") from error


def end_link(session: Session, data_path: str) -> None:
    """Let a data path lead nowhere any more; what it led to stays as it is."""
    location, link = session.state.location(data_path), session.project.git.top / data_path
    if location is not None and leads_to(link) == location.directory:
        link.unlink()
    _remember(session, data_path, None)


def end_links(session: Session, data_paths: Sequence[str]) -> None:
    """`end_link` for each that is a link, and say where the files stay."""
    person = session.project.person
    for data_path in data_paths:
        location = session.state.location(data_path)
        if location is not None:
            end_link(session, data_path)
            if person is not None:
                person().tells(f"the files of {data_path} stay at {location.directory}")


def take_back(session: Session, effect: Effect) -> None:
    """Undo a link: the data path is as it was before, if nothing is at the place any more.

    Raises:
        PathRefused: files are there, or nobody can say because the disk is away.
    """
    data_path, was = effect.data_path, _before(effect)
    link, now = session.project.git.top / data_path, session.state.location(data_path)
    require_disks(session, effect)
    if now is not None and now.owner is Owner.OURS and _full(Path(now.directory)):
        raise PathRefused(f"files are at {now.directory}")
    if was is not None:
        check_vacant(link, Path(was.directory))
    if now is not None and now.owner is Owner.OTHERS:
        bases = session.state.bases(data_path)
        session.state.set_bases(data_path, "", dict.fromkeys(bases))
    end_link(session, data_path)
    if was is not None:
        if was.owner is Owner.OURS:
            claim(Path(was.directory), link)
        make_link(link, Path(was.directory))
        session.state.set_location(data_path, was)


def require_disks(session: Session, effect: Effect) -> None:
    """Whether a data path can be led back to where it led before.

    Raises:
        PathRefused: the disk is away that it leads to now, or led to.
    """
    require_disk(session.state.location(effect.data_path))
    was = _before(effect)
    if was is not None and was.owner is Owner.OURS and not Path(was.directory).parent.is_dir():
        raise _away(Path(was.directory))


def require_disk(location: Location | None) -> None:
    """What lies on a disk that is away is never left behind: it would look as if it were removed.

    Raises:
        PathRefused: the disk is away.
    """
    if location is not None and location.owner is Owner.OURS:
        place = Path(location.directory)
        if not is_claimed(place):
            raise _away(place)


def remember_link(session: Session, data_path: str, location: Location) -> None:
    """Note where a data path leads, with what undo needs."""
    _remember(session, data_path, location)


def check_vacant(link: Path, place: Path) -> None:
    """Whether a link can be made at a data path without hiding a file.

    Raises:
        PathRefused: files are there.
    """
    if leads_to(link) is None and _full(link):
        raise PathRefused(
            f"files are at {link}, which a link to {place} would hide",
            hint=f"git storage unstage {shlex.quote(str(link))}  # gives their place back",
        )


def check_left(link: Path, before: Location | None) -> None:
    """Whether nothing of ours stays behind when a data path leads elsewhere.

    Raises:
        PathRefused: files are at its location, or nobody can say because the disk is away.
    """
    require_disk(before)
    if before is not None and before.owner is Owner.OURS and _full(Path(before.directory)):
        raise PathRefused(
            f"the files of {link} are at {before.directory}",
            hint=f"git storage unstage {shlex.quote(str(link))}  # gives their place back",
        )


def _before(effect: Effect) -> Location | None:
    was = effect.detail["before"]
    return None if was is None else Location(str(was["directory"]), Owner(was["owner"]))


def _away(place: Path) -> PathRefused:
    return PathRefused(
        f"{place} is not there: its disk is away", hint="mount its disk, then try again"
    )


def _remember(session: Session, data_path: str, location: Location | None) -> None:
    before = session.state.location(data_path)
    if before == location:
        return
    was = None if before is None else {"directory": before.directory, "owner": before.owner.value}
    session.note(data_path, "linked", {"before": was})
    session.state.set_accepted(data_path, dict.fromkeys(session.state.accepted(data_path)))
    session.state.set_location(data_path, location)
    session.state.set_root(data_path, None)
    if before is not None and before.owner is Owner.OURS:
        # Last: a location that is still in use and has no claim is one whose disk is away.
        release(Path(before.directory))
        with suppress(OSError):  # not there, or full again
            Path(before.directory).rmdir()


def _check_apart(project: Project, data_path: str, place: Path) -> None:
    top = project.git.top.resolve()
    inside = place.is_relative_to(top) and place != top / data_path
    if inside or top.is_relative_to(place):
        raise PathRefused(
            f"{place} and the work tree lie in one another",
            hint="choose a directory outside of the work tree",
        )
    try:
        str(place).encode()
    except UnicodeEncodeError as error:
        raise PathRefused(f"{place!r} is not UTF-8", hint="choose another directory") from error


def _check_left(link: Path, before: Location | None, place: Path) -> None:
    """Whether nothing stays behind where the data were so far."""
    if before is not None and before.owner is Owner.OTHERS:
        raise PathRefused(
            f"{link} leads to {before.directory}, which others keep",
            hint=f"git storage unstage {shlex.quote(str(link))}  # ends that link",
        )
    require_disk(before)
    former = link if before is None else Path(before.directory)
    if former == place or (before is None and leads_to(link) == str(place)):
        return
    if leads_to(former) is not None:
        raise PathRefused(
            f"{link} is a link that git storage did not make", hint=f"rm {shlex.quote(str(link))}"
        )
    if _full(former):
        away = f"rm {shlex.quote(str(link))} && " if place == link else ""
        words = shlex.quote(str(former)), shlex.quote(str(place))
        raise PathRefused(
            f"files are at {former}; they are moved to {place} by you, and known again there",
            hint=f"{away}mv {words[0]} {words[1]}  # then the same command again",
        )


def _check_free(link: Path, place: Path) -> None:
    other = claimed_by(place)
    if other is not None and other != link:
        raise PathRefused(
            f"{place} is the place of {other} already", hint="choose another directory"
        )


def _full(place: Path) -> bool:
    """Whether there is a file at a place, or anything below it."""
    try:
        return next(place.iterdir(), None) is not None
    except NotADirectoryError:
        return True
    except OSError:
        return False
