"""Imports go one way, downwards; and what touches the world is where it says it is."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable

import pytest

from tests.sources import Source, imports, sources

# In the process that has parsed every file already.
pytestmark = pytest.mark.xdist_group("sources")

# What each layer may import of the project. `adapters` has a rule of its own below.
_BELOW: dict[str, set[str]] = {
    "core": {"core"},
    "adapters": {"core", "adapters"},
    "shell": {"core", "adapters", "shell"},
    "repo": {"core", "adapters", "shell", "repo"},
    "ui": {"core", "ui"},
    "commands": {"core", "repo", "ui", "commands", ""},
    "__main__": {"core", "repo", "ui", "commands", ""},
    "": {"core", "repo"},  # gitstore/__init__.py, the Python API
}

# The standard library that computes and asks nobody. Core may use this and PyYAML's parser.
_PURE = frozenset(
    {"__future__", "abc", "base64", "binascii", "bisect", "codecs", "collections", "contextlib"}
    | {"copy", "dataclasses", "datetime", "difflib", "enum", "fnmatch", "functools", "hashlib"}
    | {"heapq", "hmac", "io", "ipaddress", "itertools", "json", "math", "numbers", "operator"}
    | {"pathlib", "posixpath", "re", "shlex", "string", "struct", "textwrap", "types", "typing"}
    | {"fractions", "unicodedata", "urllib.parse", "zlib", "yaml"}
)
# Parts of these that do ask: the disk, the clock, the terminal.
_IMPURE_NAMES = frozenset(
    {"Path", "PosixPath", "WindowsPath", "FileIO", "open_code"} | {"now", "today", "utcnow"}
)
_IMPURE_CALLS = frozenset({"open", "input", "print", "breakpoint", "exec", "eval"})

# Who starts other programs, and why nobody else can do it for them.
_STARTS_PROGRAMS = {
    "gitstore.adapters.git": "the one place that runs git",
    "gitstore.adapters.mounts_system": "starts what stays behind a mount, and FUSE's program",
}

# Slow to import: tens to hundreds of milliseconds each, which `status` and hooks do not pay.
_HEAVY = frozenset(
    {"aiobotocore", "aiohttp", "asyncssh", "boto3", "botocore", "dulwich", "fsspec", "gcsfs"}
    | {"mfusepy", "obstore", "pycurl", "pygit2", "s3fs", "sqlite3", "tqdm", "urllib3"}
)
# Where they may be imported at module level; these modules are themselves imported late.
_FOR_FSSPEC = "gitstore.repo.filesystem"  # fsspec itself imports it, and nothing else does
_HEAVY_HOMES = ("gitstore.adapters.stores.", _FOR_FSSPEC)
_SQLITE_HOMES = ("gitstore.adapters.database",)

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_VAGUE = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"})


def layer(module: str) -> str:
    return [*module.split("."), ""][1]


def is_part_of(module: str, home: str) -> bool:
    """Whether a module is `home`, inside that package, or a part of it named `home_part`."""
    return module == home or module.startswith((home + ".", home + "_"))


def adapter(module: str) -> str:
    """The adapter that a module belongs to: `state` for adapters/state.py and state_journal.py."""
    return [*module.split("."), ""][2].split("_")[0]


def forbidden_imports(source: Source) -> list[str]:
    allowed = _BELOW[layer(source.name)]
    return [
        f"{source.path}:{found.line} {found.module}"
        for found in imports(source)
        if found.module.split(".")[0] == "gitstore" and layer(found.module) not in allowed
    ]


_DATABASE = "database"  # what state and facts are both kept in: a part of each


def foreign_adapters(source: Source) -> list[str]:
    return [
        f"{source.path}:{found.line} {found.module}"
        for found in imports(source)
        if layer(found.module) == "adapters" == layer(source.name)
        and adapter(found.module) not in {adapter(source.name), "", _DATABASE}
    ]


def impurities(source: Source) -> list[str]:
    found = [
        f"{source.path}:{found.line} {found.module}"
        for found in imports(source)
        if not {found.module, found.module.split(".")[0]} & (_PURE | {"gitstore"})
    ]
    for node in ast.walk(source.tree):
        name = _called(node) if isinstance(node, ast.Call) else None
        if name in _IMPURE_CALLS:
            found.append(f"{source.path}:{node.lineno} {name}()")  # type: ignore[attr-defined]  # a Call
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        found.extend(f"{source.path} {name}" for name in names if name in _IMPURE_NAMES)
    return found


def words_to_the_terminal(source: Source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        if text in {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__", "print"}:
            found.append(f"{source.path}:{node.lineno} {text}")  # type: ignore[attr-defined]  # an expr
        if isinstance(node, ast.ImportFrom) and node.module == "sys":
            streams = {alias.name for alias in node.names} & {"stdout", "stderr"}
            found.extend(f"{source.path}:{node.lineno} {name}" for name in streams)
    return found


def programs_started(source: Source) -> list[str]:
    found = [
        f"{source.path}:{found.line} {found.module}"
        for found in imports(source)
        if found.module.split(".")[0] in {"subprocess", "multiprocessing", "pty"}
    ]
    for node in ast.walk(source.tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if re.fullmatch(r"os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawn\w*)", text):
            found.append(f"{source.path} {text}")
    return found


def heavy_imports(source: Source) -> list[str]:
    found = []
    for each in imports(source):
        package = each.module.split(".")[0]
        if not each.eager or package not in _HEAVY:
            continue
        homes = _SQLITE_HOMES if package == "sqlite3" else _HEAVY_HOMES
        if not any(source.name.startswith(home) for home in homes):
            found.append(f"{source.path}:{each.line} {each.module}")
    return found


def eager_closure(starts: Iterable[str]) -> set[str]:
    """Every module that importing these loads, of the project and others; packages included."""
    known = {source.name: source for source in sources("gitstore")}
    todo, loaded = list(starts), set[str]()
    while todo:
        module = todo.pop()
        if module in loaded:
            continue
        loaded.add(module)
        if "." in module:
            todo.append(module.rpartition(".")[0])
        if module in known:
            todo += [found.module for found in imports(known[module]) if found.eager]
    return loaded


def test_every_module_belongs_to_a_layer() -> None:
    assert {layer(source.name) for source in sources("gitstore")} <= set(_BELOW)


def test_imports_go_downwards() -> None:
    assert [line for source in sources("gitstore") for line in forbidden_imports(source)] == []


def test_adapters_do_not_import_one_another() -> None:
    assert [line for source in sources("gitstore") for line in foreign_adapters(source)] == []


def test_core_asks_neither_disk_nor_clock_nor_environment() -> None:
    assert [line for source in sources("gitstore/core") for line in impurities(source)] == []


def test_only_the_face_prints() -> None:
    assert [
        line
        for source in sources("gitstore")
        if layer(source.name) != "ui"
        for line in words_to_the_terminal(source)
    ] == []


def test_only_named_modules_start_programs() -> None:
    assert [
        line
        for source in sources("gitstore")
        if not any(is_part_of(source.name, home) for home in _STARTS_PROGRAMS)
        for line in programs_started(source)
    ] == []


def test_heavy_modules_are_imported_late_or_at_home() -> None:
    assert [line for source in sources("gitstore") for line in heavy_imports(source)] == []


def test_nothing_but_a_store_loads_a_heavy_module() -> None:
    starts = [
        source.name for source in sources("gitstore") if not source.name.startswith(_HEAVY_HOMES)
    ]
    loaded = {module.split(".")[0] for module in eager_closure(starts)}
    assert loaded & (_HEAVY - {"sqlite3"}) == set()


def test_every_import_is_the_projects_the_standard_librarys_or_declared() -> None:
    declared = {"asyncssh", "fsspec", "obstore", "platformdirs", "yaml", "s3fs", "botocore", "tqdm"}
    declared |= {"pycurl", "urllib3"}
    optional = {
        "gcsfs",
        "google",
        "google_crc32c",
        "azure",
        "aiohttp",
        "aiobotocore",
        "pygit2",
        "dulwich",
        "mfusepy",
    }
    foreign = {
        found.module.split(".")[0] for source in sources("gitstore") for found in imports(source)
    }
    assert foreign - set(sys.stdlib_module_names) - declared - optional <= {"gitstore"}


def test_names_say_what_a_thing_is() -> None:
    vague = []
    for source in sources("gitstore", "tests"):
        names = source.name.split(".")
        names += [node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
        words = {word.lower() for name in names for word in _WORD.findall(name)}
        if words & _VAGUE:
            vague.append(source.path)
    assert vague == []


_BROKEN = [
    (forbidden_imports, "gitstore.core.plan", "from gitstore.adapters import stores"),
    (forbidden_imports, "gitstore.core.plan", "from ..adapters.stores import directory"),
    (forbidden_imports, "gitstore.shell.survey", "def f():\n    import gitstore.repo"),
    (forbidden_imports, "gitstore.core.plan", "from gitstore import open_repository"),
    (foreign_adapters, "gitstore.adapters.tree", "import gitstore.adapters.stores.directory"),
    (impurities, "gitstore.core.plan", "import os"),
    (impurities, "gitstore.core.plan", "from pathlib import Path"),
    (impurities, "gitstore.core.plan", "import pathlib\nx = pathlib.Path('a')"),
    (impurities, "gitstore.core.plan", "import datetime\nx = datetime.datetime.now()"),
    (impurities, "gitstore.core.plan", "x = open('a')"),
    (words_to_the_terminal, "gitstore.repo", "print('hello')"),
    (words_to_the_terminal, "gitstore.repo", "import sys\nsys.stderr.write('hello')"),
    (programs_started, "gitstore.repo", "def f():\n    from subprocess import run"),
    (programs_started, "gitstore.repo", "import os\nos.execvp('git', [])"),
    (heavy_imports, "gitstore.repo", "from botocore.session import Session"),
    (heavy_imports, "gitstore.repo", "try:\n    import tqdm\nexcept ImportError:\n    pass"),
    (heavy_imports, "gitstore.adapters.stores.s3", "import sqlite3"),
]


@pytest.mark.parametrize(("rule", "name", "text"), _BROKEN)
def test_the_rules_notice(rule: object, name: str, text: str) -> None:
    path = name.replace(".", "/") + ".py"
    assert callable(rule)
    assert rule(Source(path, name, text, ast.parse(text)))


def test_late_imports_are_not_heavy() -> None:
    text = "def f():\n    import obstore\nif TYPE_CHECKING:\n    import s3fs"
    assert heavy_imports(Source("gitstore/repo.py", "gitstore.repo", text, ast.parse(text))) == []


def _called(call: ast.Call) -> str | None:
    return call.func.id if isinstance(call.func, ast.Name) else None
