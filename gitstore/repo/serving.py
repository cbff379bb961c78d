"""What runs in the process of a mount, until it is unmounted."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gitstore.adapters import mounts_system
from gitstore.adapters.facts import Facts
from gitstore.adapters.mounts import MountDirectory, MountRecord
from gitstore.adapters.tree import spare_directory
from gitstore.core.errors import Locked, StorageError, UnknownName
from gitstore.core.manifest import DataPath
from gitstore.core.store import Store
from gitstore.core.versions import Version, content_only
from gitstore.repo.mount_settings import cache_directory, chosen_for_mounts
from gitstore.repo.mounts import LIVE, folder_of
from gitstore.repo.project import Project, open_project
from gitstore.repo.selection import Selection
from gitstore.repo.session import within
from gitstore.shell.mount.blocks import Blocks
from gitstore.shell.mount.content import Supply
from gitstore.shell.mount.drafts import Drafts
from gitstore.shell.mount.files import Files
from gitstore.shell.mount.given import Journal
from gitstore.shell.mount.process import Manner, serve
from gitstore.shell.mount.tree import Tree
from gitstore.shell.mount.troubles import Troubles
from gitstore.shell.mount.views import Listed, Recorded, View

_REQUESTS = 16  # in flight for all readers of a mount
_REMEMBERED = 8  # pointers that are shown beside the current one, for whoever stands there
_LONGEST = 1 << 20  # bytes of the log, and as many of the one before
_LOOKED = 30.0  # seconds between looks whether the clone is still there
_FOLDER = re.compile(r"[0-9a-f]{16}")


def serve_mount(start: Path, name: str, ready: int) -> None:
    """Mount what was noted, and serve it until it is unmounted.

    Args:
        start: a directory of the work tree.
        name: of the mount.
        ready: the descriptor to say so on, once it can be used.

    Raises:
        UnknownName: nothing is noted.
        Locked: it is mounted already.
        LocalFailure: it cannot be mounted.
    """
    project = open_project(start)
    kept = MountDirectory(project.git.git_dir, name)
    with kept.running() as ours:
        record = kept.record()
        if record is None:
            raise UnknownName(f"no mount is called {name}", hint="git storage mount PATH")
        if not ours:
            raise Locked(
                f"{record.data_path} is mounted already",
                hint="git storage umount, then mount it again",
            )
        settings = chosen_for_mounts(project.git)
        troubles = Troubles(kept, partial(_log, kept.log))
        with ThreadPoolExecutor(_REQUESTS, "git-storage-mount") as pool:
            blocks = Blocks(cache_directory() / "blocks", settings.cache)
            journal = Journal(kept.given)
            kept.given.with_name("giving").unlink(missing_ok=True)
            supply = Supply("", pool, blocks, settings.patience)
            views = _Views(_Source(project, record, supply, journal), troubles)
            manner = Manner(record.point, not (record.live or record.writable), record.writable)
            files: Files = Files(views.find, troubles)
            if record.writable:
                drawer = partial(_drawer, project, record.data_path)
                files = Drafts(views.find, troubles, drawer, journal)
            views.find(
                record.shows
            )  # before it is said to be ready: whoever comes first would wait
            threading.Thread(target=_watch, args=(kept, record), daemon=True).start()
            serve(files, manner, partial(mounts_system.say_ready, ready))
            files.finish()
            # What was written is given: the calls of the kernel have all ended. Requests that only
            # bring bytes are not waited for; nobody is there any more who would read them.
            os._exit(0)


@dataclass(frozen=True, slots=True)
class _Source:
    """What views are made from."""

    project: Project
    record: MountRecord
    supply: Supply
    journal: Journal

    def view(self, folder: str) -> View | None:
        """The view of a folder, if that is what is checked out now."""
        project = open_project(self.project.git.top)
        data = project.manifest.data.get(self.record.data_path)
        if data is None or (folder != LIVE and folder_of(project, data) != folder):
            return None
        spec = project.storage(data.storage)
        place = project.destination(spec).approved_as
        supply = Supply(place, self.supply.pool, self.supply.blocks, self.supply.patience)
        store = _Opened(partial(_open, project, data, self.record.writable))
        prefix = data.prefix
        key: Callable[[str], str] = (lambda _: prefix) if data.single else (lambda p: prefix + p)
        if folder == LIVE:
            listing = partial(_listing, store, data)
            return View(Listed(listing), key, store, supply, time.time_ns(), pins=True)
        name = f"{data.path}.storage"
        file = project.git.top / name
        changed = file.stat().st_mtime_ns if file.exists() else time.time_ns()
        return View(Recorded(self._recorded(project, data)), key, store, supply, changed)

    def _recorded(self, project: Project, data: DataPath) -> Tree:
        pointer = project.pointer(data)
        inside = within(Selection(data))
        entries = {path: v for path, v in pointer.entries.items() if inside(path)}
        if pointer.source != project.source(data):
            entries = {path: content_only(v) for path, v in entries.items()}  # rule B5
        if data.single:
            return Tree.single(data.path.rpartition("/")[2], entries.get("."))
        tree = Tree(entries)
        if self.record.writable:
            self.journal.lay_over(tree, entries)
        return tree


class _Views:
    """The folders that were asked for, as far as they are remembered."""

    def __init__(self, source: _Source, troubles: Troubles) -> None:
        self._source = source
        self._troubles = troubles
        self._known: OrderedDict[str, View] = OrderedDict()
        self._making = threading.Lock()

    def find(self, folder: str) -> View | None:
        """The view of a folder, or None."""
        known = self._known.get(folder)
        if known is not None:
            return known
        live = self._source.record.live
        if folder != LIVE if live else _FOLDER.fullmatch(folder) is None:
            return None
        with self._making:
            if folder in self._known:
                return self._known[folder]
            try:
                view = self._source.view(folder)
            except (StorageError, OSError):
                return None  # whoever leads the data path here is told why by reading the pointer
            if view is not None:
                self._known[folder] = view
                self._troubles.forget()  # they were about what was checked out before
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            return view


class _Opened:
    """A store, opened when it is first asked; an approval that comes later is enough."""

    def __init__(self, opening: Callable[[], Store]) -> None:
        self._opening = opening
        self._store: Store | None = None
        self._asking = threading.Lock()

    def __call__(self) -> Store:
        if self._store is None:
            with self._asking:
                if self._store is None:
                    self._store = self._opening()
        return self._store


def _watch(kept: MountDirectory, record: MountRecord) -> None:
    """End the mount of a clone that somebody has removed: no command will ever do it."""
    while kept.record() is not None:
        time.sleep(_LOOKED)
    with suppress(StorageError):
        mounts_system.detach(record.point)


def _open(project: Project, data: DataPath, writable: bool) -> Store:
    from gitstore.shell.abilities import careful

    raw = project.open_store(project.storage(data.storage))
    if not writable:
        return raw
    with Facts.open(project.git.common_dir) as facts:
        return careful(raw, facts)


def _listing(store: Callable[[], Store], data: DataPath) -> Mapping[str, Version]:
    inside = within(Selection(data))
    found: dict[str, Version] = {}
    for one in store().list(data.prefix):
        path = one.key[len(data.prefix) :]
        marker = one.version.size == 0 and (not path or path.endswith("/"))
        if one.problem is None and not marker and inside(path):
            found[path] = one.version
    return found


def _drawer(project: Project, data_path: str, path: str) -> Path:
    """A place in the trash for one file, in a bag of its own."""
    git = project.git
    # Not by way of the data path, which leads to the mount itself.
    spare = spare_directory(git.top, git.common_dir, (git.top / data_path).parent)
    day = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    bag = spare / "trash" / f"{day}-mount-{os.urandom(4).hex()}"
    file = bag / data_path / path
    file.parent.mkdir(mode=0o700, parents=True)
    return file


def _log(file: Path, text: str) -> None:
    with suppress(OSError):
        if file.stat().st_size > _LONGEST:
            file.replace(file.with_name("log.old"))
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n"
    with file.open("a", errors="backslashreplace") as stream:
        stream.write(line.replace("\n", "\\n")[:-2] + "\n")
