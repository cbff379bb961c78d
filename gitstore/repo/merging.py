"""What git's merge driver does with one file: a pointer, a slice, or the manifest.

It works on the texts alone, so that it needs no work tree. A file that is not merged has conflict
markers, with nothing of either side left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gitstore.adapters import tracked
from gitstore.adapters.git_merge import merge_file
from gitstore.core.errors import FormatError, LocalFailure
from gitstore.core.manifest import NAME
from gitstore.core.manifest_merging import merge_manifests, says_both
from gitstore.core.merging import merge_files


@dataclass(frozen=True, slots=True)
class Sides:
    """The files that git hands to a merge driver.

    Attributes:
        base: the common ancestor, empty if there is none (`%O`).
        ours: the current version, and where the result goes (`%A`).
        theirs: the other version (`%B`).
    """

    base: Path
    ours: Path
    theirs: Path


def merge(sides: Sides, name: str, marker_size: int = 7) -> bool:
    """Merge one file in the place of "ours".

    Args:
        name: the path of the result, relative to the top level (`%P`).
        marker_size: characters of a conflict marker (`%L`).

    Returns:
        Whether it is merged; if not, the file has conflict markers.

    Raises:
        StorageError: a file cannot be read or written; "ours" is as it was.
    """
    texts = (_content(sides.base), _content(sides.ours), _content(sides.theirs))
    if PurePosixPath(name).name == NAME:
        merged, shown = _manifest(*texts, marker_size), texts
    else:
        found = merge_files(*texts, name)
        merged, shown = found.content, found.shown
    content = _with_markers(shown, marker_size) if merged is None else merged
    tracked.write(sides.ours.parent, sides.ours.name, content)
    return merged is not None


def _content(file: Path) -> bytes:
    content = tracked.read(file.parent, file.name)
    if content is None:
        raise LocalFailure(f"there is no file {file}", hint="git-storage merge-driver -h")
    return content


def _manifest(base: bytes, ours: bytes, theirs: bytes, marker_size: int) -> bytes | None:
    found = merge_file(base, ours, theirs, marker_size)
    try:
        sides = (base.decode(), ours.decode(), theirs.decode())
        if found is not None and found[1] and says_both(*sides, found[0].decode()):
            return found[0]
        merged = merge_manifests(*sides)
    except (FormatError, UnicodeDecodeError):
        return None  # both sides alone were in order, but they do not go together
    return None if merged is None else merged.encode()


def _with_markers(sides: tuple[bytes, bytes, bytes], size: int) -> bytes:
    found = merge_file(*sides, size)
    if found is not None and not found[1]:
        return found[0]
    # As lines they go together, or they are none: then all of both is in conflict.
    _, ours, theirs = (text if text[-1:] in (b"\n", b"") else text + b"\n" for text in sides)
    begin, between, end = (mark * size for mark in (b"<", b"=", b">"))
    return b"".join([begin, b" ours\n", ours, between, b"\n", theirs, end, b" theirs\n"])
